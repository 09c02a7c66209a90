package softadastra.transport.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Speaks the protocol by hand, so that a test can leave out, repeat or break any part of it. */
final class Speaker {
    static final String NONCE = "00112233445566778899aabbccddeeff";

    private final int port;
    private final Secret secret;
    private final String node;
    private final String instance;
    private String session = "";
    private Secret key;

    Speaker(int port, Optional<String> token, String node) {
        this(port, token, node, "0123456789abcdef0123456789abcdef");
    }

    Speaker(int port, Optional<String> token, String node, String instance) {
        this.port = port;
        this.secret = Secret.of(token);
        this.key = secret;
        this.node = node;
        this.instance = instance;
    }

    static byte[] post(String path, byte[] body, String... headers) {
        StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        return joined(head.toString().getBytes(StandardCharsets.ISO_8859_1), body);
    }

    static byte[] joined(byte[]... parts) {
        byte[] all = new byte[0];
        for (byte[] part : parts) {
            byte[] next = Arrays.copyOf(all, all.length + part.length);
            System.arraycopy(part, 0, next, all.length, part.length);
            all = next;
        }
        return all;
    }

    RawSocket.Answer once(byte[] request) throws IOException {
        try (RawSocket socket = new RawSocket(port)) {
            return socket.send(request).answer();
        }
    }

    /** The nonce of the other side, for ours. */
    String hello() throws IOException {
        RawSocket.Answer answer = once(post("/v1/hello", Fields.write("nonce", NONCE)));
        return Fields.read(answer.body(), "nonce")
                .orElseThrow(() -> new AssertionError(answer.text()))
                .value(0);
    }

    /** The request that opens a session. */
    byte[] opening(String theirs) {
        String[] lines = {
            "client-nonce",
            NONCE,
            "server-nonce",
            theirs,
            "node",
            node,
            "instance",
            instance,
            "max-body",
            "100000000",
            "proof",
            ""
        };
        lines[11] = secret.proof("client", Fields.write(Arrays.copyOf(lines, 10)));
        return post("/v1/session", Fields.write(lines));
    }

    /** Opens a session. */
    Speaker open() throws IOException {
        String theirs = hello();
        RawSocket.Answer answer = once(opening(theirs));
        key = secret.session(NONCE, theirs);
        session = Fields.read(answer.body(), "node", "instance", "session", "max-body", "proof")
                .orElseThrow(() -> new AssertionError(answer.text()))
                .value(2);
        return this;
    }

    String session() {
        return session;
    }

    /** A request with everything that belongs to it. */
    byte[] request(String lane, long sequence, byte[] body) {
        return request(lane, sequence, Deflation.IDENTITY, body);
    }

    byte[] request(String lane, long sequence, String encoding, byte[] body) {
        String[] headers = {
            "Softadastra-Session: " + session,
            "Softadastra-Sequence: " + sequence,
            "Softadastra-Tag: " + key.requestTag(lane, sequence, encoding, body),
            "Content-Encoding: " + encoding
        };
        boolean plain = encoding.equals(Deflation.IDENTITY);
        return post("/v1/" + lane, body, plain ? Arrays.copyOf(headers, 3) : headers);
    }

    /** A request that carries messages. */
    byte[] messages(long sequence, byte[]... messages) {
        return request("messages", sequence, Batch.write(List.of(messages)));
    }
}

package softadastra.transport.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A socket that sends whatever it is told to, and reads answers without judging them. */
final class RawSocket implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket plain = new Socket();
    private final Socket socket;

    RawSocket(int port) throws IOException {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    RawSocket(InetSocketAddress address) throws IOException {
        connect(address);
        socket = plain;
    }

    /** Over TLS; what it sends is the inside. */
    RawSocket(int port, SSLContext tls) throws IOException {
        connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
        socket = secure;
        try {
            secure.startHandshake();
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private void connect(InetSocketAddress address) throws IOException {
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(PATIENCE_MILLIS);
        plain.connect(address, PATIENCE_MILLIS);
    }

    /** An answer, as it came. */
    static final class Answer {
        private final String head;
        private final byte[] body;

        private Answer(String head, byte[] body) {
            this.head = head;
            this.body = body;
        }

        int status() {
            return head.startsWith("HTTP/1.1 ") ? Integer.parseInt(head.substring(9, 12)) : 0;
        }

        String head() {
            return head;
        }

        byte[] body() {
            return body.clone();
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** A header's value; empty if it is not there. */
        String header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse("");
        }
    }

    RawSocket send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawSocket send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Says that nothing more comes. */
    RawSocket end() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** The next answer; one without a status if the other side has closed. */
    Answer answer() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        try {
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    return new Answer("", new byte[0]);
                }
                head.write(b);
            }
            Answer answer = new Answer(head.toString(StandardCharsets.ISO_8859_1), new byte[0]);
            String length = answer.header("Content-Length");
            return new Answer(answer.head, in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length)));
        } catch (SocketException e) {
            return new Answer("", new byte[0]);
        }
    }

    /** Whether the other side has closed, once it has. */
    boolean isClosedByOther() throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // What is left of an answer.
            }
            return true;
        } catch (SocketException e) {
            return true;
        }
    }

    void impatient(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    @Override
    public void close() throws IOException {
        // What TLS would say in the end may find no room.
        plain.close();
    }
}

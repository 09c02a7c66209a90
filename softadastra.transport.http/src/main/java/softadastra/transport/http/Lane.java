package softadastra.transport.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * A row of requests to one address, one at a time, over a connection that is made when it is needed and kept. On the loop's thread
 * only.
 */
final class Lane implements Connection.User {

    /** What becomes of a request: one of the two, once, unless the lane is closed before. */
    interface Outcome {
        void answered(int status, HttpReader.Message message);

        void failed(String why);
    }

    private final Loop loop;
    private final HttpLimits limits;
    private final Budget budget;
    private final Address address;
    private final InetSocketAddress socket;
    private final Supplier<Optional<SSLEngine>> engines;
    private final Executor handshakes;
    private @Nullable Connection connection;
    private @Nullable HttpReader reader;
    private @Nullable Outcome outcome;
    private Loop.@Nullable Timer timer;
    private byte[][] unsent = {};
    private int maxAnswer;
    private long answerMillis;
    private boolean inBody;

    Lane(
            Loop loop,
            HttpLimits limits,
            Budget budget,
            Address address,
            InetSocketAddress socket,
            Supplier<Optional<SSLEngine>> engines,
            Executor handshakes) {
        this.loop = loop;
        this.limits = limits;
        this.budget = budget;
        this.address = address;
        this.socket = socket;
        this.engines = engines;
        this.handshakes = handshakes;
    }

    /** Whether it leads to this machine. */
    boolean isLoopback() {
        return socket.getAddress().isLoopbackAddress();
    }

    boolean isBusy() {
        return outcome != null;
    }

    /** Sends a request; the lane is not busy. */
    void request(String lane, List<String> headers, byte[] body, long waitMillis, int maxAnswerBytes, Outcome then) {
        byte[] head = HttpWriter.request(Protocol.path(lane), address.authority(), headers, body.length);
        outcome = then;
        maxAnswer = maxAnswerBytes;
        Connection now = connection;
        long millis = waitMillis + limits.transferMillis(body.length);
        inBody = false;
        if (now != null && now.isOpen()) {
            expect(millis, "no answer within " + seconds(millis));
            now.send(head, body);
            return;
        }
        unsent = new byte[][] {head, body};
        expect(limits.connectMillis(), "no connection within " + seconds(limits.connectMillis()));
        answerMillis = millis;
        try {
            reader = new HttpReader(limits.headBytes(), budget, answer -> maxAnswer);
            connection = Connection.to(loop, socket, engines.get().orElse(null), handshakes, this);
        } catch (IOException e) {
            fail(Reasons.of(e));
        }
    }

    /** Ends it; nothing more is told. */
    void close() {
        outcome = null;
        if (timer != null) {
            timer.cancel();
        }
        Connection now = connection;
        connection = null;
        if (now != null) {
            now.close("no longer needed");
        }
        if (reader != null) {
            reader.reset();
        }
    }

    Optional<X509Certificate> certificate() {
        return connection == null ? Optional.empty() : connection.certificate();
    }

    @Override
    public void connected() {
        expect(answerMillis, "no answer within " + seconds(answerMillis));
        byte[][] parts = unsent;
        unsent = new byte[][] {};
        if (connection != null) {
            connection.send(parts);
        }
    }

    @Override
    public void received(ByteBuffer bytes) {
        HttpReader from = reader;
        if (from == null) {
            return;
        }
        try {
            Optional<HttpReader.Message> message = from.read(bytes);
            if (message.isPresent()) {
                answered(message.get(), bytes.hasRemaining());
            } else if (from.inBody() && !inBody) {
                inBody = true;
                long millis = limits.transferMillis(from.length());
                expect(millis, "the answer was not complete within " + seconds(millis));
            }
        } catch (Refusal refusal) {
            boolean noRoom = refusal.status() == 503;
            fail(
                    noRoom
                            ? "there is no room for its answer"
                            : "what answers there does not speak the protocol: " + refusal.text());
        }
    }

    @Override
    public void closed(String why) {
        if (connection != null) {
            connection = null;
            fail(why);
        }
    }

    private void answered(HttpReader.Message message, boolean more) throws Refusal {
        HttpHead head = message.head();
        String status = head.second();
        boolean valid = head.first().equals("HTTP/1.1") && status.matches("[1-5]\\d\\d");
        if (!valid || more || outcome == null || head.length() < 0) {
            throw new Refusal(400, "the answer is not one of HTTP/1.1");
        }
        Outcome then = outcome;
        outcome = null;
        if (timer != null) {
            timer.cancel();
        }
        if (head.says("connection", "close") && connection != null) {
            Connection ended = connection;
            connection = null;
            ended.close("the other side has asked for it");
        }
        try {
            then.answered(Integer.parseInt(status), message);
        } catch (RuntimeException | Error e) {
            // Whoever asked goes on as if nothing had come, and does not wait for ever.
            then.failed("an internal fault");
            throw e;
        }
    }

    private void fail(String why) {
        Outcome then = outcome;
        close();
        if (then != null) {
            then.failed(why);
        }
    }

    private void expect(long millis, String otherwise) {
        if (timer != null) {
            timer.cancel();
        }
        timer = loop.after(millis, () -> fail(otherwise));
    }

    private static String seconds(long millis) {
        return millis < 1000 ? millis + " ms" : millis / 1000 + " s";
    }
}

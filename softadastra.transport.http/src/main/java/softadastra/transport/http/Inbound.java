package softadastra.transport.http;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection that somebody else has made: reads requests, one after the other, and writes their answers. Each thing that is
 * waited for has its time.
 */
final class Inbound implements Connection.User {
    private static final int DRAIN_MILLIS = 2_000;
    private static final int DRAIN_BYTES = 1 << 20;

    private enum Waiting {
        HANDSHAKE,
        REQUEST,
        HEAD,
        BODY,
        ANSWER,
        END
    }

    private final Server server;
    private final HttpReader reader;
    private @Nullable Connection connection;
    private Optional<Call> current = Optional.empty();
    private Waiting waiting = Waiting.HANDSHAKE;
    private long deadline;
    private long writtenBy;
    private boolean known;

    /** Whether the request that it is at wants JSON, as far as its head has come. */
    private boolean json;

    private int drained;

    Inbound(Server server) {
        this.server = server;
        this.reader = new HttpReader(server.limits().headBytes(), server.budget(), this::bodyBound);
        await(Waiting.HANDSHAKE, server.limits().headMillis());
    }

    private int bodyBound(HttpHead head) throws Refusal {
        json = StatusService.wantsJson(head);
        return server.service().bodyBound(head, this);
    }

    void over(Connection made) {
        connection = made;
        if (!made.secure()) {
            connected();
        }
    }

    InetAddress remote() {
        return connection().remote();
    }

    boolean secure() {
        return connection().secure();
    }

    /** Whether somebody has shown on it who they are. */
    boolean known() {
        return known;
    }

    @Override
    public void connected() {
        awaitRequest();
    }

    @Override
    public void received(ByteBuffer bytes) {
        while (bytes.hasRemaining() && connection().isOpen()) {
            if (waiting == Waiting.END) {
                drained += bytes.remaining();
                bytes.position(bytes.limit());
                if (drained > DRAIN_BYTES) {
                    close("it went on sending after it was refused");
                }
                return;
            }
            if (current.isPresent()) {
                server.counters().refused(400);
                close("it sent a request before the one before was answered");
                return;
            }
            try {
                read(bytes);
            } catch (Refusal refusal) {
                refuse(refusal);
            }
        }
    }

    @Override
    public void closed(String why) {
        if (waiting == Waiting.HANDSHAKE) {
            server.counters().handshakesFailed.increment();
        }
        reader.reset();
        server.closed(this);
        current.ifPresent(Call::gone);
        current = Optional.empty();
    }

    void close(String why) {
        connection().close(why);
    }

    /** Ends what has taken too long. */
    void sweep(long now) {
        if (connection().waiting() > 0 && now - writtenBy > 0) {
            close("it did not take its answer in time");
        } else if (now - deadline > 0) {
            if (waiting == Waiting.HEAD || waiting == Waiting.BODY) {
                refuse(new Refusal(408, "the request did not come in time"));
            } else if (waiting == Waiting.ANSWER) {
                close("its answer was not made in time");
            } else {
                close("it was idle for too long");
            }
        }
    }

    private void read(ByteBuffer bytes) throws Refusal {
        Optional<HttpReader.Message> message = reader.read(bytes);
        if (message.isPresent()) {
            serve(message.get());
        } else if (reader.inBody()) {
            if (waiting != Waiting.BODY) {
                await(Waiting.BODY, server.limits().transferMillis(reader.length()));
            }
        } else if (waiting != Waiting.HEAD) {
            await(Waiting.HEAD, server.limits().headMillis());
        }
    }

    private void serve(HttpReader.Message message) {
        server.counters().requests.increment();
        boolean keep = !message.head().says("connection", "close");
        Call call = new Call(message, connection(), this::know, (status, headers, body) -> {
            current = Optional.empty();
            // A stranger that was refused has to make a new connection: guessing is to cost something.
            write(status, headers, body, keep && (known || status < 400));
        });
        current = Optional.of(call);
        await(Waiting.ANSWER, server.limits().makingMillis());
        try {
            server.service().serve(call);
        } catch (Refusal refusal) {
            server.counters().refused(refusal.status());
            call.answer(refusal.status(), refusal.headers(json), refusal.body(json));
        }
    }

    private void refuse(Refusal refusal) {
        server.counters().refused(refusal.status());
        reader.reset();
        write(refusal.status(), refusal.headers(json), refusal.body(json), false);
    }

    private void know() {
        if (!known) {
            known = true;
            server.known(this);
        }
    }

    private void write(int status, List<String> headers, byte[] body, boolean keep) {
        List<String> lines = new ArrayList<>(headers);
        lines.add("Cache-Control: no-store");
        if (!keep) {
            lines.add("Connection: close");
        }
        byte[] head = HttpWriter.answer(status, lines, body.length);
        writtenBy = server.now() + server.limits().transferMillis(head.length + (long) body.length) * 1_000_000;
        connection().send(head, body);
        if (keep) {
            awaitRequest();
        } else {
            await(Waiting.END, DRAIN_MILLIS);
            connection().end();
        }
    }

    private void awaitRequest() {
        json = false;
        await(
                Waiting.REQUEST,
                known ? server.limits().sessionMillis() : server.limits().idleMillis());
    }

    private void await(Waiting what, long millis) {
        waiting = what;
        deadline = server.now() + millis * 1_000_000;
    }

    private Connection connection() {
        return java.util.Objects.requireNonNull(connection, "not connected");
    }
}

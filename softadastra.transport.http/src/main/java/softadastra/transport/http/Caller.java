package softadastra.transport.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.sync.TransportLink;

/**
 * Calls one configured address, again and again until somebody answers, and keeps the way up: one lane for messages that go, one for
 * polls that bring what comes. On the loop's thread only.
 */
final class Caller {
    private static final int MAX_ANSWER_BYTES = 4096;
    private static final String NOT_CALLED = "not called yet";

    /** What all callers of a transport share. */
    record Shared(
            Loop loop,
            HttpLimits limits,
            Counters counters,
            Budget budget,
            Identity self,
            Inbox inbox,
            Ways ways,
            SecureRandom random,
            Names names,
            Executor handshakes,
            Runnable arrived,
            Runnable changed) {}

    private final Shared shared;

    /** Looks up names, one after the other for each of its threads. */
    private final Executor lookups;

    private final String text;
    private final Address address;
    private final Supplier<Optional<SSLEngine>> engines;
    private final Backoff backoff;
    private int tries;
    private @Nullable Lane sending;
    private @Nullable Lane polling;
    private @Nullable Talk talk;
    private Optional<NodeId> node = Optional.empty();
    private String problem = NOT_CALLED;
    private volatile boolean closed;

    Caller(Shared shared, Executor lookups, String text, Address address, Supplier<Optional<SSLEngine>> engines) {
        this.shared = shared;
        this.lookups = lookups;
        this.text = text;
        this.address = address;
        this.engines = engines;
        this.backoff = new Backoff(
                shared.random(),
                shared.limits().backoffMillis(),
                shared.limits().backoffMaxMillis());
    }

    /** Begins to call. */
    void start() {
        if (closed) {
            return;
        }
        int attempt = tries++;
        Optional<InetAddress> literal = address.literal();
        if (literal.isPresent()) {
            call(new InetSocketAddress(literal.get(), address.port()));
            return;
        }
        try {
            lookups.execute(() -> {
                if (closed) {
                    // By now nobody is to be called there.
                    return;
                }
                try {
                    InetAddress[] all = shared.names().all(address.host());
                    InetAddress one = all[Math.floorMod(attempt, all.length)];
                    shared.loop().execute(() -> call(new InetSocketAddress(one, address.port())));
                } catch (UnknownHostException e) {
                    shared.loop().execute(() -> down("unknown host"));
                } catch (RuntimeException | Error e) {
                    // A lack of memory, say. Nothing else would have it called again.
                    shared.counters().faults.increment();
                    shared.loop().execute(() -> down("the name could not be looked up: an internal fault"));
                }
            });
        } catch (RejectedExecutionException e) {
            down("too many names are being looked up");
        }
    }

    void close() {
        closed = true;
        hangUp();
    }

    TransportLink link() {
        return new TransportLink(text, node, talk != null, talk != null ? Optional.empty() : Optional.of(problem));
    }

    /** Whether somebody has answered. */
    boolean isUp() {
        return talk != null;
    }

    /** Sends what waits, if nothing is on its way; if something is, it will be looked at again. */
    void push(Outbox outbox) {
        if (talk != null) {
            talk.push(outbox);
        }
    }

    /** Whether something was taken to be sent, and is not known to have come there. */
    boolean isSending() {
        return talk != null && talk.isSending();
    }

    /** It is the way to its node now. */
    void promoted() {
        if (talk != null) {
            talk.promoted();
        }
    }

    /** There is room for what comes again. */
    void roomAgain() {
        if (talk != null) {
            talk.poll();
        }
    }

    private void call(InetSocketAddress socket) {
        if (closed) {
            return;
        }
        Lane lane = lane(socket);
        sending = lane;
        polling = lane(socket);
        String nonce = Nonces.fresh(shared.random(), Protocol.NONCE_DIGITS / 2);
        ask(lane, Protocol.HELLO, Fields.write("nonce", nonce), body -> greeted(lane, nonce, body));
    }

    private Lane lane(InetSocketAddress socket) {
        return new Lane(shared.loop(), shared.limits(), shared.budget(), address, socket, engines, shared.handshakes());
    }

    private void greeted(Lane lane, String ours, byte[] body) {
        Optional<Fields> fields = Fields.read(body, "nonce");
        if (fields.isEmpty() || !Nonces.isHex(fields.get().value(0), Nonces.DIGITS)) {
            down("what answers there does not speak the protocol");
            return;
        }
        String theirs = fields.get().value(0);
        Identity self = shared.self();
        String[] lines = {
            "client-nonce",
            ours,
            "server-nonce",
            theirs,
            "node",
            self.node().value(),
            "instance",
            self.instance(),
            "max-body",
            "" + self.maxBody(),
            "proof",
            ""
        };
        lines[lines.length - 1] = self.secret().proof("client", Fields.write(java.util.Arrays.copyOf(lines, 10)));
        Secret session = self.secret().session(ours, theirs);
        ask(lane, Protocol.SESSION, Fields.write(lines), answer -> welcomed(lane, session, answer));
    }

    private void welcomed(Lane lane, Secret secret, byte[] body) {
        Optional<Fields> read = Fields.read(body, "node", "instance", "session", "max-body", "proof");
        if (read.isEmpty()) {
            down("what answers there does not speak the protocol");
            return;
        }
        Fields fields = read.get();
        if (!Secret.same(fields.value(4), secret.proof("welcome", fields.covered()))) {
            down("not authorised: the token there is another one");
            return;
        }
        Optional<NodeId> there = NodeId.of(fields.value(0)).map(Optional::of).orElse(Optional.empty());
        String instance = fields.value(1);
        long maxBody = fields.number(3);
        if (there.isEmpty() || maxBody < Protocol.MAX_FIELDS_BYTES) {
            down("what answers there does not speak the protocol");
            return;
        }
        node = there;
        Optional<String> wrong = wrong(there.get(), instance, lane);
        if (wrong.isPresent()) {
            backoff.patient();
            down(wrong.get());
            return;
        }
        backoff.reset();
        Lane polls = java.util.Objects.requireNonNull(polling, "made with the other one");
        talk = new Talk(
                shared,
                there.get(),
                fields.value(2),
                secret,
                (int) Math.min(maxBody, shared.self().maxBody()),
                new Deflation(shared.limits().compressLoopback() || !lane.isLoopback()),
                lane,
                polls,
                this,
                this::down);
        shared.ways().join(there.get(), instance, this);
        shared.changed().run();
        talk.poll();
        shared.ways().pump(there.get());
    }

    private Optional<String> wrong(NodeId there, String instance, Lane lane) {
        if (instance.equals(shared.self().instance())) {
            return Optional.of("it is this node itself");
        }
        if (there.equals(shared.self().node())) {
            return Optional.of("the node there has the id of this one, " + there);
        }
        if (shared.ways().isTaken(there, instance)) {
            return Optional.of("another node with the id " + there + " is connected");
        }
        if (!CertificateNames.allow(lane.certificate(), there)) {
            return Optional.of("not authorised: its certificate names other nodes than " + there);
        }
        return Optional.empty();
    }

    private interface Next {
        void next(byte[] body);
    }

    private void ask(Lane lane, String path, byte[] body, Next next) {
        lane.request(path, List.of(), body, shared.limits().answerMillis(), MAX_ANSWER_BYTES, new Lane.Outcome() {
            @Override
            public void answered(int status, HttpReader.Message message) {
                if (status == 200) {
                    next.next(message.body());
                } else {
                    if (status == 409 || status == 426) {
                        backoff.patient();
                    }
                    down(refused(status, message.body()));
                }
            }

            @Override
            public void failed(String why) {
                down(why);
            }
        });
    }

    /** What a refusal says; only if it is a line of ours, since it is from somebody who has shown nothing. */
    static String refused(int status, byte[] body) {
        String said = new String(body, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
        boolean plain = said.length() <= 200 && said.chars().allMatch(c -> c >= ' ' && c < 127);
        String line = plain ? said : "";
        return switch (status) {
            case 401, 403, 409 -> line.isEmpty() ? "refused with status " + status : line;
            case 404 -> "what answers there does not speak the protocol: status 404";
            case 426 -> "it speaks another version of the protocol" + (line.isEmpty() ? "" : ": " + line);
            case 429, 503 -> "it is busy" + (line.isEmpty() ? "" : ": " + line);
            default -> "refused with status " + status + (line.isEmpty() ? "" : ": " + line);
        };
    }

    /** The way is down; it is tried again after a while. */
    private void down(String why) {
        hangUp();
        problem = why;
        if (!closed) {
            var unused = shared.loop().after(backoff.next(), this::start);
        }
        shared.changed().run();
    }

    private void hangUp() {
        boolean was = talk != null;
        if (talk != null) {
            talk.end();
        }
        talk = null;
        if (sending != null) {
            sending.close();
        }
        if (polling != null) {
            polling.close();
        }
        if (was) {
            node.ifPresent(there -> shared.ways().leave(there, this));
        }
    }
}

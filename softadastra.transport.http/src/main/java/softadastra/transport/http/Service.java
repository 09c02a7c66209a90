package softadastra.transport.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is served: {@code /v1/messages} and {@code /v1/poll} for those with a session, {@code /v1/hello} and {@code /v1/session} for
 * those who want one, and the status page. On the loop's thread only.
 */
final class Service {
    private static final Pattern VERSIONED = Pattern.compile("/v(\\d{1,9})/.*");

    private final Loop loop;
    private final HttpLimits limits;
    private final Counters counters;
    private final Identity self;
    private final Inbox inbox;
    private final Runnable arrived;
    private final Gate gate;
    private final StatusService status;
    private final Ways ways;
    private final Remotes remotes;
    private final Map<String, Session> sessions = new LinkedHashMap<>();

    Service(
            Loop loop,
            HttpLimits limits,
            Counters counters,
            Identity self,
            Inbox inbox,
            Runnable arrived,
            Gate gate,
            StatusService status,
            Ways ways) {
        this.loop = loop;
        this.limits = limits;
        this.counters = counters;
        this.self = self;
        this.inbox = inbox;
        this.arrived = arrived;
        this.gate = gate;
        this.status = status;
        this.ways = ways;
        this.remotes = new Remotes(limits.strangersPerSecond());
    }

    /** Judges a request by its head: how long its body may be. */
    int bodyBound(HttpHead head, Inbound from) throws Refusal {
        checkForm(head);
        String path = head.second();
        if (StatusService.serves(path)) {
            expect(head, "GET");
            limit(from);
            return 0;
        }
        Matcher versioned = VERSIONED.matcher(path);
        if (versioned.matches() && !versioned.group(1).equals("" + Protocol.VERSION)) {
            throw new Refusal(
                    426,
                    "version " + versioned.group(1) + " of the protocol is not spoken here, but version "
                            + Protocol.VERSION,
                    "Upgrade: softadastra-http/" + Protocol.VERSION);
        }
        String lane = lane(path);
        boolean opening = lane.equals(Protocol.HELLO) || lane.equals(Protocol.SESSION);
        if (!opening && !lane.equals(Protocol.MESSAGES) && !lane.equals(Protocol.POLL)) {
            limit(from);
            throw new Refusal(404, "there is nothing at this path");
        }
        expect(head, "POST");
        if (head.header("origin").isPresent()) {
            throw new Refusal(403, "web pages have nothing to ask here");
        }
        if (head.length() < 0) {
            throw new Refusal(411, "a body needs its length in Content-Length");
        }
        if (lane.equals(Protocol.HELLO)) {
            limit(from);
        }
        if (!opening) {
            var unused = session(head);
        }
        return lane.equals(Protocol.MESSAGES) ? self.maxBody() : Protocol.MAX_FIELDS_BYTES;
    }

    /** Answers a request, at once or later. */
    void serve(Call call) throws Refusal {
        String path = call.head().second();
        if (StatusService.serves(path)) {
            status.serve(call);
            return;
        }
        switch (lane(path)) {
            case Protocol.HELLO -> call.answer(200, List.of(), gate.hello(call.body(), loop.now()));
            case Protocol.SESSION -> open(call);
            case Protocol.MESSAGES -> messages(call);
            default -> poll(call);
        }
    }

    /** Answers the poll that a session has held with as much as goes into one body. */
    void deliver(Session session, Outbox outbox) {
        session.held().ifPresent(call -> {
            List<byte[]> batch = outbox.take(limits.batchBytes(), session.maxBody);
            if (!batch.isEmpty()) {
                session.handOver();
                release(session, call, batch);
            }
        });
    }

    /** Ends the sessions that nobody uses any more; to be called every now and then. */
    void sweep() {
        long now = loop.now();
        for (Session session : List.copyOf(sessions.values())) {
            if (session.held().isEmpty() && now - session.usedAt() > limits.sessionMillis() * 1_000_000L) {
                end(session);
            }
        }
    }

    /** Those who have come and are reachable. */
    List<Session> reachable() {
        long now = loop.now();
        List<Session> all = new ArrayList<>();
        for (Session session : sessions.values()) {
            if (session.isReachable(now, limits.graceMillis() * 1_000_000L)) {
                all.add(session);
            }
        }
        return all;
    }

    /** Who was turned away of late, and why. */
    List<Gate.Turned> turned() {
        return gate.turned(loop.now());
    }

    private void open(Call call) throws Refusal {
        if (sessions.size() >= limits.sessions()) {
            throw new Refusal(503, "too many sessions are open", "Retry-After: 10");
        }
        Session session;
        try {
            session = gate.open(call, loop.now(), ways);
        } catch (Refusal refusal) {
            if (refusal.status() != 409 && !remotes.allows(call.remote(), loop.now())) {
                throw tooMany();
            }
            throw refusal;
        }
        ways.outdated(session.node, session.instance).forEach(this::end);
        sessions.put(session.id, session);
        ways.join(session).ifPresent(this::end);
        counters.sessions.increment();
        call.know();
        call.answer(200, List.of(), gate.welcome(session));
    }

    private void messages(Call call) throws Refusal {
        Session session = session(call.head());
        long sequence = authenticate(call, session, Protocol.MESSAGES);
        Optional<List<byte[]>> read;
        try (Body body = Body.of(encoding(call.head()), call.body(), self.maxBody())) {
            read = Batch.read(body, self.maxMessageBytes(), inbox::fits);
        }
        counters.bytesIn.add(call.body().length);
        Optional<List<byte[]>> added = read.filter(inbox::add);
        if (added.isEmpty()) {
            counters.refused(503);
            answer(session, Protocol.MESSAGES, sequence, call, 503, List.of());
            return;
        }
        counters.messagesIn.add(added.get().size());
        answer(session, Protocol.MESSAGES, sequence, call, 200, List.of());
        if (!added.get().isEmpty()) {
            arrived.run();
        }
    }

    private void poll(Call call) throws Refusal {
        Session session = session(call.head());
        long sequence = authenticate(call, session, Protocol.POLL);
        long wait =
                Fields.read(call.body(), "wait").map(fields -> fields.number(0)).orElse(-1L);
        if (wait < 0) {
            throw new Refusal(400, "a poll says how long it waits, in milliseconds");
        }
        session.held().ifPresent(older -> release(session, older, List.of()));
        if (wait == 0) {
            answer(session, Protocol.POLL, sequence, call, 200, List.of());
            return;
        }
        session.hold(call, sequence);
        ways.refresh(session.node);
        Loop.Timer timer = loop.after(Math.min(wait, limits.pollMillis()), () -> {
            if (session.held().filter(held -> held == call).isPresent()) {
                release(session, call, List.of());
            }
        });
        call.onGone(() -> {
            timer.cancel();
            if (session.held().filter(held -> held == call).isPresent()) {
                session.release(loop.now(), false);
            }
        });
        call.onAnswered(timer::cancel);
        ways.pump(session.node);
    }

    private void release(Session session, Call call, List<byte[]> batch) {
        long sequence = session.heldSequence();
        session.release(loop.now(), true);
        answer(session, Protocol.POLL, sequence, call, 200, batch);
    }

    private void answer(Session session, String lane, long sequence, Call call, int status, List<byte[]> batch) {
        byte[] plain = Batch.write(batch);
        Optional<byte[]> small = session.deflation.deflate(plain);
        String encoding = small.isPresent() ? Deflation.DEFLATE : Deflation.IDENTITY;
        byte[] body = small.orElse(plain);
        counters.messagesOut.add(batch.size());
        counters.bytesOut.add(body.length);
        List<String> headers = new ArrayList<>();
        headers.add(Protocol.TAG_HEADER + ": " + session.secret.answerTag(lane, sequence, status, encoding, body));
        if (small.isPresent()) {
            headers.add("Content-Encoding: " + encoding);
        }
        if (status == 503) {
            headers.add("Retry-After: 1");
        }
        call.answer(status, headers, body);
    }

    /** The request's number, once it is shown that whoever has the session has made it, and that it is new. */
    private long authenticate(Call call, Session session, String lane) throws Refusal {
        String number = call.head().header("softadastra-sequence").orElse("");
        String tag = call.head().header("softadastra-tag").orElse("");
        if (number.length() > 18 || number.isEmpty() || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Refusal(400, "the sequence is not a number");
        }
        long sequence = Long.parseLong(number);
        if (!Secret.same(tag, session.secret.requestTag(lane, sequence, encoding(call.head()), call.body()))) {
            throw new Refusal(401, "not authorised: the tag is wrong");
        }
        if (!session.use(lane.equals(Protocol.POLL), sequence, loop.now())) {
            throw new Refusal(409, "replayed: this sequence was used before");
        }
        call.know();
        return sequence;
    }

    private Session session(HttpHead head) throws Refusal {
        Session session = sessions.get(head.header("softadastra-session").orElse(""));
        if (session == null) {
            throw new Refusal(401, "not authorised: no such session");
        }
        return session;
    }

    private void end(Session session) {
        sessions.remove(session.id);
        session.held().ifPresent(call -> release(session, call, List.of()));
        ways.leave(session);
    }

    private void limit(Inbound from) throws Refusal {
        if (!from.known() && !remotes.allows(from.remote(), loop.now())) {
            throw tooMany();
        }
    }

    private static Refusal tooMany() {
        return new Refusal(429, "too many requests from this address", "Retry-After: 1");
    }

    private static void checkForm(HttpHead head) throws Refusal {
        String version = head.third();
        if (!version.startsWith("HTTP/")) {
            throw new Refusal(400, "the first line is not that of HTTP");
        }
        if (!version.equals("HTTP/1.1")) {
            throw new Refusal(505, "only HTTP/1.1 is spoken here");
        }
        if (head.header("host").isEmpty()) {
            throw new Refusal(400, "the header Host is missing");
        }
        if (head.header("expect").isPresent()) {
            throw new Refusal(417, "nothing is to be expected");
        }
    }

    private static void expect(HttpHead head, String method) throws Refusal {
        if (!head.first().equals(method)) {
            throw new Refusal(405, "only " + method + " is served at this path", "Allow: " + method);
        }
    }

    private static String encoding(HttpHead head) {
        return head.header("content-encoding").orElse(Deflation.IDENTITY);
    }

    private static String lane(String path) {
        String prefix = Protocol.path("");
        return path.startsWith(prefix) ? path.substring(prefix.length()) : "";
    }
}

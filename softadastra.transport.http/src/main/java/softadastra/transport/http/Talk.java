package softadastra.transport.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import softadastra.core.NodeId;

/**
 * A session that this side has opened: sends batches, and polls for what is to come here. Every request is numbered and tagged, and
 * so is its answer; one that is not ends the session.
 */
final class Talk {
    private static final int BUSY_MILLIS = 1_000;

    private final Caller.Shared shared;
    private final NodeId node;
    private final String id;
    private final Secret secret;
    private final int maxBody;
    private final Deflation deflation;
    private final Lane sending;
    private final Lane polling;
    private final Caller caller;
    private final Consumer<String> down;
    private long sequence;
    private boolean ended;
    private boolean paused;
    private boolean standingBy;

    Talk(
            Caller.Shared shared,
            NodeId node,
            String id,
            Secret secret,
            int maxBody,
            Deflation deflation,
            Lane sending,
            Lane polling,
            Caller caller,
            Consumer<String> down) {
        this.shared = shared;
        this.node = node;
        this.id = id;
        this.secret = secret;
        this.maxBody = maxBody;
        this.deflation = deflation;
        this.sending = sending;
        this.polling = polling;
        this.caller = caller;
        this.down = down;
    }

    /** Sends a batch of what waits. */
    void push(Outbox outbox) {
        if (ended || paused || sending.isBusy()) {
            return;
        }
        List<byte[]> batch = outbox.take(shared.limits().batchBytes(), maxBody);
        if (!batch.isEmpty()) {
            send(batch);
        }
    }

    /** Asks for what is to come here, and keeps asking; or, while another way is used, asks whether this one still stands. */
    void poll() {
        if (ended || polling.isBusy()) {
            return;
        }
        boolean active = shared.ways().isActive(node, caller);
        if (active && !shared.inbox().hasRoom()) {
            return;
        }
        standingBy = !active;
        int wait = active ? shared.limits().pollMillis() : 0;
        byte[] body = Fields.write("wait", "" + wait);
        long number = ++sequence;
        long patience = wait + (long) shared.limits().answerMillis();
        int most = shared.self().maxBody();
        polling.request(
                Protocol.POLL,
                headers(Protocol.POLL, number, Deflation.IDENTITY, body),
                body,
                patience,
                most,
                new Answer(Protocol.POLL, number) {
                    @Override
                    void checked(int status, Body answer, int length) throws Refusal {
                        take(answer, length);
                        if (standingBy && !shared.ways().isActive(node, caller)) {
                            var unused = shared.loop().after(shared.limits().pollMillis(), Talk.this::poll);
                        } else {
                            poll();
                        }
                    }
                });
    }

    /** It is the way to its node now. */
    void promoted() {
        poll();
        shared.ways().pump(node);
    }

    /** Takes what an answer of that length brings; what there is no room for is lost, since the other side has let go of it. */
    private void take(Body answer, int length) throws Refusal {
        Optional<List<byte[]>> read = Batch.read(answer, shared.self().maxMessageBytes(), shared.inbox()::fits);
        if (read.isPresent() && read.get().isEmpty()) {
            return;
        }
        shared.counters().bytesIn.add(length);
        Optional<List<byte[]>> added = read.filter(shared.inbox()::add);
        if (added.isPresent()) {
            shared.counters().messagesIn.add(added.get().size());
        } else {
            shared.counters().dropped.increment();
        }
        shared.arrived().run();
    }

    private void send(List<byte[]> batch) {
        byte[] plain = Batch.write(batch);
        Optional<byte[]> small = deflation.deflate(plain);
        String encoding = small.isPresent() ? Deflation.DEFLATE : Deflation.IDENTITY;
        byte[] body = small.orElse(plain);
        long number = ++sequence;
        shared.counters().messagesOut.add(batch.size());
        shared.counters().bytesOut.add(body.length);
        sending.request(
                Protocol.MESSAGES,
                headers(Protocol.MESSAGES, number, encoding, body),
                body,
                shared.limits().answerMillis(),
                Protocol.MAX_FIELDS_BYTES,
                new Answer(Protocol.MESSAGES, number) {
                    @Override
                    void checked(int status, Body answer, int length) {
                        if (status == 200) {
                            shared.ways().pump(node);
                        } else {
                            again(batch);
                        }
                    }
                });
    }

    /** The other side has no room: what it did not take is kept, so that what comes behind it is not in vain. */
    private void again(List<byte[]> batch) {
        paused = true;
        var unused = shared.loop().after(BUSY_MILLIS, () -> {
            paused = false;
            if (!ended && !sending.isBusy()) {
                send(batch);
            }
        });
    }

    private List<String> headers(String lane, long number, String encoding, byte[] body) {
        List<String> headers = new ArrayList<>();
        headers.add("Content-Type: application/octet-stream");
        headers.add(Protocol.SESSION_HEADER + ": " + id);
        headers.add(Protocol.SEQUENCE_HEADER + ": " + number);
        headers.add(Protocol.TAG_HEADER + ": " + secret.requestTag(lane, number, encoding, body));
        if (!encoding.equals(Deflation.IDENTITY)) {
            headers.add("Content-Encoding: " + encoding);
        }
        return headers;
    }

    /** Whether a batch is on its way, or waits for room on the other side. */
    boolean isSending() {
        return paused || sending.isBusy();
    }

    /** The session is over. */
    void end() {
        ended = true;
    }

    /** An answer is believed if it has the tag that belongs to its request. */
    private abstract class Answer implements Lane.Outcome {
        private final String lane;
        private final long number;

        Answer(String lane, long number) {
            this.lane = lane;
            this.number = number;
        }

        /** Takes an answer that is believed, which came as so many bytes. */
        abstract void checked(int status, Body body, int length) throws Refusal;

        @Override
        public void answered(int status, HttpReader.Message message) {
            if (ended) {
                return;
            }
            String encoding = message.head().header("content-encoding").orElse(Deflation.IDENTITY);
            String tag = message.head().header("softadastra-tag").orElse("");
            if (tag.isEmpty()) {
                down.accept(Caller.refused(status, message.body()));
                return;
            }
            if (!Secret.same(tag, secret.answerTag(lane, number, status, encoding, message.body()))) {
                down.accept("not authorised: the tag of an answer is wrong");
                return;
            }
            try (Body body = Body.of(encoding, message.body(), shared.self().maxBody())) {
                checked(status, body, message.body().length);
            } catch (Refusal refusal) {
                down.accept("what answers there does not speak the protocol: " + refusal.text());
            }
        }

        @Override
        public void failed(String why) {
            if (!ended) {
                down.accept(why);
            }
        }
    }
}

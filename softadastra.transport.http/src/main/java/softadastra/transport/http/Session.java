package softadastra.transport.http;

import java.util.Optional;
import softadastra.core.NodeId;

/**
 * What is known of one that has come and shown who it is. Its requests carry rising numbers, one row for each of the two ways they go,
 * so that a request that was recorded is worth nothing. On the loop's thread only.
 */
final class Session {
    final String id;
    final NodeId node;
    final String instance;
    final String address;
    final Secret secret;
    final int maxBody;
    final Deflation deflation;
    private long lastMessages;
    private long lastPoll;
    private long usedAt;
    private long polledAt;
    private boolean polls;
    private boolean everHeld;
    private Optional<Call> held = Optional.empty();
    private long heldSequence;
    private boolean handing;

    Session(
            String id,
            NodeId node,
            String instance,
            String address,
            Secret secret,
            int maxBody,
            Deflation deflation,
            long now) {
        this.id = id;
        this.node = node;
        this.instance = instance;
        this.address = address;
        this.secret = secret;
        this.maxBody = maxBody;
        this.deflation = deflation;
        this.usedAt = now;
        this.polledAt = now;
    }

    /** Uses up a number of a row; false if it, or a higher one, was used before. */
    boolean use(boolean poll, long sequence, long now) {
        if (sequence <= (poll ? lastPoll : lastMessages)) {
            return false;
        }
        if (poll) {
            lastPoll = sequence;
            handing = false;
        } else {
            lastMessages = sequence;
        }
        usedAt = now;
        return true;
    }

    /** Holds a poll open until there is something to answer. */
    void hold(Call poll, long sequence) {
        held = Optional.of(poll);
        heldSequence = sequence;
        polls = true;
        everHeld = true;
    }

    Optional<Call> held() {
        return held;
    }

    long heldSequence() {
        return heldSequence;
    }

    /** The poll that was held is answered, or its connection is gone. */
    void release(long now, boolean answered) {
        held = Optional.empty();
        usedAt = now;
        polledAt = now;
        polls = answered;
    }

    /** Its poll is answered with messages; the next one shows that they have come there. */
    void handOver() {
        handing = true;
    }

    /** Whether messages were given to it that are not known to have come there. */
    boolean isHandingOver() {
        return handing;
    }

    long usedAt() {
        return usedAt;
    }

    /** Whether the other side is there, as far as its polls tell. */
    boolean isReachable(long now, long graceNanos) {
        return held.isPresent() || (everHeld && now - polledAt <= graceNanos);
    }

    /** Whether the other side is surely there: it polls, or was answered a moment ago. */
    boolean isAlive(long now, long momentNanos) {
        return held.isPresent() || (polls && now - polledAt <= momentNanos);
    }
}

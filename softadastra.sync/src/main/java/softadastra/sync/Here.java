package softadastra.sync;

import softadastra.store.CausalContext;
import softadastra.store.LogStart;
import softadastra.store.Replication;

/** Where a node is in its log: what it holds, durably, and from where on the log can be read. For one thread. */
final class Here {

    private final Replication replication;
    private final Membership membership;

    /** What this node holds, durably, of what counts; and all that it holds, as the store has it. */
    private Vector held;

    private CausalContext known;
    private Members clampedBy;
    private long durable;
    private LogStart start;

    /**
     * A place in a log.
     *
     * @param start from where on it can be read operation by operation
     * @param settled its end
     */
    Here(Replication replication, Membership membership, LogStart start, LogStart settled) {
        this.replication = replication;
        this.membership = membership;
        this.start = start;
        this.known = settled.held();
        this.clampedBy = membership.members();
        this.held = clampedBy.clamp(new Vector(known));
        this.durable = settled.sequence() - 1;
    }

    /** Goes on to the end of what is visible, which is durable then. */
    void advance() {
        LogStart now = replication.settle().orElseThrow();
        durable = now.sequence() - 1;
        Members members = membership.members();
        if (!now.held().equals(known) || !members.equals(clampedBy)) {
            known = now.held();
            clampedBy = members;
            held = members.clamp(new Vector(known));
        }
    }

    /** Whether there is more than this node has seen. */
    boolean isBehind(CausalContext visible) {
        return !visible.equals(known);
    }

    /** Takes note that the log can be read operation by operation from another place on. */
    void restart() {
        start = replication.start().orElseThrow();
    }

    /** What the node holds, durably, of what is not beyond a fence; of all of it is the log up to {@link #durable}. */
    Vector held() {
        return held;
    }

    /** The last sequence of what this node says of itself; it grows whenever that changes, also by a note alone. */
    long said() {
        return Math.max(durable, membership.noted());
    }

    /** The last sequence that is durable. */
    long durable() {
        return durable;
    }

    /** From where on the log can be read operation by operation; of what was held there, what counts. */
    LogStart start() {
        return new LogStart(start.sequence(), membership.members().clamp(start.held()));
    }
}

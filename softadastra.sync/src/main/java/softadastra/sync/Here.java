package softadastra.sync;

import softadastra.store.CausalContext;
import softadastra.store.LogStart;
import softadastra.store.Replication;

/** Where a node is in its log: what it holds, durably, and from where on the log can be read. For one thread. */
final class Here {

    private final Replication replication;

    /** What this node holds, durably, and the same as the store has it. */
    private Vector held;

    private CausalContext known;
    private long durable;
    private LogStart start;

    /**
     * A place in a log.
     *
     * @param start from where on it can be read operation by operation
     * @param settled its end
     */
    Here(Replication replication, LogStart start, LogStart settled) {
        this.replication = replication;
        this.start = start;
        this.known = settled.held();
        this.held = new Vector(known.counters());
        this.durable = settled.sequence() - 1;
    }

    /** Goes on to the end of what is visible, which is durable then. */
    void advance() {
        LogStart now = replication.settle().orElseThrow();
        durable = now.sequence() - 1;
        if (!now.held().equals(known)) {
            known = now.held();
            held = new Vector(known.counters());
        }
    }

    /** Takes note that the log can be read operation by operation from another place on. */
    LogStart restart() {
        start = replication.start().orElseThrow();
        return start;
    }

    /** What the node holds, durably; of all of it, and nothing else, is the log up to {@link #durable}. */
    Vector held() {
        return held;
    }

    /** The last sequence that is durable. */
    long durable() {
        return durable;
    }

    /** From where on the log can be read operation by operation. */
    LogStart start() {
        return start;
    }
}

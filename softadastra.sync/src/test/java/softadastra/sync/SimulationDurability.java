package softadastra.sync;

import static softadastra.sync.Invariant.I2;
import static softadastra.sync.Invariant.I3;

import java.util.HashMap;
import java.util.Map;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.CausalContext;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;

/**
 * Whether nodes send, and say that they hold, only what is durable. Of each operation that is sent the record in the sender's log is to
 * be among what is forced. And now and then the sender's disk is looked at as a kill at that moment would leave it, if nothing was there
 * but what is forced: a log that is opened on that has to hold whatever the message says.
 */
final class SimulationDurability {

    /** A log is opened for each so many-th message that says something new. */
    private static final int PER_KILL = 16;

    private final SimulatedCluster cluster;
    private final Map<NodeId, Logged> logs = new HashMap<>();
    private final Map<NodeId, Vector> said = new HashMap<>();
    private int looks;

    SimulationDurability(SimulatedCluster cluster) {
        this.cluster = cluster;
    }

    /** A node sends a message, in the middle of a step. */
    void sent(NodeId from, SyncMessage message) {
        SimulatedNode node = cluster.node(from);
        if (node.isDead()) {
            // Nobody gets what it still sends.
            return;
        }
        Vector held = message.state().cut().held();
        if (!held.equals(said.put(from, held.copy())) && looks++ % PER_KILL == 0) {
            Vector left = new Vector(node.heldAfterKill().counters());
            cluster.check(I3, left.includes(held), () -> from + " said it held " + held + ", and would have " + left);
            message.operations()
                    .forEach(operation -> cluster.check(
                            I2,
                            left.includes(operation.id()),
                            () -> from + " sent " + operation.id() + ", and would have " + left));
        }
        for (OperationRecord operation : message.operations()) {
            OperationId id = operation.id();
            long durable = node.log().trulyDurable();
            long sequence = logged(node).sequence(id);
            cluster.check(
                    I2,
                    held.includes(id) && sequence <= durable,
                    () -> from + " sent " + id + ", at sequence " + sequence + " of a log that is durable to "
                            + durable);
        }
    }

    private Logged logged(SimulatedNode node) {
        Logged known = logs.get(node.id());
        if (known == null || known.log != node.log()) {
            known = new Logged(node);
            logs.put(node.id(), known);
        }
        return known;
    }

    /** Where the operations of a log are. */
    private static final class Logged {

        private final SimulatedNode node;
        private final SeededProvider.SeededLog log;
        private final Map<OperationId, Long> sequences = new HashMap<>();

        /** What was held where the log begins: a checkpoint has it, which is written once that is durable. */
        private CausalContext before = CausalContext.EMPTY;

        private long next = 1;

        Logged(SimulatedNode node) {
            this.node = node;
            this.log = node.log();
            begin();
        }

        private void begin() {
            LogStart start = node.store().replication().start().orElseThrow();
            before = start.held();
            next = Math.max(next, start.sequence());
        }

        /** The sequence of an operation, 0 for one before the log begins; beyond all sequences if it has none. */
        long sequence(OperationId id) {
            if (!sequences.containsKey(id) && !before.includes(id)) {
                read();
            }
            return sequences.getOrDefault(id, before.includes(id) ? 0 : Long.MAX_VALUE);
        }

        private void read() {
            Result<Long> read = visit();
            if (read.isErr() && read.error().code() == ErrorCode.HISTORY_GONE) {
                begin();
                read = visit();
            }
            long unused = read.orElseThrow();
        }

        private Result<Long> visit() {
            return node.store().operations(next, (sequence, operation) -> {
                sequences.put(operation.id(), sequence);
                next = sequence + 1;
                return true;
            });
        }
    }
}

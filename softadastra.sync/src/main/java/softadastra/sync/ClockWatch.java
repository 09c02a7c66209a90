package softadastra.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.OperationRecord;
import softadastra.store.Replication;

/**
 * Notices stamps of others that are further ahead of the machine's clock than this node's clock follows. Nothing else comes of it: the
 * operations are taken as any others.
 *
 * <p>A node is told of once, until an operation of it comes in its turn whose stamp is within the bound. So many nodes are remembered at
 * most; what others than these do is counted, and not told. For one thread.
 */
final class ClockWatch {

    private static final int MAX_NODES = 1_024;

    private final Replication replication;

    /** Those whose last operations were ahead. */
    private final Set<NodeId> ahead = new HashSet<>();

    /** Those whose promises were followed that were ahead. */
    private final Set<NodeId> followed = new HashSet<>();

    private List<SyncEvent> untold = new ArrayList<>();
    private long count;

    ClockWatch(Replication replication) {
        this.replication = replication;
    }

    /** How many stamps were too far ahead. */
    long count() {
        return count;
    }

    /** What the application is to be told, each once. */
    List<SyncEvent> tell() {
        List<SyncEvent> all = untold;
        untold = new ArrayList<>();
        return all;
    }

    /** Takes note of operations that came in their turn, in their order: of what was not held before, and is now. */
    void taken(List<OperationRecord> operations, CausalContext before, CausalContext held) {
        for (OperationRecord each : operations) {
            if (!before.includes(each.id()) && held.includes(each.id())) {
                look(each, true);
            }
        }
    }

    /** Takes note of operations that came with what stands elsewhere, in the order of their keys: an older one says nothing. */
    void adopted(List<OperationRecord> survivors, CausalContext before) {
        for (OperationRecord each : survivors) {
            if (!before.includes(each.id())) {
                look(each, false);
            }
        }
    }

    private void look(OperationRecord operation, boolean isLast) {
        NodeId node = operation.id().node();
        long millis = millisAhead(operation.stamp());
        if (millis > Replication.MAX_FORWARD_MILLIS) {
            tell(ahead, node, operation.stamp(), millis, SyncEvent.ClockAnomaly.Response.LIMITED);
        } else if (isLast && !ahead.isEmpty()) {
            boolean unused = ahead.remove(node);
        }
    }

    /** Takes note of a promise of somebody that this node's clock is about to be raised to. */
    void following(NodeId node, HybridTimestamp promise) {
        long millis = millisAhead(promise);
        if (millis > Replication.MAX_FORWARD_MILLIS
                && promise.compareTo(replication.clock().orElseThrow()) > 0) {
            tell(followed, node, promise, millis, SyncEvent.ClockAnomaly.Response.FOLLOWED);
        }
    }

    private long millisAhead(HybridTimestamp stamp) {
        return replication.millisAhead(stamp).orElseThrow();
    }

    private void tell(
            Set<NodeId> told,
            NodeId node,
            HybridTimestamp stamp,
            long millis,
            SyncEvent.ClockAnomaly.Response response) {
        count++;
        if (told.size() < MAX_NODES && told.add(node)) {
            untold.add(new SyncEvent.ClockAnomaly(node, stamp, Duration.ofMillis(millis), response));
        }
    }
}

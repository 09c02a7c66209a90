package softadastra.sync;

import java.util.Objects;
import softadastra.core.HybridTimestamp;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;

/**
 * A local operation as synchronisation sees it: what changed, and how far word of it has come.
 *
 * @param id its identity, the same on every node that will ever hold it
 * @param sequence its place in the log of this node
 * @param stamp when it was written, by this node's hybrid clock
 * @param version the version of its key after it, or for a deletion the one that was removed
 * @param status how far it has come
 * @param operation what it changed
 */
public record SyncOperation(
        OperationId id, long sequence, HybridTimestamp stamp, long version, SyncStatus status, Operation operation) {

    /** Refuses null. */
    public SyncOperation {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(stamp, "stamp");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(operation, "operation");
    }

    /** What the log of a node has at a place, which is its own. */
    static SyncOperation of(long sequence, OperationRecord record, SyncStatus status) {
        return new SyncOperation(record.id(), sequence, record.stamp(), record.version(), status, record.operation());
    }
}

package softadastra.sync;

import java.time.Instant;
import java.util.Objects;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.OperationId;

/**
 * An operation of this node that a peer has rejected for good. It stands here as it was written, and the peer goes without it.
 *
 * @param id the operation
 * @param key the key that it was written to
 * @param removal whether it removed the key, rather than giving it a value
 * @param stamp when it was written
 * @param peer the node that has rejected it
 * @param code why, for programs
 * @param reason why, for people, in the words of the peer
 * @param since when this node was told, by its own clock
 */
public record FailedOperation(
        OperationId id,
        Key key,
        boolean removal,
        HybridTimestamp stamp,
        NodeId peer,
        RejectionCode code,
        String reason,
        Instant since) {

    /** Refuses null. */
    public FailedOperation {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(stamp, "stamp");
        Objects.requireNonNull(peer, "peer");
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(since, "since");
    }
}

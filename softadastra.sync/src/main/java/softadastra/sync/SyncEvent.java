package softadastra.sync;

import java.util.Objects;
import softadastra.core.NodeId;

/** Something in the life of a node among others that its application may want to know. What changed is told by watches of the store. */
public sealed interface SyncEvent {

    /**
     * Two operations on a key of which neither writer knew the other's were decided.
     *
     * @param conflict what was decided; also among {@link SyncEngine#conflicts}
     */
    record ConflictDecided(Conflict conflict) implements SyncEvent {

        /** Refuses null. */
        public ConflictDecided {
            Objects.requireNonNull(conflict, "conflict");
        }
    }

    /**
     * A peer has rejected an operation of this node for good.
     *
     * @param failed which, and why; also among {@link SyncEngine#failed}
     */
    record OperationFailed(FailedOperation failed) implements SyncEvent {

        /** Refuses null. */
        public OperationFailed {
            Objects.requireNonNull(failed, "failed");
        }
    }

    /**
     * A peer holds the same operations, and has something else under some keys: a log was damaged, or a program is wrong. Where
     * the last write wins, and both have a value of a key, the later one is taken, and the other one is a conflict; all else stays, since
     * it may have been removed or resolved, until somebody writes to it. Told once for a peer, until both have the same.
     *
     * @param peer its id
     */
    record ContentsDiverged(NodeId peer) implements SyncEvent {

        /** Refuses null. */
        public ContentsDiverged {
            Objects.requireNonNull(peer, "peer");
        }
    }

    /**
     * A node has become a member.
     *
     * @param node its id
     */
    record MemberJoined(NodeId node) implements SyncEvent {

        /** Refuses null. */
        public MemberJoined {
            Objects.requireNonNull(node, "node");
        }
    }
}

package softadastra.sync;

import java.time.Duration;
import java.util.Objects;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraError;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;

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
     * There are too many conflicts that the application has not taken, or their lost values are too large, and the oldest have gone for
     * want of room; see {@link SyncEngine#conflicts}. Told whenever more have gone.
     *
     * @param count how many have gone, since the log of this node began: they are not answered any more, and do not come again
     */
    record ConflictsDropped(long count) implements SyncEvent {}

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
     * There is too much that was rejected for good, and what was oldest of it has gone for want of room; see {@link
     * SyncEngine#failed}. Told whenever there is more of it.
     *
     * @param failed how many operations of this node that others have rejected have gone, since its log began, before the application
     *     has dealt with them: they do not count as failed any more, and do not come again
     * @param untold how many operations of others that this node has rejected have gone, since its log began, before their writers
     *     knew of it: nobody tells them
     */
    record RejectionsDropped(long failed, long untold) implements SyncEvent {}

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
     * A stamp of another node is further ahead than this node's clock follows: two minutes beyond the machine's. One of the two clocks is
     * wrong; this one, if it is so with all others. Nothing is lost or refused for it, but of two writes that did not know each other
     * that of the clock which is ahead stands. Told once for a node, until it has sent something within the bound.
     *
     * @param node who has written the operation, or made the promise; not always who has sent it on
     * @param stamp its stamp
     * @param ahead how far that is ahead of the machine's clock
     * @param response what was done
     */
    record ClockAnomaly(NodeId node, HybridTimestamp stamp, Duration ahead, Response response) implements SyncEvent {

        /** What is done with a clock that somebody else's is far ahead of. */
        public enum Response {
            /** The operation was taken as any other; this node's clock is no further than two minutes beyond the machine's for it. */
            LIMITED,
            /**
             * This node's clock goes on above the stamp: it has joined, or come back to, somebody who may have forgotten removals up to
             * there, and what it writes must not be below these.
             */
            FOLLOWED
        }

        /** Refuses null. */
        public ClockAnomaly {
            Objects.requireNonNull(node, "node");
            Objects.requireNonNull(stamp, "stamp");
            Objects.requireNonNull(ahead, "ahead");
            Objects.requireNonNull(response, "response");
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

    /**
     * A member takes part no more, in the epoch that it had: it was silent for longer than the retention, or has left, or was
     * forgotten, or goes on in another epoch. If it is there and does not know, it comes back by itself.
     *
     * @param node its id
     */
    record MemberFenced(NodeId node) implements SyncEvent {

        /** Refuses null. */
        public MemberFenced {
            Objects.requireNonNull(node, "node");
        }
    }

    /**
     * This node has come back, after it was fenced, or its log was put back, or it has joined others with operations of its own: what
     * only it had was written again, on top of what it has learned of the others.
     *
     * @param written how many keys were written again; where others had written meanwhile, not knowing of it, what has lost is among the
     *     {@linkplain SyncEngine#conflicts conflicts}
     */
    record Rebased(long written) implements SyncEvent {}

    /**
     * Others hold operations of this node that its log does not have, or know its log to have had more: an older copy of the log was put
     * in its place, or two nodes have gone on from copies of one. This node goes on in a new epoch; what it has written in between, as
     * far as nobody had acknowledged it when the engine was opened, it writes again on top.
     *
     * @param origin the epoch that ends
     */
    record OriginForked(Origin origin) implements SyncEvent {

        /** Refuses null. */
        public OriginForked {
            Objects.requireNonNull(origin, "origin");
        }
    }

    /**
     * One identity stands for two contents: an operation has come that goes by the name of the one that stands under its key here, and is
     * something else. Two nodes have gone on from copies of one log, or a log was damaged. What stands here stays, and what came is not
     * taken; whoever writes to the key ends it. Told once for an identity while the engine is open, of 1,000 at most.
     *
     * @param id the identity
     * @param key the key
     * @param stamp the stamp of the operation that stands here
     * @param other the stamp of the one that came; the same if only the values differ
     */
    record IdentityForked(OperationId id, Key key, HybridTimestamp stamp, HybridTimestamp other) implements SyncEvent {

        /** Refuses null. */
        public IdentityForked {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(stamp, "stamp");
            Objects.requireNonNull(other, "other");
        }

        /**
         * The same as an error.
         *
         * @return ORIGIN_FORK, with a message that names the identity and the key
         */
        public SoftadastraError error() {
            return SoftadastraError.of(
                            ErrorCode.ORIGIN_FORK,
                            "operation " + id
                                    + " stands for two contents: have two nodes gone on from copies of one log?")
                    .withContext("key " + key + ", stamps " + stamp + " and " + other);
        }
    }
}

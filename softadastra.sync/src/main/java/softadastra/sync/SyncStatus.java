package softadastra.sync;

/**
 * How far a local operation has come on its way to the other nodes.
 *
 * <p>On its way to several, it is with the one of them that has not acknowledged it and that it has come furthest to: in flight if it
 * was sent to any such one, else queued if it is taken up for any, else pending. Who has acknowledged it does not count any more: what
 * one peer has, and another one has no way to, is pending.
 */
public enum SyncStatus {
    /** Durable here, and not taken up for any peer that lacks it; so it is with every operation while no peer is known. */
    PENDING,
    /**
     * Taken up for a peer that there is a way to: its window has room for it, and it goes with the next step. Or the peer is brought what
     * stands here in parts, and will hold it with the last one. Lives in memory: after a restart it is {@link #PENDING} until there is a way
     * to the peer.
     */
    QUEUED,
    /**
     * Sent, one by one, and not yet acknowledged; no more than a window of 256 operations and 2 MiB for each peer. Lives in memory: after a
     * restart it is sent again, which changes nothing there.
     */
    IN_FLIGHT,
    /** Acknowledged by every peer that wants it, each from its own durable log. It is in no outbox any more. */
    ACKNOWLEDGED,
    /** An operation of another node, which has been applied here. */
    APPLIED,
    /** Rejected by a peer for good, whatever others do. Having no peer, or none within reach, is not failure. */
    FAILED
}

package softadastra.sync;

/** How far a local operation has come on its way to the other nodes. */
public enum SyncStatus {
    /** Durable here, and not yet taken up for any peer; so it is with every operation while no peer is known. */
    PENDING,
    /** Taken up for a peer, to be sent. Lives in memory: after a restart it is {@link #PENDING} again. */
    QUEUED,
    /** Sent, and not yet acknowledged. Lives in memory: after a restart it is sent again, which changes nothing there. */
    IN_FLIGHT,
    /** Acknowledged by every peer that wants it, each from its own durable log. It is in no outbox any more. */
    ACKNOWLEDGED,
    /** An operation of another node, which has been applied here. */
    APPLIED,
    /** Rejected by a peer for good. Having no peer, or none within reach, is not failure. */
    FAILED
}

package softadastra.sync;

/**
 * How much of what was written here is yet to reach others, at one moment.
 *
 * <p>{@code outboxSize} is always {@code pendingCount + queuedCount + inFlightCount + failedCount}: each operation of the outbox is
 * counted once, with its {@link SyncStatus}. The outbox and what has failed are worked out from the log, and so are the same before
 * and after a restart; what was queued or in flight is pending then.
 *
 * <p>An operation in the outbox is as safe as its log is: persisted, and not synced.
 *
 * @param outboxSize local operations that are retained here and that not everybody has acknowledged, and those that have failed
 * @param queuedCount those of them that are taken up for a peer, and in flight to none
 * @param inFlightCount those that were sent to a peer that has not acknowledged them yet
 * @param acknowledgedCount local operations that every peer has acknowledged, and none has rejected
 * @param failedCount those that a peer has rejected for good, until they are retried or discarded: the peer holds them, and yet
 *     they have not come to what was meant
 * @param pendingCount those that wait to be taken up; all of them, while no peer is known
 * @param totalRetries how often anything was sent again since the engine was opened
 */
public record SyncState(
        long outboxSize,
        long queuedCount,
        long inFlightCount,
        long acknowledgedCount,
        long failedCount,
        long pendingCount,
        long totalRetries) {

    /** The state where no peer is known: whatever the outbox holds waits. */
    static SyncState withoutPeers(long outboxSize) {
        return new SyncState(outboxSize, 0, 0, 0, 0, outboxSize, 0);
    }
}

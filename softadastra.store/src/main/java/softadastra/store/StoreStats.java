package softadastra.store;

import java.util.Objects;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalStats;

/**
 * Counters of an open store, taken at one moment, but not all at the same.
 *
 * @param entries how many keys have a value
 * @param liveBytes the bytes of those keys and values, as UTF-8 and as given, without what it takes to keep them
 * @param lastSequence the last sequence the log gave out
 * @param durableSequence the last sequence known to be durable
 * @param appliedSequence the sequence of the last operation that readers see
 * @param snapshots how many snapshots are open; each keeps in memory what has been replaced since. A checkpoint or a backup that is
 *     being written counts as one
 * @param watches how many watches are open
 * @param wal counters of the log: group-commit sizes, percentiles of the latency of forces, segments
 */
public record StoreStats(
        long entries,
        long liveBytes,
        long lastSequence,
        long durableSequence,
        long appliedSequence,
        int snapshots,
        int watches,
        WalStats wal) {

    /** Refuses null. */
    public StoreStats {
        Objects.requireNonNull(wal, "wal");
    }

    /** Those of a store at this moment. */
    static StoreStats of(Versions versions, WalLog log) {
        Change reached = versions.reached();
        return new StoreStats(
                reached.entries,
                reached.bytes,
                log.lastSequence(),
                log.durableSequence(),
                reached.sequence(),
                versions.views().snapshots().length,
                versions.watchers().size(),
                log.stats());
    }

    /**
     * The last sequence that the checkpoint in force covers: what opening the store need not read from the log.
     *
     * @return the sequence, 0 if there is no checkpoint
     */
    public long checkpointSequence() {
        return wal.checkpointSequence();
    }

    /**
     * What the log takes on disk, or in memory: records that were replaced, the checkpoint, and space in advance included.
     *
     * @return the bytes
     */
    public long totalBytes() {
        return wal.bytes();
    }
}

package softadastra.store;

import java.util.Objects;
import softadastra.wal.spi.WalStats;

/**
 * Counters of an open store, taken at one moment, but not all at the same.
 *
 * @param entries how many keys have a value
 * @param liveBytes the bytes of those keys and values, as UTF-8 and as given, without what it takes to keep them
 * @param lastSequence the last sequence the log gave out
 * @param durableSequence the last sequence known to be durable
 * @param appliedSequence the sequence of the last operation that readers see
 * @param wal counters of the log
 */
public record StoreStats(
        long entries, long liveBytes, long lastSequence, long durableSequence, long appliedSequence, WalStats wal) {

    /** Refuses null. */
    public StoreStats {
        Objects.requireNonNull(wal, "wal");
    }
}

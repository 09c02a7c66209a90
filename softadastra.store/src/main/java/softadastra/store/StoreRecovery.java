package softadastra.store;

import java.time.Duration;
import java.util.Objects;
import softadastra.wal.spi.WalRecovery;

/**
 * What opening a store found and did.
 *
 * @param log what opening its log found and did
 * @param checkpointSequence the last sequence of the checkpoint that the log was read on top of, 0 if there was none; its
 *     entries are loaded while the store is in use
 * @param operations how many operations were replayed
 * @param skipped how many records were passed over, since they mean nothing to the store
 * @param entries how many entries the store had then
 * @param lastSequence the last sequence of the log then, 0 for an empty one
 * @param duration how long the replay took, opening the log not included
 */
public record StoreRecovery(
        WalRecovery log,
        long checkpointSequence,
        long operations,
        long skipped,
        long entries,
        long lastSequence,
        Duration duration) {

    /** Refuses null. */
    public StoreRecovery {
        Objects.requireNonNull(log, "log");
        Objects.requireNonNull(duration, "duration");
    }
}

package softadastra.store;

import java.time.Duration;
import java.util.Objects;

/**
 * A checkpoint that a store has written: all its entries, so that the log before it may go.
 *
 * @param sequence the last sequence whose effects are in it
 * @param entries how many entries it has
 * @param bytes how long it is
 * @param duration how long it took, waiting for the disk included
 */
public record StoreCheckpoint(long sequence, long entries, long bytes, Duration duration) {

    /** Refuses null. */
    public StoreCheckpoint {
        Objects.requireNonNull(duration, "duration");
    }
}

package softadastra.store;

import java.util.Objects;
import softadastra.core.HybridTimestamp;

/**
 * A key with its current value, as a store had it at one moment.
 *
 * @param key the key
 * @param value the value
 * @param version 1 when the key was created, one more for each update of it; 1 again when it is created after a removal
 * @param sequence the log sequence of the operation that wrote the value; once durable it is never used again, so two equal
 *     sequences mean the same write
 * @param timestamp the stamp of that operation; larger than that of the value it replaced
 */
public record Entry(Key key, Value value, long version, long sequence, HybridTimestamp timestamp) {

    /** Refuses null. */
    public Entry {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(timestamp, "timestamp");
    }
}

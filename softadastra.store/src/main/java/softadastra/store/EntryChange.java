package softadastra.store;

import java.util.Objects;
import java.util.Optional;
import softadastra.core.HybridTimestamp;

/**
 * A change of an entry, as a {@link Watch} tells of it.
 *
 * @param type PUT if the key had no value before, UPDATE if it had one, DELETE if its value was taken away
 * @param key the key
 * @param value its value now; empty for DELETE
 * @param version the version of the entry, or of the one that was removed
 * @param sequence the log sequence of the operation; those of a watch ascend
 * @param timestamp the stamp of the operation
 */
public record EntryChange(
        OperationType type, Key key, Optional<Value> value, long version, long sequence, HybridTimestamp timestamp) {

    /** Refuses null. */
    public EntryChange {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(timestamp, "timestamp");
    }
}

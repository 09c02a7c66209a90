package softadastra.store;

import java.util.Objects;
import java.util.Optional;
import softadastra.core.HybridTimestamp;

/**
 * What stands under a key: the operation that gave it its value, or the one that removed that, as long as it is remembered.
 *
 * @param key the key
 * @param id the operation
 * @param stamp when it was written
 * @param version the version that its writer gave it
 * @param value the value; empty for a removal
 * @param sequence the sequence of the log that it has here
 */
public record Standing(
        Key key, OperationId id, HybridTimestamp stamp, long version, Optional<Value> value, long sequence) {

    /** Refuses null. */
    public Standing {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(stamp, "stamp");
        Objects.requireNonNull(value, "value");
    }

    static Standing of(Key key, Stored stored) {
        return new Standing(
                key,
                new OperationId(stored.origin, stored.counter),
                HybridTimestamp.ofPacked(stored.stamp),
                stored.version,
                Optional.ofNullable(stored.value).map(Value::wrap),
                stored.sequence);
    }
}

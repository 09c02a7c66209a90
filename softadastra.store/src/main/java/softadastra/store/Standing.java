package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;

/**
 * What stands under a key: the operation that gave it its value, or the one that removed that, as long as it is remembered.
 *
 * @param key the key
 * @param id the operation
 * @param stamp when it was written
 * @param version the version that its writer gave it
 * @param value the value; empty for a removal
 * @param sequence the sequence of the log since when what stands under the key is as it is: of several that stand beside each other,
 *     the same for all
 * @param contested whether others stand beside it
 * @param floor the stamp that whatever is written to the key next must be above: later than its own where an operation was passed
 *     over that had it
 */
public record Standing(
        Key key,
        OperationId id,
        HybridTimestamp stamp,
        long version,
        Optional<Value> value,
        long sequence,
        boolean contested,
        HybridTimestamp floor) {

    /** Refuses null. */
    public Standing {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(stamp, "stamp");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(floor, "floor");
    }

    /** What gives a key a value, or takes it away. */
    static Operation operation(Key key, byte @Nullable [] value) {
        return value == null ? Operation.delete(key) : Operation.put(key, Value.wrap(value));
    }

    /** What stands under a key, as it was written, the last one first. */
    static List<Standing> of(Key key, Stored stored) {
        List<Standing> all = new ArrayList<>();
        for (Stored each : stored.siblings()) {
            all.add(new Standing(
                    key,
                    new OperationId(each.origin, each.counter),
                    HybridTimestamp.ofPacked(each.stamp),
                    each.version,
                    Optional.ofNullable(each.value).map(Value::wrap),
                    stored.sequence,
                    stored.isContested(),
                    HybridTimestamp.ofPacked(stored.floor())));
        }
        return all;
    }
}

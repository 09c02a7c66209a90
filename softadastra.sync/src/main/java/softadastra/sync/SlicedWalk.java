package softadastra.sync;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import softadastra.store.Key;
import softadastra.store.Replication;
import softadastra.store.Standing;
import softadastra.store.Value;

/** A walk over what stands at a node, in the order of the keys, a slice of whole keys at a time. For one thread. */
final class SlicedWalk {

    private static final int OVERHEAD = 64;

    private Optional<Key> through = Optional.empty();
    private boolean complete;

    /** A slice that is under way. */
    private static final class Slice {
        private int entries;
        private long bytes;
        private boolean enough;
        private @Nullable Key last;
    }

    /** Whether there is nothing more. */
    boolean isComplete() {
        return complete;
    }

    /** What an entry takes in messages, about. */
    static long size(Standing each) {
        return (long) OVERHEAD
                + each.key().length()
                + each.value().map(Value::length).orElse(0);
    }

    /**
     * Hands over what stands under the next keys. A key is not begun once there were so many entries, or so many bytes.
     *
     * @param visitor takes them; what it answers no to is the last key of the slice
     */
    void next(Replication replication, int entries, long bytes, Predicate<Standing> visitor) {
        Slice slice = new Slice();
        long unused = replication
                .standing(through, each -> {
                    boolean isFull = slice.enough || slice.entries >= entries || slice.bytes >= bytes;
                    if (isFull && !Objects.equals(each.key(), slice.last)) {
                        return false;
                    }
                    slice.entries++;
                    slice.bytes += size(each);
                    slice.last = each.key();
                    slice.enough |= !visitor.test(each);
                    return true;
                })
                .orElseThrow();
        Key last = slice.last;
        // A slice that was ended by the end of the keys has one that is empty behind it.
        complete = last == null;
        through = last == null ? through : Optional.of(last);
    }
}

package softadastra.bench;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A way to keep a store's entries in memory, in key order: one writer, readers that never wait. */
interface OrderedIndex {

    /** The entry of a key. */
    @Nullable
    IndexEntry get(byte[] key);

    /** Sets the entry of its key. */
    void put(byte[] key, IndexEntry entry);

    /** Hands over the entries whose keys begin with a prefix, in order, until it is told to stop. */
    void scan(byte[] prefix, Predicate<IndexEntry> visitor);

    /** Keeps the state as it is, for a reader, while writes go on. */
    OrderedIndex snapshot();

    /** Whether it keeps the keys itself, so that the entries need none. */
    default boolean keepsKeys() {
        return true;
    }
}

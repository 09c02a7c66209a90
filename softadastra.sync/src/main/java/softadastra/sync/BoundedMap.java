package softadastra.sync;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A map in the order in which its keys came, for what has to be remembered and must not grow for ever: beyond so many entries, or so
 * many bytes, the oldest go, and are counted. The newest stays, however large it is. For one thread.
 *
 * @param <K> the keys
 * @param <V> the values
 */
final class BoundedMap<K, V> {

    private final int maxCount;
    private final long maxBytes;
    private final ToLongFunction<? super V> size;
    private final Map<K, V> all = new LinkedHashMap<>();
    private final Map<K, V> view = Collections.unmodifiableMap(all);
    private long bytes;
    private long dropped;

    /** Makes one whose entries are only counted. */
    BoundedMap(int maxCount) {
        this(maxCount, Long.MAX_VALUE, value -> 0);
    }

    /**
     * Makes one.
     *
     * @param size how many bytes a value takes; always the same for one value
     */
    BoundedMap(int maxCount, long maxBytes, ToLongFunction<? super V> size) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
        this.size = size;
    }

    /** The entries, oldest first; it follows what is done to this map. */
    Map<K, V> asMap() {
        return view;
    }

    int size() {
        return all.size();
    }

    boolean containsKey(K key) {
        return all.containsKey(key);
    }

    @Nullable
    V get(K key) {
        return all.get(key);
    }

    /**
     * Adds a value, unless its key has one.
     *
     * @return whether it was added
     */
    boolean putIfAbsent(K key, V value) {
        return putIfAbsent(key, value, gone -> {});
    }

    /**
     * Adds a value, unless its key has one.
     *
     * @param gone is told what goes for want of room
     * @return whether it was added
     */
    boolean putIfAbsent(K key, V value, Consumer<? super V> gone) {
        if (all.putIfAbsent(key, value) != null) {
            return false;
        }
        bytes += size.applyAsLong(value);
        Iterator<V> oldest = all.values().iterator();
        while (all.size() > maxCount || (bytes > maxBytes && all.size() > 1)) {
            V each = oldest.next();
            oldest.remove();
            bytes -= size.applyAsLong(each);
            dropped++;
            gone.accept(each);
        }
        return true;
    }

    /** Adds a value as the newest, instead of the one that its key has. */
    void putLast(K key, V value) {
        V unused = remove(key);
        boolean unusedAdded = putIfAbsent(key, value);
    }

    /** Removes the value of a key, and returns it; null if there is none. */
    @Nullable
    V remove(K key) {
        V removed = all.remove(key);
        bytes -= removed == null ? 0 : size.applyAsLong(removed);
        return removed;
    }

    /** How many have gone for want of room. */
    long dropped() {
        return dropped;
    }

    /** Counts some that went before, as a note of the log says. */
    void addDropped(long count) {
        dropped += count;
    }
}

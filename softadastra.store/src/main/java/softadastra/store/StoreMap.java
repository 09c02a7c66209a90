package softadastra.store;

import java.util.AbstractMap;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store as a map: see {@link StoreEngine#asMap()}. It has no state of its own. */
final class StoreMap extends AbstractMap<Key, Value> implements ConcurrentMap<Key, Value> {

    /** About as much {@link #putAll} and {@link #clear} write at once. */
    private static final int BATCH_BYTES = 1 << 20;

    /** About what an operation takes in the log besides its key and value. */
    private static final int OVERHEAD = 64;

    /** As many entries are named by {@link #toString}. */
    private static final int SHOWN = 100;

    private final StoreEngine store;
    private final AtomicUpdates updates;
    private final Set<Map.Entry<Key, Value>> entrySet;
    private final Set<Key> keySet;
    private final Collection<Value> values;

    StoreMap(StoreEngine store) {
        this.store = store;
        this.updates = new AtomicUpdates(store);
        StoreMapViews views = new StoreMapViews(store, this);
        this.entrySet = views.entrySet();
        this.keySet = views.keySet();
        this.values = views.values();
    }

    @Override
    public int size() {
        return (int) Math.min(store.size(), Integer.MAX_VALUE);
    }

    @Override
    public boolean isEmpty() {
        return store.isEmpty();
    }

    @Override
    public @Nullable Value get(Object key) {
        return Objects.requireNonNull(key, "key") instanceof Key it
                ? store.get(it).map(entry -> entry.value()).orElse(null)
                : null;
    }

    @Override
    public boolean containsKey(Object key) {
        return Objects.requireNonNull(key, "key") instanceof Key it && store.contains(it);
    }

    @Override
    public boolean containsValue(Object value) {
        Objects.requireNonNull(value, "value");
        return store.entries().anyMatch(entry -> entry.value().equals(value));
    }

    @Override
    public @Nullable Value put(Key key, Value value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        return updates.apply(key, before -> value).before();
    }

    @Override
    public @Nullable Value putIfAbsent(Key key, Value value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        return updates.apply(key, before -> before == null ? value : before).before();
    }

    @Override
    public void putAll(Map<? extends Key, ? extends Value> map) {
        Batches batches = new Batches();
        for (Map.Entry<? extends Key, ? extends Value> entry : map.entrySet()) {
            Key key = Objects.requireNonNull(entry.getKey(), "key");
            Value value = Objects.requireNonNull(entry.getValue(), "value");
            AtomicUpdates.requireValid(Limits.errorOf(key, value));
            batches.add(Operation.put(key, value), (long) key.length() + value.length());
        }
        batches.write();
    }

    @Override
    public @Nullable Value remove(Object key) {
        return Objects.requireNonNull(key, "key") instanceof Key it
                ? updates.apply(it, before -> null).before()
                : null;
    }

    @Override
    public boolean remove(Object key, Object value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        return key instanceof Key it
                && updates.apply(it, before -> before != null && before.equals(value) ? null : before)
                        .isChange();
    }

    @Override
    public @Nullable Value replace(Key key, Value value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        return updates.apply(key, before -> before == null ? null : value).before();
    }

    @Override
    public boolean replace(Key key, Value oldValue, Value newValue) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(oldValue, "oldValue");
        Objects.requireNonNull(newValue, "newValue");
        return updates.apply(key, before -> before != null && before.equals(oldValue) ? newValue : before)
                .isChange();
    }

    @Override
    public @Nullable Value compute(
            Key key, BiFunction<? super Key, ? super @Nullable Value, ? extends @Nullable Value> function) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(function, "function");
        return updates.apply(key, before -> function.apply(key, before)).after();
    }

    @Override
    public @Nullable Value computeIfAbsent(Key key, Function<? super Key, ? extends @Nullable Value> function) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(function, "function");
        return updates.apply(key, before -> before == null ? function.apply(key) : before)
                .after();
    }

    @Override
    public @Nullable Value computeIfPresent(
            Key key, BiFunction<? super Key, ? super Value, ? extends @Nullable Value> function) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(function, "function");
        return updates.apply(key, before -> before == null ? null : function.apply(key, before))
                .after();
    }

    @Override
    public @Nullable Value merge(
            Key key, Value value, BiFunction<? super Value, ? super Value, ? extends @Nullable Value> function) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(function, "function");
        return updates.apply(key, before -> before == null ? value : function.apply(before, value))
                .after();
    }

    @Override
    public void clear() {
        Batches batches = new Batches();
        store.entries()
                .forEach(entry ->
                        batches.add(Operation.delete(entry.key()), entry.key().length()));
        batches.write();
    }

    /** Gathers writes that need not be made one by one. */
    private final class Batches {
        private Batch batch = new Batch();
        private long bytes;

        void add(Operation operation, long length) {
            long more = length + OVERHEAD;
            if (bytes + more > BATCH_BYTES) {
                write();
            }
            batch.add(operation);
            bytes += more;
        }

        void write() {
            var unused = store.write(batch).orElseThrow();
            batch = new Batch();
            bytes = 0;
        }
    }

    @Override
    public Set<Key> keySet() {
        return keySet;
    }

    @Override
    public Collection<Value> values() {
        return values;
    }

    @Override
    public Set<Map.Entry<Key, Value>> entrySet() {
        return entrySet;
    }

    /** As that of other maps, but of a large one only the first entries, and how many there are. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        long shown = 0;
        for (Iterator<Map.Entry<Key, Value>> all = entrySet.iterator(); all.hasNext(); shown++) {
            text.append(shown == 0 ? "" : ", ");
            if (shown == SHOWN) {
                text.append("... (").append(store.size()).append(" entries)");
                break;
            }
            text.append(all.next());
        }
        return text.append('}').toString();
    }
}

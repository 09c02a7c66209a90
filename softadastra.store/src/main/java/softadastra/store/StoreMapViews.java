package softadastra.store;

import java.util.AbstractCollection;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries, keys and values of a {@link StoreMap}, in the order of keys. None has a spliterator that tells how many they are:
 * while others write, a stream would rely on a number that is wrong.
 */
final class StoreMapViews {

    private final StoreEngine store;
    private final StoreMap map;

    StoreMapViews(StoreEngine store, StoreMap map) {
        this.store = store;
        this.map = map;
    }

    Set<Map.Entry<Key, Value>> entrySet() {
        return new EntrySet();
    }

    Set<Key> keySet() {
        return new KeySet();
    }

    Collection<Value> values() {
        return new Values();
    }

    /** Removes an entry, unless the key has another one by now. */
    private boolean remove(Entry entry) {
        return store.removeIfSequence(entry.key(), entry.sequence())
                .orElseThrow()
                .isWritten();
    }

    /** Removes the entries that a test says yes to, each only if it is still the one that was tested. */
    private boolean removeEach(Predicate<Entry> test) {
        return store.entries().filter(test).filter(this::remove).count() > 0;
    }

    /** A pass over the entries, which can remove the one it was at last. */
    private final class Pass<T> implements Iterator<T> {
        private final Iterator<Entry> entries = store.entries().iterator();
        private final Function<Entry, T> view;
        private @Nullable Key last;

        Pass(Function<Entry, T> view) {
            this.view = view;
        }

        @Override
        public boolean hasNext() {
            return entries.hasNext();
        }

        @Override
        public T next() {
            Entry next = entries.next();
            last = next.key();
            return view.apply(next);
        }

        @Override
        public void remove() {
            Key key = last;
            if (key == null) {
                throw new IllegalStateException("nothing to remove: an entry is removed once, after it was answered");
            }
            last = null;
            var unused = store.remove(key).orElseThrow();
        }
    }

    /** An entry as it was read; a value that is set goes to the store. */
    private final class MapEntry implements Map.Entry<Key, Value> {
        private final Key key;
        private Value value;

        MapEntry(Entry entry) {
            this.key = entry.key();
            this.value = entry.value();
        }

        @Override
        public Key getKey() {
            return key;
        }

        @Override
        public Value getValue() {
            return value;
        }

        @Override
        public Value setValue(Value newValue) {
            var unused = map.put(key, newValue);
            Value before = value;
            value = newValue;
            return before;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Map.Entry<?, ?> that && key.equals(that.getKey()) && value.equals(that.getValue());
        }

        @Override
        public int hashCode() {
            return key.hashCode() ^ value.hashCode();
        }

        @Override
        public String toString() {
            return key + "=" + value;
        }
    }

    private final class EntrySet extends AbstractSet<Map.Entry<Key, Value>> {
        @Override
        public Iterator<Map.Entry<Key, Value>> iterator() {
            return new Pass<>(MapEntry::new);
        }

        @Override
        public Spliterator<Map.Entry<Key, Value>> spliterator() {
            return store.entries().<Map.Entry<Key, Value>>map(MapEntry::new).spliterator();
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public boolean contains(Object other) {
            return other instanceof Map.Entry<?, ?> entry
                    && entry.getKey() instanceof Key key
                    && entry.getValue() instanceof Value value
                    && store.get(key)
                            .filter(found -> found.value().equals(value))
                            .isPresent();
        }

        @Override
        public boolean remove(Object other) {
            return other instanceof Map.Entry<?, ?> entry
                    && entry.getKey() instanceof Key key
                    && entry.getValue() instanceof Value value
                    && map.remove(key, value);
        }

        @Override
        public boolean removeIf(Predicate<? super Map.Entry<Key, Value>> filter) {
            Objects.requireNonNull(filter, "filter");
            return removeEach(entry -> filter.test(new MapEntry(entry)));
        }

        @Override
        public void clear() {
            map.clear();
        }
    }

    private final class KeySet extends AbstractSet<Key> {
        @Override
        public Iterator<Key> iterator() {
            return new Pass<>(Entry::key);
        }

        @Override
        public Spliterator<Key> spliterator() {
            return store.entries().map(Entry::key).spliterator();
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public boolean contains(Object key) {
            return map.containsKey(key);
        }

        @Override
        public boolean remove(Object key) {
            return map.remove(key) != null;
        }

        @Override
        public void clear() {
            map.clear();
        }
    }

    private final class Values extends AbstractCollection<Value> {
        @Override
        public Iterator<Value> iterator() {
            return new Pass<>(Entry::value);
        }

        @Override
        public Spliterator<Value> spliterator() {
            return store.entries().map(Entry::value).spliterator();
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public boolean contains(Object value) {
            return map.containsValue(value);
        }

        @Override
        public boolean remove(Object value) {
            Objects.requireNonNull(value, "value");
            return store.entries().filter(entry -> entry.value().equals(value)).anyMatch(StoreMapViews.this::remove);
        }

        @Override
        public boolean removeIf(Predicate<? super Value> filter) {
            Objects.requireNonNull(filter, "filter");
            return removeEach(entry -> filter.test(entry.value()));
        }

        @Override
        public void clear() {
            map.clear();
        }
    }
}

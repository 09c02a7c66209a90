package softadastra.store;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;

/** Makes entries of what is in an index, for readers. */
final class Entries {

    private Entries() {}

    static Optional<Entry> get(Index index, Key key) {
        Stored stored = Stored.visible(index.get(key));
        return stored == null ? Optional.empty() : Optional.of(entry(key, stored));
    }

    static boolean contains(Index index, Key key) {
        return Stored.visible(index.get(key)) != null;
    }

    /** The entries whose keys begin with a prefix, in order; one after the other as they are asked for. */
    static Stream<Entry> withPrefix(Index index, Key prefix) {
        return StreamSupport.stream(new Walk(index.from(prefix), prefix), false);
    }

    private static Entry entry(Key key, Stored stored) {
        byte[] value = stored.value;
        if (value == null) {
            throw new IllegalArgumentException("a tombstone is no entry");
        }
        return new Entry(
                key, Value.wrap(value), stored.version, stored.sequence, HybridTimestamp.ofPacked(stored.stamp));
    }

    private static final class Walk extends Spliterators.AbstractSpliterator<Entry> {
        private final Iterator<Map.Entry<Key, Stored>> iterator;
        private final Key prefix;

        Walk(Iterator<Map.Entry<Key, Stored>> iterator, Key prefix) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL);
            this.iterator = iterator;
            this.prefix = prefix;
        }

        @Override
        public boolean tryAdvance(Consumer<? super Entry> action) {
            while (iterator.hasNext()) {
                Map.Entry<Key, Stored> next = iterator.next();
                if (!next.getKey().startsWith(prefix)) {
                    return false;
                }
                @Nullable Stored stored = Stored.visible(next.getValue());
                if (stored != null) {
                    action.accept(entry(next.getKey(), stored));
                    return true;
                }
            }
            return false;
        }
    }
}

package softadastra.cli.control;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import softadastra.core.SoftadastraException;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.Snapshot;

/** Entries to look at. Methods throw {@link SoftadastraException} where they cannot be read. For one thread. */
public interface Entries extends AutoCloseable {

    /** The entry of a key. */
    Optional<Entry> get(Key key);

    /** Hands over entries in key order, all as of one moment; exceptions of the consumer end it and pass through. */
    void scan(EntryQuery query, Consumer<? super Entry> consumer);

    @Override
    void close();

    /** The entries of a snapshot, which is closed with them. */
    static Entries of(Snapshot snapshot) {
        return new Entries() {
            @Override
            public Optional<Entry> get(Key key) {
                return snapshot.get(key);
            }

            @Override
            public void scan(EntryQuery query, Consumer<? super Entry> consumer) {
                try (Stream<Entry> entries = snapshot.entries(query.range())) {
                    entries.limit(query.limit()).forEach(consumer);
                }
            }

            @Override
            public void close() {
                snapshot.close();
            }
        };
    }
}

package softadastra.bench;

import java.nio.file.Path;
import softadastra.core.Result;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Puts into our store, of ever new keys, by one thread. */
final class OurStore implements Contender {

    private final StoreConfig config;
    private final StoreEngine store;
    private final RecordSource source = new RecordSource(0);
    private long done;

    OurStore(Path path, boolean autoFlush) {
        config = StoreConfig.durable(path).withAutoFlush(autoFlush);
        store = StoreEngine.open(config).orElseThrow();
    }

    @Override
    public String name() {
        return "put, 1 thread";
    }

    @Override
    public void run(int operations) {
        for (int i = 0; i < operations; i++) {
            put(store, source);
        }
        done += operations;
    }

    static void put(StoreEngine store, RecordSource source) {
        Key key = Key.of(source.nextKey());
        Result<PutResult> answer = store.put(key, Value.of(source.value()));
        if (!answer.value().created()) {
            throw new WrongResultException("the key " + key.asString() + " was there before");
        }
    }

    /** Closes the store and opens it again. */
    @Override
    public void verify() {
        store.close();
        try (StoreEngine reopened = StoreEngine.open(config).orElseThrow()) {
            verify(reopened, done);
        }
    }

    /** Requires the first so many records of a source, and nothing else. */
    static void verify(StoreEngine store, long records) {
        WrongResultException.require(records, store.size(), "entries");
        RecordSource expected = new RecordSource(0);
        for (long i = 0; i < records; i++) {
            String text = expected.nextKey();
            Entry entry = store.get(Key.of(text))
                    .orElseThrow(() -> new WrongResultException("the key " + text + " is not there"));
            if (!entry.value().equals(Value.of(expected.value()))) {
                throw new WrongResultException("the value of " + text + " is not the one that was put");
            }
        }
    }

    @Override
    public void close() {
        store.close();
    }
}

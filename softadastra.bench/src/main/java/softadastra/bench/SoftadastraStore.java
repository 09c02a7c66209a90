package softadastra.bench;

import java.nio.file.Path;
import java.util.Optional;
import softadastra.core.Result;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Our store. */
final class SoftadastraStore implements KeyValueStore {

    private final StoreConfig config;
    private StoreEngine store;

    /**
     * Opens a store, which writes checkpoints by itself.
     *
     * @param sync whether a put waits until it is durable
     */
    SoftadastraStore(Path folder, boolean sync) {
        this(StoreConfig.durable(folder).withAutoFlush(sync));
    }

    /** As {@link #SoftadastraStore(Path, boolean)}, with another policy for checkpoints. */
    SoftadastraStore(Path folder, boolean sync, CheckpointPolicy checkpoints) {
        this(StoreConfig.durable(folder).withAutoFlush(sync).withCheckpoints(checkpoints));
    }

    /** Opens a store. */
    SoftadastraStore(StoreConfig config) {
        this.config = config;
        this.store = StoreEngine.open(config).orElseThrow();
    }

    @Override
    public String name() {
        return "our store";
    }

    @Override
    public void put(RecordSource source) {
        Result<PutResult> answer = store.put(Key.of(source.key()), Value.of(source.value()));
        WrongResultException.require(1, answer.isOk() ? 1 : 0, "puts that were done");
    }

    @Override
    public int get(Probe key) {
        Optional<Entry> entry = store.get(key.key());
        return entry.isPresent() ? entry.get().value().length() : -1;
    }

    @Override
    public long scan(Probe prefix) {
        return store.entries(prefix.text())
                .mapToLong(entry -> entry.value().length())
                .sum();
    }

    @Override
    public void visit(PeerLog.Visitor visitor) {
        byte[] record = new byte[RecordSource.BYTES];
        store.entries().forEachOrdered(entry -> {
            RecordSource.join(entry.key().utf8(), entry.value().bytes(), record);
            visitor.accept(record, 0, record.length);
        });
    }

    @Override
    public void reopen() {
        store.close();
        store = StoreEngine.open(config).orElseThrow();
    }

    /** The store itself. */
    StoreEngine engine() {
        return store;
    }

    @Override
    public void close() {
        store.close();
    }
}

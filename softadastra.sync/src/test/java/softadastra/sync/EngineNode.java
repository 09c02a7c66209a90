package softadastra.sync;

import java.util.Map;
import java.util.TreeMap;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A store and what syncs it, as an application has them; tests add what they ask of it. */
class EngineNode implements AutoCloseable {

    final StoreEngine store;
    final SyncEngine sync;

    EngineNode(String id, StoreConfig config, SyncConfig rules, SyncTransport way) {
        store = StoreEngine.open(config.withNodeId(id)).orElseThrow();
        sync = SyncEngine.open(store, rules, way).orElseThrow();
    }

    final void put(String key, String value) {
        store.put(Key.of(key), Value.fromString(value)).orElseThrow();
    }

    /** What readers see, by key. */
    final Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        store.entries()
                .forEach(entry ->
                        contents.put(entry.key().asString(), entry.value().asString()));
        return contents;
    }

    @Override
    public void close() {
        sync.close();
        store.close();
    }
}

package softadastra.it.examples;

import softadastra.store.Key;
import softadastra.store.Snapshot;
import softadastra.store.SnapshotBuilderStore;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** The state that a closed log holds, built without opening the log for writing. */
public final class SnapshotFromWal {

    private SnapshotFromWal() {}

    public static void main(String[] args) {
        String path = "data/snapshot.wal";
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(path)).orElseThrow()) {
            store.put(Key.of("item:1"), Value.fromString("alpha")).orElseThrow();
            store.put(Key.of("item:2"), Value.fromString("beta")).orElseThrow();
            store.put(Key.of("item:1"), Value.fromString("alpha-updated")).orElseThrow();
        }

        Snapshot snapshot = SnapshotBuilderStore.build(path).orElseThrow();
        System.out.println("Snapshot size: " + snapshot.size());
        snapshot.all()
                .forEach(entry -> System.out.println(
                        entry.key().asString() + " => " + entry.value().asString()));
    }
}

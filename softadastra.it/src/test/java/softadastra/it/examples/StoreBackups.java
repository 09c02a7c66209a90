package softadastra.it.examples;

import java.nio.file.Path;
import softadastra.store.Key;
import softadastra.store.Snapshot;
import softadastra.store.SnapshotBuilderStore;
import softadastra.store.StoreBackup;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A drill: back up while the store is in use, look into the backup, restore it elsewhere, compare. */
public final class StoreBackups {

    private StoreBackups() {}

    public static void main(String[] args) {
        Path monday = Path.of("data/backup-monday");
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.durable("data/node-a.wal")).orElseThrow()) {
            store.put(Key.of("user:1"), Value.fromString("Gaspard")).orElseThrow();
            StoreBackup backup = store.backup(monday).orElseThrow();
            System.out.println("Backed up " + backup.entries() + " entry up to sequence " + backup.sequence());

            // The store goes on; the backup stays as it is, and nothing is written over.
            store.put(Key.of("user:1"), Value.fromString("changed")).orElseThrow();
            System.out.println(store.backup(monday).error().message());
        }
        Snapshot inBackup = SnapshotBuilderStore.build(monday).orElseThrow();

        StoreBackup.restore(monday, StoreConfig.durable("data/drill.wal")).orElseThrow();
        try (StoreEngine restored =
                StoreEngine.open(StoreConfig.durable("data/drill.wal")).orElseThrow()) {
            System.out.println(
                    "Same entries: " + inBackup.all().equals(restored.entries().toList()));
            System.out.println(
                    "Restored: " + restored.get(Key.of("user:1")).orElseThrow().value());
        }
    }
}

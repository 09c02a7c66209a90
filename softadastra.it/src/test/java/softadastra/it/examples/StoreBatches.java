package softadastra.it.examples;

import softadastra.store.Batch;
import softadastra.store.BatchResult;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A move from one account to another: both happen, or neither, whatever crashes. */
public final class StoreBatches {

    private StoreBatches() {}

    public static void main(String[] args) {
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.durable("data/batches.wal")).orElseThrow()) {
            Batch batch = new Batch()
                    .put(Key.of("account:1"), Value.fromString("70"))
                    .put(Key.of("account:2"), Value.fromString("30"))
                    .remove(Key.of("account:3"));
            BatchResult result = store.write(batch).orElseThrow();
            System.out.println(batch);
            System.out.println("Last sequence: " + result.lastSequence());
            System.out.println("Entries: " + store.entries("account:").count());
        }
    }
}

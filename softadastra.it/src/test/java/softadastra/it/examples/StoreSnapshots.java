package softadastra.it.examples;

import softadastra.store.Key;
import softadastra.store.KeyRange;
import softadastra.store.Snapshot;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A report over one moment of the store, while writes go on, and ranges of keys. */
public final class StoreSnapshots {

    private StoreSnapshots() {}

    public static void main(String[] args) {
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            for (String day : new String[] {"2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"}) {
                store.put(Key.of("order:" + day), Value.fromString("10")).orElseThrow();
            }
            try (Snapshot snapshot = store.snapshot()) {
                store.remove(Key.of("order:2026-02-01")).orElseThrow();

                System.out.println(
                        "February then: " + snapshot.entries("order:2026-02").count());
                System.out.println(
                        "February now: " + store.entries("order:2026-02").count());
                KeyRange turn = KeyRange.between(Key.of("order:2026-01-31"), Key.of("order:2026-02-02"));
                snapshot.entries(turn)
                        .forEach(entry -> System.out.println(entry.key().asString()));
            }
        }
    }
}

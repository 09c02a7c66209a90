package softadastra.it.examples;

import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A store on a durable log: every put is in the log before it is in the store. */
public final class WalUsage {

    private WalUsage() {}

    public static void main(String[] args) {
        StoreConfig config = StoreConfig.durable("data/wal-usage.wal");
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            store.put(Key.of("product:1"), Value.fromString("Laptop")).orElseThrow();
            store.put(Key.of("product:2"), Value.fromString("Phone")).orElseThrow();
            store.put(Key.of("product:1"), Value.fromString("Laptop Pro")).orElseThrow();

            System.out.println("Current store size: " + store.size());
            store.entries()
                    .forEach(entry -> System.out.println(entry.key().asString()
                            + " => " + entry.value().asString()
                            + " version=" + entry.version()));
        }
    }
}

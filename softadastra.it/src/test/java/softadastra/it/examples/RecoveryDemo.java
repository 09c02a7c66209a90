package softadastra.it.examples;

import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A store that is closed and opened again: the log gives everything back. */
public final class RecoveryDemo {

    private RecoveryDemo() {}

    public static void main(String[] args) {
        StoreConfig config = StoreConfig.durable("data/recovery-demo.wal");
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            store.put(Key.of("user:1"), Value.fromString("Gaspard")).orElseThrow();
            store.put(Key.of("user:2"), Value.fromString("Softadastra")).orElseThrow();
            store.put(Key.of("user:1"), Value.fromString("Gaspard Kirira")).orElseThrow();
            System.out.println("Before restart size: " + store.size());
        }

        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            System.out.println("After recovery size: " + store.size());
            Entry entry = store.get(Key.of("user:1")).orElseThrow();
            System.out.println("Recovered " + entry.key().asString()
                    + " => " + entry.value().asString()
                    + " version=" + entry.version());
            System.out.println("Last recovered sequence: " + store.lastRecoveredSequence());
        }
    }
}

package softadastra.it.examples;

import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** A store in memory: what it holds is gone when it is closed. */
public final class MemoryOnly {

    private MemoryOnly() {}

    public static void main(String[] args) {
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            PutResult put = store.put(Key.of("session:1"), Value.fromString("temporary-value"))
                    .orElseThrow();
            System.out.println("Created=" + put.created() + " version=" + put.version());

            Entry entry = store.get(Key.of("session:1")).orElseThrow();
            System.out.println(entry.key().asString() + " => " + entry.value().asString());
        }
    }
}

package softadastra.it.examples;

import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.RemoveResult;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** The three verbs of a store: put, get, remove. */
public final class BasicStore {

    private BasicStore() {}

    public static void main(String[] args) {
        Key key = Key.of("user:1");
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.durable("data/basic-store.wal")).orElseThrow()) {
            PutResult put = store.put(key, Value.fromString("Gaspard")).orElseThrow();
            System.out.println("Put version=" + put.version());

            Entry entry = store.get(key).orElseThrow();
            System.out.println("Entry key=" + entry.key().asString()
                    + " value=" + entry.value().asString()
                    + " version=" + entry.version());

            RemoveResult removed = store.remove(key).orElseThrow();
            System.out.println("Removed=" + removed.deleted());
        }
    }
}

package softadastra.it.examples;

import java.util.concurrent.Semaphore;
import softadastra.store.EntryChange;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.store.Watch;

/** A listener is told of every change of the keys it is for, once each, in the order of the log. */
public final class StoreWatching {

    private StoreWatching() {}

    public static void main(String[] args) {
        Semaphore changes = new Semaphore(0);
        try (StoreEngine store =
                        StoreEngine.open(StoreConfig.durable("data/watch.wal")).orElseThrow();
                Watch watch = store.watch("user:", change -> {
                            show(change);
                            changes.release();
                        })
                        .orElseThrow()) {
            store.put(Key.of("user:1"), Value.fromString("Gaspard")).orElseThrow();
            store.put(Key.of("session:9"), Value.fromString("not watched")).orElseThrow();
            store.put(Key.of("user:1"), Value.fromString("Gaspard Kirira")).orElseThrow();
            store.remove(Key.of("user:1")).orElseThrow();
            changes.acquireUninterruptibly(3);
            // It may be closed before it has noted that the last one is told.
            System.out.println("Told through 3: " + (watch.toldThrough() >= 3));
        }
    }

    private static void show(EntryChange change) {
        System.out.println(change.sequence() + " " + change.type() + " " + change.key()
                + change.value().map(value -> " => " + value).orElse(""));
    }
}

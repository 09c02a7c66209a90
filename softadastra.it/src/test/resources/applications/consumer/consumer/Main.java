package consumer;

import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Writes, reads, removes, closes and opens again; with a path in a durable store, without one in memory. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        StoreConfig config = args.length == 0 ? StoreConfig.memoryOnly() : StoreConfig.durable(args[0]);
        Result<Long> done = write(config).flatMap(written -> reopen(config));
        if (done.isErr()) {
            SoftadastraError error = done.error();
            System.out.println(error.code() + " " + error.message());
            System.exit(1);
        }
    }

    private static Result<Long> write(StoreConfig config) {
        return StoreEngine.open(config).flatMap(store -> {
            try (store) {
                System.out.println("opened at sequence " + store.lastRecoveredSequence());
                return store.put(Key.of("user:1"), Value.fromString("Gaspard"))
                        .flatMap(put -> store.put(Key.of("user:2"), Value.fromString("Softadastra")))
                        .flatMap(put -> store.put(Key.of("user:1"), Value.fromString("Gaspard Kirira")))
                        .ifOk(put -> System.out.println("put user:1 version=" + put.version()))
                        .flatMap(put -> store.remove(Key.of("user:2")))
                        .ifOk(removed -> System.out.println("removed user:2=" + removed.deleted()))
                        .map(removed -> {
                            print(store);
                            return removed.version();
                        });
            }
        });
    }

    private static Result<Long> reopen(StoreConfig config) {
        return StoreEngine.open(config).map(store -> {
            try (store) {
                System.out.println("reopened at sequence " + store.lastRecoveredSequence());
                print(store);
                return store.size();
            }
        });
    }

    private static void print(StoreEngine store) {
        for (Entry entry : store.entries().toList()) {
            System.out.println(entry.key().asString() + " => " + entry.value().asString() + " version=" + entry.version());
        }
        System.out.println("size=" + store.size());
    }
}

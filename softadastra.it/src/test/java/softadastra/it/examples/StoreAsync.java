package softadastra.it.examples;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** One thread keeps the disk busy; each future carries the same answer or error as put. */
public final class StoreAsync {

    private StoreAsync() {}

    public static void main(String[] args) {
        Queue<CompletableFuture<Result<PutResult>>> underWay = new ArrayDeque<>();
        int durable = 0;
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.durable("data/async.wal")).orElseThrow()) {
            for (int i = 0; i < 1_000; i++) {
                underWay.add(store.putAsync(Key.of("reading:" + i), Value.fromString("21.5")));
            }
            while (!underWay.isEmpty()) {
                durable += underWay.remove().join().orElseThrow().created() ? 1 : 0;
            }
        }
        System.out.println("Durable: " + durable);
    }
}

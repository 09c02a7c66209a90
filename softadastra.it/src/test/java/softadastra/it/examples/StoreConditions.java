package softadastra.it.examples;

import softadastra.store.ConditionalResult;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.PutResult;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Two who change the same entry: the one who was slower finds out, and decides anew. */
public final class StoreConditions {

    private StoreConditions() {}

    public static void main(String[] args) {
        Key stock = Key.of("stock:apples");
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.durable("data/conditions.wal")).orElseThrow()) {
            store.putIfAbsent(stock, Value.fromString("10")).orElseThrow();
            Entry seen = store.get(stock).orElseThrow();

            // Somebody else is faster.
            store.put(stock, Value.fromString("9")).orElseThrow();

            ConditionalResult<PutResult> answer = store.putIfSequence(stock, Value.fromString("7"), seen.sequence())
                    .orElseThrow();
            System.out.println("Written=" + answer.isWritten());

            Entry current = answer.current().orElseThrow();
            System.out.println("Current=" + current.value().asString());
            boolean written = store.putIfSequence(stock, Value.fromString("6"), current.sequence())
                    .orElseThrow()
                    .isWritten();
            System.out.println("Written=" + written + " value="
                    + store.get(stock).orElseThrow().value().asString());
        }
    }
}

/**
 * The key-value store over a write-ahead log.
 *
 * <p>A {@link softadastra.store.StoreEngine} holds the current value of every key and records each change in its log first.
 * What it records is an {@link softadastra.store.OperationRecord} for each change, from which it is rebuilt, and from which
 * sync derives what other nodes lack.
 *
 * <pre>{@code
 * try (StoreEngine store = StoreEngine.open(StoreConfig.durable("data/node-a.wal")).orElseThrow()) {
 *     store.put(Key.of("user:1"), Value.fromString("Gaspard")).orElseThrow();
 *     store.get(Key.of("user:1")).ifPresent(entry -> show(entry.value().asString(), entry.version()));
 * }
 * }</pre>
 */
package softadastra.store;

package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;

/** What of the past the outbox still has: after a restart everything, in memory what is current. */
class OutboxHistoryTest {

    private static final Value VALUE = Value.of(new byte[100]);

    @TempDir
    Path directory;

    private static List<SyncOperation> outbox(StoreEngine store) {
        SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow();
        List<SyncOperation> operations = new ArrayList<>();
        assertEquals(sync.outbox(operations::add).orElseThrow(), operations.size());
        assertEquals(operations.size(), sync.state().orElseThrow().outboxSize());
        return operations;
    }

    @Test
    void aRestartChangesNothing() {
        StoreConfig config = StoreConfig.durable(directory.resolve("node-a.wal"));
        List<SyncOperation> before;
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            store.put(Key.of("user:1"), Value.fromString("Gaspard")).orElseThrow();
            store.put(Key.of("user:2"), Value.fromString("Softadastra")).orElseThrow();
            store.remove(Key.of("user:2")).orElseThrow();
            before = outbox(store);
        }
        assertEquals(3, before.size());
        try (StoreEngine store = StoreEngine.open(config).orElseThrow()) {
            assertEquals(before, outbox(store));
            store.put(Key.of("user:1"), Value.fromString("Gaspard Kirira")).orElseThrow();
            assertEquals(4, outbox(store).size());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theOutboxIsExactlyWhatWasWrittenAcrossRestarts(long seed) {
        Random random = new Random(seed);
        List<Operation> written = new ArrayList<>();
        Set<Key> present = new HashSet<>();
        try (Wal wal = Wal.open(WalConfig.memory().withNodeId("node-a")).orElseThrow()) {
            for (int run = 0; run < 5; run++) {
                try (StoreEngine store =
                        StoreEngine.open(StoreConfig.of(wal.config()), wal).orElseThrow()) {
                    for (int i = random.nextInt(50); i > 0; i--) {
                        write(store, Key.of("key:" + random.nextInt(8)), random, written, present);
                    }
                    List<SyncOperation> outbox = outbox(store);
                    assertEquals(
                            written,
                            outbox.stream().map(SyncOperation::operation).toList(),
                            "seed " + seed);
                    assertEquals(
                            written.size(),
                            outbox.stream().map(SyncOperation::id).distinct().count(),
                            "seed " + seed);
                }
            }
        }
    }

    private static void write(StoreEngine store, Key key, Random random, List<Operation> written, Set<Key> present) {
        if (random.nextInt(3) == 0) {
            if (store.remove(key).orElseThrow().deleted()) {
                written.add(Operation.delete(key));
                present.remove(key);
            }
            return;
        }
        Value value = Value.fromString("value " + random.nextInt(1000));
        store.put(key, value).orElseThrow();
        written.add(present.add(key) ? Operation.put(key, value) : Operation.update(key, value));
    }

    @Test
    void inMemoryEveryCurrentValueIsInTheOutboxHoweverOld() {
        int keys = 2_000;
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            for (int i = 0; i < keys; i++) {
                store.put(Key.of("once:" + i), VALUE).orElseThrow();
            }
            for (int i = 0; i < 10 * keys; i++) {
                store.put(Key.of("often:" + i % 7), VALUE).orElseThrow();
            }

            List<SyncOperation> outbox = outbox(store);

            assertTrue(outbox.size() >= keys + 7, () -> "outbox of " + outbox.size());
            assertTrue(outbox.size() < 2 * keys, () -> "outbox of " + outbox.size() + ", but the past is gone");
            Set<OperationId> ids = new HashSet<>();
            Set<Key> seen = new HashSet<>();
            long sequence = 0;
            for (SyncOperation each : outbox) {
                assertTrue(ids.add(each.id()), () -> each + " twice");
                assertTrue(each.sequence() > sequence, () -> each + " out of order");
                sequence = each.sequence();
                seen.add(each.operation().key());
            }
            assertEquals(keys + 7, seen.size());
        }
    }

    @Test
    void readersOfTheOutboxAndWritersDoNotDisturbEachOther() {
        int writes = 20_000;
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            store.put(Key.of("first"), VALUE).orElseThrow();
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < writes; i++) {
                    store.put(Key.of("key:" + i % 100), VALUE).orElseThrow();
                }
            });
            SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow();
            boolean last;
            do {
                last = writer.isDone();
                List<SyncOperation> operations = new ArrayList<>();
                sync.outbox(operations::add).orElseThrow();
                long outboxSize = sync.state().orElseThrow().outboxSize();
                assertTrue(outboxSize >= 1 && outboxSize <= writes + 1, () -> "outbox of " + outboxSize);
                assertEquals("first", operations.get(0).operation().key().asString());
                for (int i = 1; i < operations.size(); i++) {
                    assertTrue(
                            operations.get(i).sequence() > operations.get(i - 1).sequence());
                }
            } while (!last);
            writer.join();
        }
    }
}

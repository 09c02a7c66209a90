package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.store.OtherNodes.PHONE;
import static softadastra.store.OtherNodes.TABLET;
import static softadastra.store.OtherNodes.apply;
import static softadastra.store.OtherNodes.put;
import static softadastra.store.OtherNodes.standing;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.WalConfig;

/** Removals that are remembered, from the first contact with another node on, until they are collected. */
class RememberedRemovalsTest {

    @TempDir
    Path directory;

    private StoreConfig config() {
        return StoreConfig.durable(directory.resolve("a.wal"))
                .withNodeId("a")
                .withCheckpoints(CheckpointPolicy.manual());
    }

    private StoreEngine open() {
        return StoreEngine.open(config()).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void removalsAreRememberedInCheckpointsTooAndByWhoeverOpens(boolean checkpoint) {
        try (StoreEngine store = open()) {
            store.put(Key.of("before"), Value.fromString("1")).orElseThrow();
            store.remove(Key.of("before")).orElseThrow();
            apply(store, put(PHONE, 1, Map.of(), "theirs"));
            store.put(Key.of("ours"), Value.fromString("1")).orElseThrow();
            store.remove(Key.of("ours")).orElseThrow();
            store.remove(Key.of("theirs")).orElseThrow();
            store.put(Key.of("stays"), Value.fromString("1")).orElseThrow();
            if (checkpoint) {
                store.checkpoint().orElseThrow();
            }
        }
        for (int run = 0; run < 2; run++) {
            try (StoreEngine store = open()) {
                assertEquals(checkpoint, store.recovery().checkpointSequence() > 0);
                assertEquals(
                        List.of("stays"),
                        store.entries().map(e -> e.key().asString()).toList());
                assertEquals(1, store.size());
                assertFalse(store.contains(Key.of("ours")));
                assertEquals(4, standing(store).size(), () -> standing(store).toString());
                store.awaitLoaded().orElseThrow();
                assertEquals(4, standing(store).size());
                assertEquals(3, store.replication().remembered().orElseThrow());
                // What was written without knowing of the removal loses against it.
                long last = store.stats().lastSequence();
                assertEquals(new Replicated(last + 1, 0, 1, 0), apply(store, put(TABLET, run + 1, Map.of(), "theirs")));
                assertFalse(store.contains(Key.of("theirs")));
                store.checkpoint().orElseThrow();
                checkpoint = true;
            }
        }
    }

    @Test
    void aKeyThatWasRemovedAndMadeAgainBeginsAnewAndAboveTheRemoval() {
        try (StoreEngine store = open()) {
            HybridTimestamp far = HybridTimestamp.of(System.currentTimeMillis() + 3_600_000, 0);
            OperationRecord removal = OperationRecord.remote(
                    new OperationId(PHONE, 1), far, 4, Effect.WON, CausalContext.EMPTY, Operation.delete(Key.of("k")));
            apply(store, removal);
            assertEquals(0, store.size());
            PutResult put = store.put(Key.of("k"), Value.fromString("again")).orElseThrow();
            assertEquals(new PutResult(true, false, 1, 2), put);
            assertEquals(far.next(), store.get(Key.of("k")).orElseThrow().timestamp());
            // The clock itself follows two minutes at most.
            store.put(Key.of("other"), Value.fromString("1")).orElseThrow();
            assertTrue(far.isAfter(store.get(Key.of("other")).orElseThrow().timestamp()));
        }
    }

    @Test
    void collectForgetsWhatTheRetentionLetsGoAndNothingThatIsSeen() {
        try (StoreEngine store = open()) {
            apply(store, put(PHONE, 1, Map.of(), "a"));
            for (String key : List.of("b", "c", "d")) {
                store.put(Key.of(key), Value.fromString("1")).orElseThrow();
            }
            store.remove(Key.of("b")).orElseThrow();
            store.remove(Key.of("c")).orElseThrow();
            store.remove(Key.of("d")).orElseThrow();
            store.put(Key.of("d"), Value.fromString("again")).orElseThrow();
            Replication replication = store.replication();
            Retention onlyB = (removal, stamp) -> removal.counter() == 4;
            assertEquals(0, replication.collect((removal, stamp) -> false, 100).orElseThrow());
            assertEquals(1, replication.collect(onlyB, 100).orElseThrow());
            assertEquals(0, replication.collect(onlyB, 100).orElseThrow());
            assertEquals(3, standing(store).size());
            try (Snapshot snapshot = store.snapshot()) {
                store.remove(Key.of("d")).orElseThrow();
                store.put(Key.of("x"), Value.fromString("1")).orElseThrow();
                assertEquals(
                        1, replication.collect((removal, stamp) -> true, 100).orElseThrow());
                assertEquals(
                        "again", snapshot.get(Key.of("d")).orElseThrow().value().asString());
            }
            store.put(Key.of("x"), Value.fromString("2")).orElseThrow();
            assertEquals(1, replication.collect((removal, stamp) -> true, 100).orElseThrow());
            assertEquals(0, replication.remembered().orElseThrow());
            assertEquals(
                    List.of("a", "x"),
                    store.entries().map(e -> e.key().asString()).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void removalsThatTheLogHasAreRememberedOnceThereIsSomebodyToTell(boolean reopened) {
        try (StoreEngine store = open()) {
            for (String key : List.of("a", "b", "c")) {
                store.put(Key.of(key), Value.fromString("1")).orElseThrow();
                store.remove(Key.of(key)).orElseThrow();
                store.put(Key.of(key), Value.fromString("2")).orElseThrow();
            }
            store.remove(Key.of("a")).orElseThrow();
            store.remove(Key.of("b")).orElseThrow();
            store.replication().note(64, new byte[1]).orElseThrow();
            store.remove(Key.of("c")).orElseThrow();
            assertEquals(3, standing(store).size(), () -> standing(store).toString());
            assertTrue(
                    standing(store).get(0).contains(":10 false"),
                    () -> standing(store).toString());
            if (!reopened) {
                assertEquals(new Replicated(14, 0, 1, 0), apply(store, put(PHONE, 1, Map.of(), "b")));
            }
        }
        try (StoreEngine store = open()) {
            assertEquals(3, standing(store).size(), () -> standing(store).toString());
            assertEquals(0, store.size());
            assertEquals(3, store.replication().remembered().orElseThrow());
        }
    }

    @Test
    void aLogThatNeverHadToDoWithAnotherNodeRemembersNothing() {
        try (StoreEngine store = open()) {
            store.put(Key.of("k"), Value.fromString("1")).orElseThrow();
            store.remove(Key.of("k")).orElseThrow();
            store.put(Key.of("x"), Value.fromString("1")).orElseThrow();
            assertEquals(1, standing(store).size());
            assertEquals(0, store.replication().remembered().orElseThrow());
        }
    }

    @Test
    void aStoreInMemoryRemembersRemovalsToo() {
        WalConfig memory = StoreConfig.memoryOnly().withNodeId("a").wal();
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.memoryOnly().withWal(memory)).orElseThrow()) {
            apply(store, put(PHONE, 1, Map.of(), "a"));
            store.remove(Key.of("a")).orElseThrow();
            assertEquals(1, standing(store).size());
        }
    }
}

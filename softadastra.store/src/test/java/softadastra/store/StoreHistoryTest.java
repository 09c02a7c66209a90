package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.WalConfig;

/** What sync derives from a store: its operations, and how many others may still need. */
class StoreHistoryTest {

    @TempDir
    Path directory;

    private static Key key(String text) {
        return Key.of(text);
    }

    private static Value value(String text) {
        return Value.fromString(text);
    }

    private static long retained(StoreEngine store) {
        return store.retainedLocalOperations().value().stream()
                .mapToLong(RetainedOperations::count)
                .sum();
    }

    private StoreEngine open() {
        return StoreEngine.open(StoreConfig.durable(directory.resolve("a.wal")).withNodeId("a"))
                .value();
    }

    @Test
    void operationsComeWithIdentityStampAndEffect() {
        try (StoreEngine store = open()) {
            store.put(key("k"), value("1")).orElseThrow();
            store.put(key("k"), value("2")).orElseThrow();
            store.remove(key("k")).orElseThrow();
            store.remove(key("k")).orElseThrow();
            List<OperationRecord> records = new ArrayList<>();
            List<Long> sequences = new ArrayList<>();
            long count = store.operations(1, (sequence, record) -> sequences.add(sequence) && records.add(record))
                    .value();
            assertEquals(3, count);
            assertEquals(List.of(1L, 2L, 3L), sequences);
            assertEquals(
                    List.of(
                            Operation.put(key("k"), value("1")),
                            Operation.update(key("k"), value("2")),
                            Operation.delete(key("k"))),
                    records.stream().map(OperationRecord::operation).toList());
            assertEquals(
                    List.of(1L, 2L, 2L),
                    records.stream().map(OperationRecord::version).toList());
            for (int i = 0; i < records.size(); i++) {
                OperationRecord record = records.get(i);
                assertEquals(
                        new OperationId(
                                store.identity().node(), store.identity().epoch(), i + 1),
                        record.id());
                assertEquals(Effect.WON, record.effect());
                assertTrue(record.isLocal());
                assertTrue(i == 0 || record.stamp().isAfter(records.get(i - 1).stamp()));
            }
            assertEquals(2, store.operations(2, (sequence, record) -> true).value());
            assertEquals(0, store.operations(4, (sequence, record) -> true).value());
            assertEquals(1, store.operations(1, (sequence, record) -> false).value());
        }
    }

    @Test
    void everyLocalOperationIsRetainedByALogThatKeepsAll() {
        try (StoreEngine store = open()) {
            assertEquals(List.of(), store.retainedLocalOperations().value());
            store.put(key("k"), value("1")).orElseThrow();
            assertEquals(1, retained(store));
            store.write(new Batch().put(key("k"), value("2")).remove(key("k"))).orElseThrow();
            assertEquals(3, retained(store));
            assertEquals(
                    3, store.context().counters().get(store.context().counters().firstKey()));
        }
        try (StoreEngine store = open()) {
            assertEquals(3, retained(store));
            store.put(key("k"), value("1")).orElseThrow();
            assertEquals(4, retained(store));
        }
    }

    @Test
    void whereHistoryWentWhatIsCurrentIsRetained() {
        int keys = 2_000;
        Value value = Value.of(new byte[100]);
        try (StoreEngine store =
                StoreEngine.open(StoreConfig.memoryOnly().withNodeId("a")).value()) {
            store.put(key("k"), value).orElseThrow();
            assertEquals(1, retained(store));
            for (int i = 0; i < keys; i++) {
                store.put(key("k" + i), value).orElseThrow();
            }
            long first = store.stats().wal().firstSequence();
            assertTrue(first > 1, "the log has let history go");
            assertEquals(keys + 1, retained(store), "all of them are current");

            store.remove(key("k0")).orElseThrow();
            assertEquals(keys + 1, retained(store), "the put is not current any more, the removal is in the log");

            for (int i = 0; i < 10 * keys; i++) {
                store.put(key("hot"), value).orElseThrow();
            }
            long last = store.stats().lastSequence();
            long inLog = last - store.stats().wal().firstSequence() + 1;
            assertEquals(keys + inLog, retained(store), "what is current, and what the log has of the rest");
            assertEquals(
                    ErrorCode.HISTORY_GONE,
                    store.operations(1, (sequence, record) -> true).error().code());
        }
    }

    @Test
    void snapshotIsBuiltWithoutOpeningTheStore() {
        try (StoreEngine store = open()) {
            store.put(key("item:1"), value("alpha")).orElseThrow();
            store.put(key("item:2"), value("beta")).orElseThrow();
            store.put(key("item:1"), value("alpha-updated")).orElseThrow();
            store.put(key("item:3"), value("gone")).orElseThrow();
            store.remove(key("item:3")).orElseThrow();
        }
        Snapshot snapshot = SnapshotBuilderStore.build(
                        directory.resolve("a.wal").toString())
                .value();
        assertEquals(2, snapshot.size());
        assertEquals(
                List.of("item:1=alpha-updated v2 @3", "item:2=beta v1 @2"),
                snapshot.all().stream()
                        .map(e -> e.key() + "=" + e.value() + " v" + e.version() + " @" + e.sequence())
                        .toList());
        assertEquals(5, snapshot.lastSequence());
        assertEquals("beta", snapshot.get(key("item:2")).orElseThrow().value().asString());
        assertTrue(snapshot.get(key("item:3")).isEmpty());
        assertEquals(1, snapshot.entries("item:2").count());
    }

    @Test
    void snapshotOfNoLogIsAnErrorAndCreatesNothing() {
        Path missing = directory.resolve("none.wal");
        assertEquals(
                ErrorCode.NOT_FOUND, SnapshotBuilderStore.build(missing).error().code());
        assertEquals(
                "invalid WAL path: path is empty",
                SnapshotBuilderStore.build("").error().message());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                SnapshotBuilderStore.build(WalConfig.memory()).error().code());
        assertTrue(java.nio.file.Files.notExists(missing));
    }
}

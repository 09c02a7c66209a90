package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.FileEventType;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.core.FileType;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalRecordType;

/** What a store is after it was closed and opened again: what its log says, and nothing else. */
class StoreRecoveryTest {

    private static final NodeId THERE = new NodeId("there");

    @TempDir
    Path directory;

    private StoreConfig config() {
        return StoreConfig.durable(directory.resolve("a.wal")).withNodeId("a").withAutoFlush(false);
    }

    private StoreEngine open() {
        return StoreEngine.open(config()).value();
    }

    private static Key key(String text) {
        return Key.of(text);
    }

    private static Value value(String text) {
        return Value.fromString(text);
    }

    private static List<String> shown(StoreEngine store) {
        return store.entries()
                .map(e -> e.key() + "=" + e.value() + " v" + e.version() + " @" + e.sequence())
                .toList();
    }

    @Test
    void everyEntryComesBackAsItWas() {
        List<Entry> before;
        try (StoreEngine store = open()) {
            store.put(key("user:1"), value("Gaspard")).orElseThrow();
            store.put(key("user:2"), value("Softadastra")).orElseThrow();
            store.put(key("user:1"), value("Gaspard Kirira")).orElseThrow();
            store.remove(key("user:2")).orElseThrow();
            store.write(new Batch()
                            .put(key("b"), value("1"))
                            .put(key("b"), value("2"))
                            .put(key("c"), value("")))
                    .orElseThrow();
            before = store.entries().toList();
        }
        try (StoreEngine store = open()) {
            assertEquals(before, store.entries().toList());
            assertEquals(List.of("b=2 v2 @6", "c= v1 @7", "user:1=Gaspard Kirira v2 @3"), shown(store));
            assertEquals(7, store.lastRecoveredSequence());
            assertEquals(7, store.recovery().operations());
            assertEquals(3, store.recovery().entries());
            assertEquals(3, store.size());
            assertEquals(1, store.put(key("user:2"), value("again")).value().version());
            assertEquals(3, store.put(key("user:1"), value("x")).value().version());
        }
    }

    @Test
    void countersGoOnWithoutGaps() {
        for (int run = 1; run <= 3; run++) {
            try (StoreEngine store = open()) {
                store.put(key("k"), value("v")).orElseThrow();
                store.write(new Batch().put(key("l"), value("v")).put(key("m"), value("v")))
                        .orElseThrow();
            }
        }
        try (StoreEngine store = open()) {
            List<Long> counters = new ArrayList<>();
            store.operations(
                            1,
                            (sequence, operation) -> counters.add(operation.id().counter()))
                    .orElseThrow();
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), counters);
        }
    }

    @Test
    void stampsRiseWhenTheClockGoesBack() {
        long late = 1_700_000_000_000L;
        HybridTimestamp before;
        try (StoreEngine store = openAt(late)) {
            store.put(key("k"), value("1")).orElseThrow();
            before = store.get(key("k")).orElseThrow().timestamp();
            assertEquals(late, before.millis());
        }
        try (StoreEngine store = openAt(late - 3_600_000)) {
            store.put(key("l"), value("1")).orElseThrow();
            HybridTimestamp other = store.get(key("l")).orElseThrow().timestamp();
            assertTrue(other.isAfter(before), other + " after " + before);
            store.put(key("k"), value("2")).orElseThrow();
            assertTrue(store.get(key("k")).orElseThrow().timestamp().isAfter(other));
        }
    }

    @Test
    void stampsOfAKeyRiseWhereARemovalBetweenIsForgottenAndTheClockStandsStill() {
        try (StoreEngine store = openAt(1_700_000_000_000L)) {
            Batch batch = new Batch();
            for (int i = 0; i < 4; i++) {
                batch.put(key("k"), value("v")).remove(key("k"));
            }
            store.write(batch).orElseThrow();
            store.put(key("k"), value("v")).orElseThrow();
            List<HybridTimestamp> stamps = new ArrayList<>();
            store.operations(1, (sequence, operation) -> stamps.add(operation.stamp()))
                    .orElseThrow();
            assertEquals(9, stamps.size());
            assertEquals(stamps.stream().sorted().distinct().toList(), stamps);
        }
    }

    private StoreEngine openAt(long millis) {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(millis));
        return StoreEngine.open(StoreConfig.of(config().wal().withClock(clock))).value();
    }

    @Test
    void whatMeansNothingToTheStoreIsPassedOver() {
        FileState state = new FileState(
                FilePath.of("docs/file.txt").value(),
                new FileMetadata(FileType.FILE, 128, Instant.EPOCH),
                java.util.Optional.empty());
        try (StoreEngine store = open()) {
            store.put(key("k"), value("v")).orElseThrow();
            assertEquals(
                    2,
                    store.appendEvent(new FileEvent(FileEventType.CREATED, state, java.util.Optional.empty()))
                            .value());
        }
        append(new WalBatch()
                .add(WalRecordType.NOOP, new byte[0])
                .add(WalRecordType.CHECKPOINT, new byte[3])
                .add(64, new byte[] {1})
                .add(WalRecordType.MAX_CODE, new byte[] {1}));
        try (StoreEngine store = open()) {
            assertEquals(1, store.size());
            assertEquals(6, store.lastRecoveredSequence());
            assertEquals(1, store.recovery().operations());
            assertEquals(5, store.recovery().skipped());
            assertEquals(7, store.put(key("k"), value("w")).value().sequence());
        }
    }

    @Test
    void unknownRecordThatMustBeUnderstoodRefusesTheOpen() {
        append(new WalBatch().add(WalRecordType.NOOP, new byte[0]).add(63, new byte[0]));
        Result<StoreEngine> opened = StoreEngine.open(config());
        assertEquals(ErrorCode.UNSUPPORTED_OPERATION, opened.error().code());
        assertTrue(
                opened.error().message().contains("at sequence 2"),
                opened.error().message());
        assertTrue(Wal.open(config().wal()).isOk(), "the log was let go");
    }

    @Test
    void operationThatDoesNotDecodeRefusesTheOpen() {
        append(new WalBatch().add(WalRecordType.PUT, new byte[] {1, 2, 3}));
        Result<StoreEngine> opened = StoreEngine.open(config());
        assertEquals(ErrorCode.DECODE_FAILED, opened.error().code());
        assertTrue(opened.error().message().startsWith("failed to decode operation at sequence 1: "));
        Result<Snapshot> snapshot = SnapshotBuilderStore.build(directory.resolve("a.wal"));
        assertEquals(opened.error().message(), snapshot.error().message());
    }

    @Test
    void operationOfANewerReleaseRefusesTheOpen() {
        append(new WalBatch().add(WalRecordType.PUT, new byte[] {2, 2, 3}));
        Result<StoreEngine> opened = StoreEngine.open(config());
        assertEquals(ErrorCode.UNSUPPORTED_VERSION, opened.error().code());
        assertTrue(
                opened.error().display().contains("at sequence 1"),
                opened.error().display());
    }

    @Test
    void gapInOurOwnOperationsRefusesTheOpen() {
        WalIdentity identity = identity();
        appendLocal(identity.epoch(), 1);
        appendLocal(identity.epoch(), 3);
        Result<StoreEngine> opened = StoreEngine.open(config());
        assertEquals(ErrorCode.CORRUPTION, opened.error().code());
        assertTrue(opened.error().message().startsWith("corrupted WAL record at sequence 2"));
    }

    @Test
    void operationsOfEarlierEpochsKeepTheirIdentity() {
        WalIdentity identity = identity();
        long earlier = identity.epoch() + 1;
        appendLocal(earlier, 1);
        appendLocal(earlier, 2);
        try (StoreEngine store = open()) {
            store.put(key("k"), value("v")).orElseThrow();
            List<OperationId> ids = new ArrayList<>();
            store.operations(1, (sequence, operation) -> ids.add(operation.id()))
                    .orElseThrow();
            NodeId node = identity.node();
            assertEquals(
                    List.of(
                            new OperationId(node, earlier, 1),
                            new OperationId(node, earlier, 2),
                            new OperationId(node, identity.epoch(), 1)),
                    ids);
            assertEquals(
                    List.of(
                            new RetainedOperations(new Origin(node, earlier), 2, 2),
                            new RetainedOperations(new Origin(node, identity.epoch()), 1, 1)),
                    store.retainedLocalOperations().value());
            assertEquals(3, store.get(key("k")).orElseThrow().version());
        }
    }

    @Test
    void recordedEffectsAreAppliedAndNothingIsDecided() {
        try (StoreEngine store = open()) {
            store.put(key("won"), value("ours")).orElseThrow();
            store.put(key("lost"), value("ours")).orElseThrow();
            store.put(key("sibling"), value("ours")).orElseThrow();
            store.put(key("removed"), value("ours")).orElseThrow();
        }
        HybridTimestamp ancient = HybridTimestamp.of(1, 0);
        HybridTimestamp farAhead = HybridTimestamp.of(HybridTimestamp.MAX_MILLIS - 1, 0);
        appendRemote(1, ancient, 7, Effect.WON, Operation.update(key("won"), value("theirs")));
        appendRemote(2, farAhead, 0, Effect.LOST, Operation.update(key("lost"), value("theirs")));
        appendRemote(3, ancient, 2, Effect.SIBLING, Operation.update(key("sibling"), value("theirs")));
        appendRemote(4, farAhead, 1, Effect.WON, Operation.delete(key("removed")));
        appendRemote(5, farAhead, 1, Effect.WON, Operation.put(key("new"), value("theirs")));
        List<Entry> first;
        try (StoreEngine store = open()) {
            assertEquals(
                    List.of("lost=ours v1 @2", "new=theirs v1 @9", "sibling=ours v1 @7", "won=theirs v7 @5"),
                    shown(store));
            assertEquals(ancient, store.get(key("won")).orElseThrow().timestamp());
            assertEquals(5, store.context().counter(new Origin(THERE, 9)));
            assertEquals(4, store.retainedLocalOperations().value().get(0).count());
            Snapshot snapshot =
                    SnapshotBuilderStore.build(directory.resolve("a.wal")).value();
            assertEquals(store.entries().toList(), snapshot.all());
            assertEquals(4, snapshot.localOperations());
            first = store.entries().toList();

            // A write beats the value it replaces, wherever that one's clock was.
            store.put(key("new"), value("ours")).orElseThrow();
            assertTrue(store.get(key("new")).orElseThrow().timestamp().isAfter(farAhead));
            store.put(key("other"), value("ours")).orElseThrow();
            assertTrue(farAhead.isAfter(store.get(key("other")).orElseThrow().timestamp()));
            store.remove(key("new")).orElseThrow();
            store.remove(key("other")).orElseThrow();
        }
        try (StoreEngine store = open()) {
            assertEquals(
                    first.stream().filter(e -> !e.key().equals(key("new"))).toList(),
                    store.entries().toList());
            store.put(key("other"), value("ours")).orElseThrow();
            assertTrue(farAhead.isAfter(store.get(key("other")).orElseThrow().timestamp()));
        }
    }

    @Test
    void remoteOperationsAreReadBackWithAllThatSyncNeeds() {
        CausalContext context = CausalContext.of(Map.of(new Origin(THERE, 9), 1L));
        List<OperationRecord> written = new ArrayList<>();
        for (OperationRecord record : OperationRecordTest.records()) {
            // What stands beside others can be read back only where these are.
            if (!record.isLocal() && record.outcome().standing().isEmpty()) {
                written.add(record);
            }
        }
        written.add(OperationRecord.remote(
                new OperationId(THERE, 9, 2),
                HybridTimestamp.of(5, 5),
                1,
                Effect.WON,
                context,
                Operation.put(key("k"), value("v"))));
        written.forEach(this::append);
        try (StoreEngine store = open()) {
            List<OperationRecord> read = new ArrayList<>();
            store.operations(1, (sequence, operation) -> read.add(operation)).orElseThrow();
            assertEquals(written, read);
            assertEquals(List.of(), store.retainedLocalOperations().value());
        }
    }

    @Test
    void anotherNodeIsRefused() {
        open().close();
        assertEquals(
                ErrorCode.WRONG_NODE,
                StoreEngine.open(config().withNodeId("b")).error().code());
        try (Wal wal = Wal.open(config().wal()).value()) {
            assertEquals(
                    ErrorCode.WRONG_NODE,
                    StoreEngine.open(config().withNodeId("b"), wal).error().code());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    StoreEngine.open(config().withNodeId(""), wal).error().code());
        }
    }

    @Test
    void badPathsAreErrorsOfOpen() {
        assertEquals(
                "invalid WAL path: path is empty",
                StoreEngine.open(StoreConfig.durable("")).error().message());
        assertEquals(
                ErrorCode.DIRECTORY_MISSING,
                StoreEngine.open(StoreConfig.durable(directory.resolve("none").resolve("a.wal")))
                        .error()
                        .code());
    }

    private WalIdentity identity() {
        try (Wal wal = Wal.open(config().wal()).value()) {
            return wal.identity();
        }
    }

    private void append(WalBatch batch) {
        try (Wal wal = Wal.open(config().wal()).value()) {
            wal.writer().appendBatch(batch).orElseThrow();
        }
    }

    private void append(OperationRecord record) {
        HybridTimestamp logged = HybridTimestamp.of(1_000, 0);
        append(new WalBatch()
                .add(record.typeCode(), record.encode(logged).value())
                .at(logged));
    }

    private void appendLocal(long epoch, long counter) {
        append(OperationRecord.local(
                new OperationId(new NodeId("a"), epoch, counter),
                HybridTimestamp.of(1_000, 0),
                counter,
                Operation.put(key("k"), value("v"))));
    }

    private void appendRemote(long counter, HybridTimestamp stamp, long version, Effect effect, Operation operation) {
        append(OperationRecord.remote(
                new OperationId(THERE, 9, counter), stamp, version, effect, CausalContext.EMPTY, operation));
    }

    @Test
    void aLogWhoseHistoryWentToACheckpointThatNoStoreWroteIsRefused() {
        Path path = directory.resolve("a.wal");
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(path)).orElseThrow()) {
            store.put(Key.of("key"), Value.fromString("value")).orElseThrow();
        }
        try (Wal wal = Wal.open(path).orElseThrow();
                WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
            assertEquals(0, writer.publish(1).length());
        }
        assertEquals(
                ErrorCode.HISTORY_GONE,
                StoreEngine.open(StoreConfig.durable(path)).error().code());
        assertEquals(
                ErrorCode.HISTORY_GONE, SnapshotBuilderStore.build(path).error().code());
    }
}

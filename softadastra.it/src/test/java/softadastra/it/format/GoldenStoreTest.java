package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.FileEvent;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.Batch;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.SnapshotBuilderStore;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalWriter;

/** The log of a store, with operations of its node and of others in all their effects, opens for ever: {@link GoldenStoreLog}. */
class GoldenStoreTest {
    private static final GoldenStoreLog GOLDEN = new GoldenStoreLog("store");
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path directory;

    @Test
    void operationsOfThisNodeAndOfOthersComeBack() throws IOException {
        GOLDEN.check(directory, GoldenStoreTest::describe);
    }

    @Test
    void aSnapshotHasTheSameEntries() throws IOException {
        Path log = GOLDEN.copyTo(directory);
        List<Entry> snapshot = SnapshotBuilderStore.build(log).orElseThrow().all();
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow()) {
            assertEquals(store.entries().toList(), snapshot);
        }
    }

    private static String describe(Path log) {
        StringBuilder text = new StringBuilder();
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow()) {
            text.append("log %s of %s, epoch %016x\n"
                    .formatted(
                            store.identity().logId(),
                            store.identity().node(),
                            store.identity().epoch()));
            store.operations(1, (sequence, record) -> {
                        text.append(describe(sequence, record));
                        return true;
                    })
                    .orElseThrow();
            store.entries().forEach(entry -> text.append(describe(entry)));
            text.append("knows ").append(store.context().counters());
            text.append(", last sequence ").append(store.lastRecoveredSequence());
            text.append(", skipped ").append(store.recovery().skipped()).append('\n');
        }
        return text.toString();
    }

    private static String describe(long sequence, OperationRecord record) {
        Operation operation = record.operation();
        return "%d %s at %s version %d %s %s%s: %s %s %s\n"
                .formatted(
                        sequence,
                        record.id(),
                        record.stamp(),
                        record.version(),
                        record.effect(),
                        record.context()
                                .map(context -> "knows " + context.counters())
                                .orElse("local"),
                        record.contextIsDelta() ? " more" : "",
                        operation.type(),
                        operation.key().asString(),
                        operation.value().map(GoldenStoreTest::hex).orElse("-"));
    }

    private static String describe(Entry entry) {
        return "entry %s version %d sequence %d at %s: %s\n"
                .formatted(
                        entry.key().asString(),
                        entry.version(),
                        entry.sequence(),
                        entry.timestamp(),
                        hex(entry.value()));
    }

    private static String hex(Value value) {
        return "0x" + HexFormat.of().formatHex(value.bytes());
    }

    @BeforeAll
    static void writeIfAsked(@TempDir Path scratch) throws IOException {
        GOLDEN.writeIfAsked(scratch, GoldenStoreTest::write, GoldenStoreTest::describe);
    }

    private static void write(Path log) {
        WalConfig config = WalConfig.durable(log)
                .withNodeId("golden")
                .withClock(InstantSource.fixed(NEW_YEAR))
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES);
        try (StoreEngine store = StoreEngine.open(StoreConfig.of(config)).orElseThrow()) {
            writeLocal(store);
        }
        try (Wal wal = Wal.open(config).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (OperationRecord record :
                    remote(new Origin(wal.identity().node(), wal.identity().epoch()))) {
                HybridTimestamp at = wal.log().lastTimestamp().next();
                writer.appendBatch(new WalBatch()
                                .add(record.typeCode(), record.encode(at).orElseThrow())
                                .at(at))
                        .orElseThrow();
            }
        }
        try (StoreEngine store = StoreEngine.open(StoreConfig.of(config)).orElseThrow()) {
            store.put(Key.of("behind"), Value.fromString("knows them all")).orElseThrow();
        }
    }

    private static void writeLocal(StoreEngine store) {
        store.put(Key.of("user:1"), Value.fromString("Gaspard")).orElseThrow();
        store.put(Key.of("user:2"), Value.fromString("Softadastra")).orElseThrow();
        store.put(Key.of("user:1"), Value.fromString("Gaspard Kirira")).orElseThrow();
        store.remove(Key.of("user:2")).orElseThrow();
        store.put(Key.of("\u00fcml\u00e4ut/\ud83d\ude00"), Value.of(new byte[] {0, -1, 127, -128}))
                .orElseThrow();
        store.put(Key.of("empty"), Value.of(new byte[0])).orElseThrow();
        store.write(new Batch()
                        .put(Key.of("batch:1"), Value.fromString("one"))
                        .put(Key.of("batch:2"), Value.fromString("two"))
                        .remove(Key.of("batch:1")))
                .orElseThrow();
        store.appendEvent(FileEvent.created(
                        FileState.of(FilePath.of("docs/file.txt").orElseThrow(), FileMetadata.file(128, NEW_YEAR))))
                .orElseThrow();
    }

    /** Operations as they come from two other nodes: won, lost, kept beside, a removal, contexts in full and as a delta. */
    private static List<OperationRecord> remote(Origin self) {
        Origin phone = new Origin(NodeId.of("phone").orElseThrow(), 0x0123_4567_89AB_CDEFL);
        Origin tablet = new Origin(NodeId.of("tablet").orElseThrow(), -1);
        HybridTimestamp stamp = HybridTimestamp.of(NEW_YEAR.toEpochMilli() + 60_000, 3);
        CausalContext early = CausalContext.of(Map.of(self, 1L));
        CausalContext late = CausalContext.of(Map.of(self, 3L, phone, 2L));
        List<OperationRecord> records = new ArrayList<>();
        records.add(OperationRecord.remote(
                new OperationId(phone, 1), stamp, 1, Effect.WON, CausalContext.EMPTY, put("doc/1", "from the phone")));
        records.add(OperationRecord.remote(
                new OperationId(phone, 2), stamp.next(), 0, Effect.LOST, early, put("user:1", "too late")));
        records.add(OperationRecord.remote(
                new OperationId(tablet, 1), stamp.next(), 1, Effect.SIBLING, early, put("doc/1", "from the tablet")));
        records.add(OperationRecord.remote(
                new OperationId(tablet, 2),
                stamp.next().next(),
                2,
                Effect.WON,
                late,
                Operation.delete(Key.of("empty"))));
        OperationRecord full = OperationRecord.remote(
                new OperationId(tablet, 3), stamp.next().next().next(), 2, Effect.WON, late, update("doc/1", "merged"));
        records.add(new OperationRecord(
                full.id(), full.stamp(), full.version(), full.effect(), full.context(), true, full.operation()));
        return records;
    }

    private static Operation put(String key, String value) {
        return Operation.put(Key.of(key), Value.fromString(value));
    }

    private static Operation update(String key, String value) {
        return Operation.update(Key.of(key), Value.fromString(value));
    }
}

package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.Snapshot;
import softadastra.store.SnapshotBuilderStore;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;

/** The log of a store with a checkpoint, and what came behind it, opens for ever: {@link GoldenStoreLog}. */
class GoldenCheckpointTest {
    private static final GoldenStoreLog GOLDEN = new GoldenStoreLog("store-checkpoint");

    /** So many that they take several blocks. */
    private static final int ENTRIES = 2_000;

    @TempDir
    Path directory;

    @Test
    void checkpointAndWhatCameBehindItComeBack() throws IOException {
        GOLDEN.check(directory, GoldenCheckpointTest::describe);
    }

    @Test
    void aSnapshotHasTheSameEntries() throws IOException {
        Path log = GOLDEN.copyTo(directory);
        try (Snapshot snapshot = SnapshotBuilderStore.build(log).orElseThrow();
                StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow()) {
            assertEquals(store.entries().toList(), snapshot.all());
        }
    }

    private static String describe(Path log) {
        StringBuilder text = new StringBuilder();
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow()) {
            assertTrue(store.recovery().checkpointSequence() > 0);
            store.entries().forEach(entry -> text.append(describe(entry)));
            text.append("entries ").append(store.size());
            text.append(", knows ").append(store.context().counters());
            text.append(", checkpoint to ").append(store.recovery().checkpointSequence());
            text.append(", last sequence ").append(store.lastRecoveredSequence());
            text.append(", skipped ").append(store.recovery().skipped()).append('\n');
        }
        return text.toString();
    }

    private static String describe(Entry entry) {
        return "%s version %d sequence %d at %s: 0x%s\n"
                .formatted(
                        entry.key().asString(),
                        entry.version(),
                        entry.sequence(),
                        entry.timestamp(),
                        HexFormat.of().formatHex(entry.value().bytes()));
    }

    @BeforeAll
    static void writeIfAsked(@TempDir Path scratch) throws IOException {
        GOLDEN.writeIfAsked(scratch, GoldenCheckpointTest::write, GoldenCheckpointTest::describe);
    }

    private static void write(Path log) {
        StoreConfig config = StoreConfig.of(WalConfig.durable(log)
                        .withNodeId("golden")
                        .withClock(InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")))
                        .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                        .withAutoFlush(false))
                .withCheckpoints(CheckpointPolicy.manual());
        try (Wal wal = Wal.open(config.wal()).orElseThrow();
                StoreEngine store = StoreEngine.open(config, wal).orElseThrow()) {
            for (int i = 0; i < ENTRIES; i++) {
                store.put(Key.of("user:%05d".formatted(i % 1_500)), Value.fromString("value " + i))
                        .orElseThrow();
            }
            store.put(Key.of("empty"), Value.of(new byte[0])).orElseThrow();
            store.remove(Key.of("user:00007")).orElseThrow();
            long unknown = wal.writer().append(200, new byte[] {1, 2, 3}).orElseThrow();
            store.put(Key.of("behind " + unknown), Value.of(new byte[] {0, -1, 127, -128}))
                    .orElseThrow();
            store.checkpoint().orElseThrow();
            store.put(Key.of("user:00007"), Value.fromString("again")).orElseThrow();
            store.put(Key.of("user:00008"), Value.fromString("changed")).orElseThrow();
            store.remove(Key.of("user:00009")).orElseThrow();
        }
    }
}

package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.stream.Stream;
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

/**
 * The log of a store with a checkpoint that is checked in, under {@code src/test/resources/golden/v1/store-checkpoint}, and
 * what it holds, as text beside it. It must open for ever, with exactly that in it.
 *
 * <p>With the system property {@code softadastra.golden=write} it is written anew, which the first release ends; until then it
 * takes a reason: {@code mvn test -pl softadastra.it -am -Dtest=GoldenCheckpointTest -Dsoftadastra.golden=write}
 */
class GoldenCheckpointTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "golden", "v1");
    private static final Path LOG = GOLDEN.resolve("store-checkpoint");
    private static final Path TEXT = GOLDEN.resolve("store-checkpoint.txt");

    /** So many that they take several blocks. */
    private static final int ENTRIES = 2_000;

    @TempDir
    Path directory;

    @Test
    void checkpointAndWhatCameBehindItComeBack() throws IOException {
        Path log = directory.resolve("golden.wal");
        copy(LOG, log);
        assertEquals(Files.readString(TEXT), describe(log));
        // Once more, since the first opening has written.
        assertEquals(Files.readString(TEXT), describe(log));
    }

    @Test
    void aSnapshotHasTheSameEntries() throws IOException {
        Path log = directory.resolve("golden.wal");
        copy(LOG, log);
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
    static void write(@TempDir Path scratch) throws IOException {
        if (!System.getProperty("softadastra.golden", "").equals("write")) {
            return;
        }
        Path log = scratch.resolve("golden.wal");
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
        Files.createDirectories(GOLDEN);
        if (Files.exists(LOG)) {
            try (Stream<Path> files = Files.list(LOG)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
        copy(log, LOG);
        Files.writeString(TEXT, describe(log));
    }

    /** Copies a log's marker, its checkpoint, and the segments that hold anything; opening writes. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                boolean isSegment = name.endsWith(".segment") && Files.readAllBytes(file)[0] != 0;
                if (isSegment || name.equals("softadastra-wal") || name.endsWith(".checkpoint")) {
                    Files.copy(file, to.resolve(name));
                }
            }
        }
    }
}

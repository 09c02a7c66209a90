package softadastra.wal.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.core.HybridTimestamp;
import softadastra.core.Severity;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/**
 * Logs of format version 1 that are checked in, under {@code src/test/resources/golden/v1}, and what each holds, as text
 * beside it: they must open for ever, with exactly that in them.
 *
 * <p>With the system property {@code softadastra.golden=write} those that are not there are written; one that is there stays as
 * it is: {@code mvn test -pl softadastra.wal.file -am -Dtest=GoldenLogTest -Dsoftadastra.golden=write}
 */
class GoldenLogTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "golden", "v1");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
    private static final int SHORT = 64;
    private static final int TORN = 100;

    @TempDir
    Path directory;

    /** Closed: two segments, all type codes, batches, a given timestamp. */
    @Test
    void aClosedLogOpens() {
        Path log = copy("closed");
        List<WalRecord> records = readAndCheck("closed", log);
        try (Wal wal = Wal.open(log).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertTrue(wal.recovery().clean());
            assertEquals(List.of(), wal.recovery().findings());
            assertEquals(records.size() + 1L, writer.append(64, new byte[1]).orElseThrow());
            assertEquals(records, wal.reader().readAll().orElseThrow().subList(0, records.size()));
        }
    }

    @Test
    void aLogWhoseOwnerWasKilledOpens() {
        Path log = copy("killed");
        List<WalRecord> records = readAndCheck("killed", log);
        try (Wal wal = Wal.open(log).orElseThrow()) {
            assertFalse(wal.recovery().clean());
            assertEquals(List.of(), wal.recovery().findings());
            assertEquals(records.size(), wal.log().lastSequence());
        }
    }

    @Test
    void aLogWithATornTailOpensWithoutIt() {
        Path log = copy("torn");
        List<WalRecord> records = readAndCheck("torn", log);
        try (Wal wal = Wal.open(log).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertTrue(wal.recovery().tornBytes() > 0);
            assertEquals(1, wal.recovery().findings().size());
            assertEquals(
                    Severity.WARNING,
                    wal.recovery().findings().stream()
                            .map(WalFinding::severity)
                            .findFirst()
                            .orElseThrow());
            assertEquals(records.size() + 1L, writer.append(64, new byte[1]).orElseThrow());
        }
    }

    /** Two checkpoints were published: the log begins with a later segment, and the newest checkpoint's content is text beside it. */
    @Test
    void aCheckpointedLogOpens() throws IOException {
        Path log = copy("checkpointed");
        List<WalRecord> records = readAndCheck("checkpointed", log);
        assertFalse(Files.exists(log.resolve(SegmentFile.name(1))), "its first segment is a later one");
        assertTrue(Files.exists(log.resolve(CheckpointFile.name(2))));
        try (Wal wal = Wal.open(log).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertTrue(wal.recovery().clean());
            assertEquals(records.get(0).sequence(), wal.log().firstSequence());
            assertEquals(
                    Files.readString(GOLDEN.resolve("checkpointed.checkpoint.txt")),
                    describe(wal.log().checkpoint().orElseThrow()));
            long next = records.get(records.size() - 1).sequence() + 1;
            assertEquals(next, writer.append(64, new byte[1]).orElseThrow());
            assertEquals(
                    ErrorCode.HISTORY_GONE,
                    wal.reader().forEach(1, record -> {}).error().code());
        }
    }

    private static String describe(WalCheckpoint checkpoint) {
        try (WalCheckpointReader reader = checkpoint.open()) {
            byte[] content = new byte[Math.toIntExact(reader.length())];
            reader.read(0, content, 0, content.length);
            return "begin %d end %d at %s: %s\n"
                    .formatted(
                            checkpoint.beginSequence(),
                            checkpoint.endSequence(),
                            checkpoint.timestamp(),
                            describe(content));
        }
    }

    private static List<WalRecord> readAndCheck(String name, Path log) {
        try (WalReader reader = WalReader.open(log).orElseThrow()) {
            List<WalRecord> records = reader.readAll().orElseThrow();
            WalInspector.Info info =
                    WalInspector.open(log).flatMap(WalInspector::info).orElseThrow();
            assertEquals(Files.readString(GOLDEN.resolve(name + ".txt")), describe(info, records));
            return records;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String describe(WalInspector.Info info, List<WalRecord> records) {
        String head = "format %s provider %s log %s node %s epoch %016x clean %s durable %d\n"
                .formatted(
                        info.formatVersion(),
                        info.provider(),
                        info.identity().logId(),
                        info.identity().node().value(),
                        info.identity().epoch(),
                        info.clean(),
                        info.durableSequence());
        return records.stream()
                .map(record -> "%d type %d %s at %s: %s\n"
                        .formatted(
                                record.sequence(),
                                record.typeCode(),
                                record.status(),
                                record.timestamp(),
                                describe(record.payload())))
                .collect(Collectors.joining("", head, ""));
    }

    private static String describe(byte[] payload) {
        if (payload.length <= SHORT) {
            return HexFormat.of().formatHex(payload);
        }
        CRC32C crc = new CRC32C();
        crc.update(payload);
        return "%d bytes, crc32c %08x".formatted(payload.length, crc.getValue());
    }

    /** A copy to open: opening writes. */
    private Path copy(String name) {
        return copy(GOLDEN.resolve(name), directory.resolve(name + ".wal"));
    }

    private static Path copy(Path from, Path to) {
        try {
            Files.createDirectories(to);
            for (Path file : files(from)) {
                String name = file.getFileName().toString();
                boolean used = SegmentFile.ordinal(name).isPresent() && !isSpare(file);
                if (name.equals(WalMarker.FILE)
                        || used
                        || CheckpointFile.ordinal(name).isPresent()) {
                    Files.copy(file, to.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return to;
    }

    private static List<Path> files(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.sorted().toList();
        }
    }

    private static boolean isSpare(Path segment) throws IOException {
        return Files.readAllBytes(segment)[0] == 0;
    }

    @BeforeAll
    static void write(@TempDir Path scratch) throws IOException {
        if (!System.getProperty("softadastra.golden", "").equals("write")) {
            return;
        }
        Files.createDirectories(GOLDEN);
        WalConfig closed = config(scratch.resolve("closed"));
        try (WalWriter writer = WalWriter.open(closed).orElseThrow()) {
            appendAll(writer);
        }
        keep("closed", scratch.resolve("closed"));
        WalConfig open = config(scratch.resolve("open"));
        try (WalWriter writer = WalWriter.open(open).orElseThrow()) {
            writer.append(WalRecordType.PUT, "proven by the next".getBytes(UTF_8))
                    .orElseThrow();
            writer.append(WalRecordType.PUT, random(600)).orElseThrow();
            copy(scratch.resolve("open"), scratch.resolve("killed"));
        }
        keep("killed", scratch.resolve("killed"));
        List<WalInspector.Entry> entries = new ArrayList<>();
        WalInspector.open(scratch.resolve("killed"))
                .flatMap(inspector -> inspector.dump(entries::add))
                .orElseThrow();
        WalInspector.Entry last = entries.get(entries.size() - 1);
        try (RandomAccessFile file = new RandomAccessFile(
                scratch.resolve("killed").resolve(last.file()).toFile(), "rw")) {
            file.seek(last.offset() + last.frameBytes() - TORN);
            file.write(new byte[TORN]);
        }
        keep("torn", scratch.resolve("killed"));
        writeCheckpointed(scratch.resolve("checkpointed"));
    }

    private static void writeCheckpointed(Path log) throws IOException {
        String text;
        try (Wal wal = Wal.open(config(log)).orElseThrow();
                WalWriter writer = wal.writer()) {
            appendAll(writer);
            checkpoint(wal, writer, random(700));
            writer.append(WalRecordType.PUT, random(50_000)).orElseThrow();
            // More than one block of content, and records behind the place where it begins.
            text = describe(checkpoint(wal, writer, random(40_000)));
            writer.append(WalRecordType.PUT, "behind the checkpoint".getBytes(UTF_8))
                    .orElseThrow();
        }
        keep("checkpointed", log);
        Files.writeString(GOLDEN.resolve("checkpointed.checkpoint.txt"), text);
    }

    private static WalCheckpoint checkpoint(Wal wal, WalWriter writer, byte[] content) {
        try (WalCheckpointWriter checkpoint = wal.log().beginCheckpoint()) {
            checkpoint.write(content, 0, content.length);
            long end = writer.append(WalRecordType.UPDATE, "meanwhile".getBytes(UTF_8))
                    .orElseThrow();
            return checkpoint.publish(end);
        }
    }

    private static WalConfig config(Path path) {
        return WalConfig.durable(path)
                .withNodeId("golden")
                .withClock(CLOCK)
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES);
    }

    private static void appendAll(WalWriter writer) {
        writer.append(WalRecordType.PUT, "user:1 = Gaspard".getBytes(UTF_8)).orElseThrow();
        writer.append(WalRecordType.UPDATE, "user:1 = Gaspard Kirira".getBytes(UTF_8))
                .orElseThrow();
        writer.append(WalRecordType.DELETE, "user:1".getBytes(UTF_8)).orElseThrow();
        writer.appendEvent(FileEvent.created(FileState.of(
                        FilePath.of("docs/file.txt").orElseThrow(),
                        FileMetadata.file(128, Instant.ofEpochSecond(1_700_000_000)))))
                .orElseThrow();
        writer.append(WalRecordType.CHECKPOINT, new byte[] {1, 2, 3}).orElseThrow();
        writer.append(WalRecordType.NOOP, new byte[0]).orElseThrow();
        writer.append(63, "must be understood".getBytes(UTF_8)).orElseThrow();
        writer.append(64, "may be skipped".getBytes(UTF_8)).orElseThrow();
        writer.append(WalRecordType.MAX_CODE, random(SHORT + 1)).orElseThrow();
        writer.appendBatch(new WalBatch()
                        .add(WalRecordType.PUT, "a".getBytes(UTF_8))
                        .add(WalRecordType.DELETE, new byte[0])
                        .add(200, random(300)))
                .orElseThrow();
        writer.append(WalRecordType.PUT, random(50_000)).orElseThrow();
        writer.append(WalRecordType.PUT, random(40_000)).orElseThrow();
        writer.appendBatch(new WalBatch()
                        .add(WalRecordType.PUT, "from elsewhere".getBytes(UTF_8))
                        .add(WalRecordType.PUT, "with it".getBytes(UTF_8))
                        .at(HybridTimestamp.of(1_800_000_000_000L, 7)))
                .orElseThrow();
        writer.append(WalRecordType.PUT, "behind it".getBytes(UTF_8)).orElseThrow();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }

    private static void keep(String name, Path log) throws IOException {
        Path kept = GOLDEN.resolve(name);
        if (Files.exists(kept)) {
            return;
        }
        copy(log, kept);
        try (WalReader reader = WalReader.open(kept).orElseThrow()) {
            WalInspector.Info info =
                    WalInspector.open(kept).flatMap(WalInspector::info).orElseThrow();
            Files.writeString(
                    GOLDEN.resolve(name + ".txt"),
                    describe(info, reader.readAll().orElseThrow()));
        }
    }
}

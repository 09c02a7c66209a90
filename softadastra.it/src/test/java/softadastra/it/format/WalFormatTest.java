package softadastra.it.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/**
 * {@code docs/wal-format.md} is enough to read and write logs from: a reader and a writer that were made from it understand
 * the product's logs, and are understood. The example on that page is a log, and both read in it what the page says.
 *
 * <p>With the system property {@code softadastra.golden=write} the example is written anew.
 */
class WalFormatTest {
    private static final UUID LOG = UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static final long TIME = 1_767_225_600_000L << 16;
    private static final int SEGMENT = 65_536;
    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "..", "docs", "wal-format.md")
            .normalize();

    @TempDir
    Path directory;

    private Path log() {
        return directory.resolve("node.wal");
    }

    private FormatWriter writer() {
        FormatWriter writer = new FormatWriter(log(), LOG, "laptop", 0x1234);
        writer.startSegment(SEGMENT, 0x5EED);
        return writer;
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static String text(long sequence, int type, long timestamp, byte[] payload, boolean proven) {
        return sequence + " type " + type + (proven ? " proven" : " not proven") + " at "
                + HybridTimestamp.ofPacked(timestamp) + ": "
                + (payload.length > 64 ? payload.length + " bytes, " + Arrays.hashCode(payload) : hex(payload));
    }

    private static String hex(byte[] payload) {
        return payload.length == 0 ? "-" : HexFormat.of().formatHex(payload);
    }

    private static List<String> texts(FormatReader reader) {
        return reader.items().stream()
                .map(item -> text(item.sequence(), item.type(), item.timestamp(), item.payload(), item.proven()))
                .toList();
    }

    private static String text(WalRecord record) {
        return text(
                record.sequence(),
                record.typeCode(),
                record.timestamp().packed(),
                record.payload(),
                record.status() == WalRecordStatus.COMMITTED);
    }

    private static List<String> ours(Path log) {
        try (WalReader reader = WalReader.open(log).orElseThrow()) {
            return reader.readAll().orElseThrow().stream()
                    .map(WalFormatTest::text)
                    .toList();
        }
    }

    private static void assertBothRead(Path log, int records) {
        List<String> expected = texts(FormatReader.read(log));
        assertEquals(records, expected.size());
        assertEquals(expected, ours(log));
    }

    @Test
    void aLogWrittenFromThePageIsReadVerifiedAndContinued() {
        FormatWriter writer = writer();
        writer.single(1, TIME, "hello".getBytes(UTF_8));
        writer.force();
        writer.single(16_383, TIME + 1, new byte[0]);
        writer.batch(TIME + 2, List.of(new FormatWriter.Part(2, bytes(300, 1)), new FormatWriter.Part(3, new byte[0])));
        writer.watermark();
        writer.single(64, TIME + 3, bytes(40_000, 2));
        writer.force();
        writer.continueIn(2 * SEGMENT, 0xCAFE);
        writer.single(1, TIME + 4, bytes(100_000, 3));
        writer.seal();
        writer.single(1, TIME + 5, bytes(9, 4));
        writer.seal();
        writer.save();
        assertBothRead(log(), 7);
        WalInspector inspector = WalInspector.open(log()).orElseThrow();
        assertEquals(List.of(), inspector.verify(WalProgress.NONE).orElseThrow().findings());
        assertTrue(inspector.info().orElseThrow().clean());
        try (Wal wal = Wal.open(WalConfig.durable(log()).withNodeId("laptop")).orElseThrow();
                WalWriter ours = wal.writer()) {
            assertEquals(LOG, wal.identity().logId());
            assertEquals(0x1234, wal.identity().epoch());
            assertTrue(wal.recovery().clean());
            assertEquals(8, ours.append(WalRecordType.PUT, bytes(50_000, 5)).orElseThrow());
        }
        assertBothRead(log(), 8);
    }

    @Test
    void whatNothingProvesIsPendingAndATearIsCut() {
        FormatWriter writer = writer();
        writer.single(1, TIME, bytes(2_000, 1));
        writer.force();
        writer.single(1, TIME, bytes(2_000, 2));
        int chain = writer.chain();
        int start = writer.at();
        writer.single(1, TIME, bytes(2_000, 3));
        writer.clear(start + 1_024 - start % 512, start + 1_536 - start % 512);
        writer.save();
        assertBothRead(log(), 2);
        assertTrue(FormatReader.read(log()).torn());
        assertTrue(ours(log()).get(0).contains(" proven") && ours(log()).get(1).contains("not proven"));
        // The page's writer cuts as a recovery does: a new segment says where the old one ends.
        writer.cutLastFrame(chain, 3);
        writer.startSegment(SEGMENT, 7);
        writer.single(1, TIME, bytes(10, 4));
        writer.save();
        assertBothRead(log(), 3);
        try (Wal wal = Wal.open(log()).orElseThrow()) {
            assertEquals(List.of(), wal.recovery().findings());
            assertEquals(3, wal.log().lastSequence());
        }
        assertBothRead(log(), 3);
    }

    @Test
    void whatWasDurableAndIsDamagedIsCorruptionForBoth() {
        FormatWriter writer = writer();
        writer.single(1, TIME, bytes(100, 1));
        int start = writer.at();
        writer.single(1, TIME, bytes(2_000, 2));
        writer.seal();
        writer.clear(start + 600, start + 1_800);
        writer.save();
        FormatReader.Corrupted corrupted = assertThrows(FormatReader.Corrupted.class, () -> FormatReader.read(log()));
        assertTrue(String.valueOf(corrupted.getMessage()).contains("sequence 2 at " + start), corrupted::toString);
        Result<Wal> opened = Wal.open(log());
        assertEquals(ErrorCode.CORRUPTION, opened.error().code());
        assertTrue(
                opened.error()
                        .message()
                        .startsWith("corrupted WAL record at sequence 2 and at byte offset " + start
                                + " of 0000000001.segment"),
                opened.error().message());
    }

    /** Appends at random, and closes and reopens now and then; answers the last sequence. */
    private static long appendAtRandom(Path log, long seed, int runs) {
        SplittableRandom random = new SplittableRandom(seed);
        long last = 0;
        for (int run = 0; run < runs; run++) {
            WalConfig config = WalConfig.durable(log)
                    .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                    .withAutoFlush(random.nextBoolean());
            try (Wal wal = Wal.open(config).orElseThrow()) {
                for (int i = random.nextInt(20); i >= 0; i--) {
                    WalBatch batch = new WalBatch();
                    for (int j = random.nextInt(4); j >= 0; j--) {
                        batch.add(1 + random.nextInt(200), bytes(random.nextInt(random.nextInt(1, 9_000)), i));
                    }
                    last = wal.log().submit(batch);
                    if (random.nextInt(3) == 0) {
                        wal.log().awaitDurable(last);
                    }
                }
            }
        }
        return last;
    }

    @Test
    void theReaderMadeFromThePageReadsOurLogs() {
        for (long seed = 1; seed <= 10; seed++) {
            Path log = directory.resolve("random-" + seed);
            long last = appendAtRandom(log, seed, 4);
            FormatReader reader = FormatReader.read(log);
            assertTrue(reader.sealed(), "seed " + seed);
            assertFalse(reader.torn(), "seed " + seed);
            assertEquals(last, reader.items().size(), "seed " + seed);
            assertEquals(texts(reader), ours(log), "seed " + seed);
        }
    }

    @Test
    void theReaderMadeFromThePageJudgesDamageAsWeDo() throws IOException {
        long last = appendAtRandom(log(), 3, 2);
        int refused = 0;
        int torn = 0;
        List<Path> segments;
        try (Stream<Path> files = Files.list(log())) {
            segments = files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        }
        for (int round = 0; round < 300; round++) {
            SplittableRandom random = new SplittableRandom(round);
            Path segment = segments.get(random.nextInt(segments.size()));
            byte[] whole = Files.readAllBytes(segment);
            byte[] damaged = whole.clone();
            int at = random.nextInt(damaged.length / 512) * 512;
            // From some sector on nothing reached the disk, or one sector did not, or one bit is another.
            switch (random.nextInt(3)) {
                case 0 -> Arrays.fill(damaged, Math.max(at, 4096), damaged.length, (byte) 0);
                case 1 -> Arrays.fill(damaged, Math.max(at, 4096), Math.max(at, 4096) + 512, (byte) 0);
                default -> damaged[4096 + random.nextInt(damaged.length - 4096)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(segment, damaged);
            String what = "round " + round + " at " + at + " of " + segment.getFileName();
            WalInspector.Verification ours = WalInspector.open(log())
                    .flatMap(inspector -> inspector.verify(WalProgress.NONE))
                    .orElseThrow();
            try {
                FormatReader reader = FormatReader.read(log());
                assertFalse(ours.corrupted(), what + ": " + ours);
                assertEquals(ours.records(), reader.items().size(), what);
                torn += reader.torn() ? 1 : 0;
                assertTrue(reader.items().size() <= last);
            } catch (FormatReader.Corrupted e) {
                assertTrue(ours.corrupted(), what + ": " + e);
                refused++;
            }
            Files.write(segment, whole);
        }
        assertTrue(refused > 50, "only " + refused + " refused");
        assertTrue(torn > 0, "none torn");
    }

    @Test
    void theReaderMadeFromThePageReadsALogBehindACheckpoint() {
        try (Wal wal = Wal.open(log()).orElseThrow()) {
            for (int i = 1; i <= 10; i++) {
                wal.log().awaitDurable(wal.log().submit(64, bytes(100, i)));
                if (i == 7) {
                    try (WalCheckpointWriter checkpoint = wal.log().beginCheckpoint()) {
                        checkpoint.write(bytes(40_000, 0), 0, 40_000);
                        var unused = checkpoint.publish(7);
                    }
                }
            }
        }
        assertTrue(Files.exists(log().resolve("0000000001.checkpoint")));
        FormatReader reader = FormatReader.read(log());
        assertEquals(8, reader.items().get(0).sequence());
        assertBothRead(log(), 3);
    }

    @Test
    void theExampleOnThePageIsALog() throws IOException {
        if (System.getProperty("softadastra.golden", "").equals("write")) {
            writeExample();
        }
        List<String> page = Files.readAllLines(PAGE);
        Files.createDirectory(log());
        Files.writeString(log().resolve("softadastra-wal"), String.join("\n", block(page, "softadastra-wal")) + "\n");
        Files.write(log().resolve("0000000001.segment"), parse(block(page, "0000000001.segment")));
        FormatReader reader = FormatReader.read(log());
        assertEquals(block(page, "records"), texts(reader));
        assertEquals("laptop", reader.node());
        assertTrue(reader.sealed());
        assertEquals(block(page, "records"), ours(log()));
    }

    /** The lines of an example's block. */
    private static List<String> block(List<String> page, String name) {
        int start = page.indexOf("<!-- example: " + name + " -->") + 2;
        assertTrue(start > 1, name);
        return page.subList(start, start + page.subList(start, page.size()).indexOf("```"));
    }

    private void writeExample() throws IOException {
        Path log = directory.resolve("example");
        WalConfig config = WalConfig.durable(log)
                .withNodeId("laptop")
                .withClock(InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")));
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            writer.append(WalRecordType.PUT, "hello".getBytes(UTF_8)).orElseThrow();
            writer.appendBatch(new WalBatch()
                            .add(WalRecordType.UPDATE, "world".getBytes(UTF_8))
                            .add(WalRecordType.DELETE, new byte[0]))
                    .orElseThrow();
        }
        List<String> page = new ArrayList<>(Files.readAllLines(PAGE));
        replace(page, "records", ours(log));
        replace(page, "softadastra-wal", Files.readAllLines(log.resolve("softadastra-wal")));
        replace(page, "0000000001.segment", dump(Files.readAllBytes(log.resolve("0000000001.segment"))));
        Files.write(PAGE, page);
    }

    private static void replace(List<String> page, String name, List<String> lines) {
        List<String> block = block(page, name);
        block.clear();
        block.addAll(lines);
    }

    /** As {@code hexdump -C}. */
    private static List<String> dump(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += 16) {
            boolean same = at > 0 && Arrays.equals(bytes, at, at + 16, bytes, at - 16, at);
            if (!same) {
                lines.add(line(bytes, at));
            } else if (!lines.get(lines.size() - 1).equals("*")) {
                lines.add("*");
            }
        }
        lines.add("%08x".formatted(bytes.length));
        return lines;
    }

    private static String line(byte[] bytes, int at) {
        String hex = HexFormat.ofDelimiter(" ").formatHex(bytes, at, at + 8) + "  "
                + HexFormat.ofDelimiter(" ").formatHex(bytes, at + 8, at + 16);
        return "%08x  %s  |%s|".formatted(at, hex, printable(bytes, at));
    }

    private static String printable(byte[] bytes, int at) {
        return Stream.iterate(at, i -> i + 1)
                .limit(16)
                .map(i -> bytes[i] >= ' ' && bytes[i] < 127 ? String.valueOf((char) bytes[i]) : ".")
                .collect(Collectors.joining());
    }

    private static byte[] parse(List<String> dump) {
        byte[] bytes = new byte[Integer.parseInt(dump.get(dump.size() - 1), 16)];
        int at = 0;
        byte[] before = new byte[16];
        for (String line : dump) {
            if (line.equals("*")) {
                continue;
            }
            int to = Integer.parseInt(line.substring(0, 8), 16);
            for (; at < to; at += 16) {
                System.arraycopy(before, 0, bytes, at, 16);
            }
            if (line.length() > 8) {
                before = HexFormat.of().parseHex(line.substring(10, 58).replace(" ", ""));
                System.arraycopy(before, 0, bytes, at, 16);
                at += 16;
            }
        }
        return bytes;
    }
}

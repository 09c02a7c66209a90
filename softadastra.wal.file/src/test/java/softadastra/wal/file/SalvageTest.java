package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Severity;
import softadastra.wal.spi.LostSequences;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalReplayer;
import softadastra.wal.spi.WalWriter;

/** After any damage, salvage and repair find exactly the records whose bytes are whole, and name all others as lost. */
class SalvageTest {
    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));
    private static final int ROUNDS = Integer.getInteger("softadastra.salvage.rounds", LARGE ? 1_000 : 120);
    private static final int SECTOR = 512;

    private final FileSystem fileSystem = Jimfs.newFileSystem(Configuration.unix());
    private final Path home = fileSystem.getPath("/work");
    private final Path log = home.resolve("log");
    private final Path damaged = home.resolve("damaged");
    private final Path repaired = home.resolve("repaired");

    private SalvageImage image;

    @BeforeEach
    void write() {
        image = SalvageImage.of(log);
        assertTrue(image.segments().size() >= 4, () -> image.segments().toString());
    }

    @AfterEach
    void closeFileSystem() throws IOException {
        fileSystem.close();
    }

    private static Map<Long, WalRecord> read(WalConfig config) {
        Map<Long, WalRecord> found = new TreeMap<>();
        try (WalReader reader = WalReader.open(config).orElseThrow()) {
            long delivered = reader.forEach(record -> found.put(record.sequence(), record))
                    .orElseThrow();
            assertEquals(delivered, found.size());
        }
        return found;
    }

    private static void assertSame(String what, Map<Long, WalRecord> expected, Map<Long, WalRecord> found) {
        assertEquals(expected.keySet(), found.keySet(), what);
        expected.forEach((sequence, record) -> assertSame(what, record, of(found, sequence)));
    }

    private static <K, V> V of(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key));
    }

    /** The same record, proven to be durable or not. */
    private static void assertSame(String what, WalRecord expected, WalRecord found) {
        assertTrue(
                found.typeCode() == expected.typeCode()
                        && found.timestamp().equals(expected.timestamp())
                        && Arrays.equals(found.payload(), expected.payload()),
                () -> what + ": " + found + " where " + expected + " was written");
    }

    /** Checks salvage of damaged files, and the log that repair makes of them. */
    private void check(String what, Map<String, byte[]> files) {
        SalvageImage.layOut(damaged, files);
        Map<Long, WalRecord> intact = image.intact(files);
        Map<Long, WalRecord> found = read(SalvageImage.salvage(damaged));
        assertSame(what, intact, found);
        WalRecovery recovery;
        try (WalReader reader = WalReader.open(SalvageImage.salvage(damaged)).orElseThrow()) {
            recovery = reader.recovery();
        }
        assertEquals(found.size(), recovery.records(), what);
        WalInspector inspector =
                WalInspector.open(SalvageImage.salvage(damaged)).orElseThrow();
        assertEquals(
                recovery.findings(),
                inspector.verify(WalProgress.NONE).orElseThrow().findings());
        if (intact.isEmpty()) {
            assertEquals(
                    ErrorCode.CORRUPTION,
                    inspector
                            .repair(SalvageImage.config(repaired), WalProgress.NONE)
                            .error()
                            .code());
            return;
        }
        checkRepair(what, inspector, files, intact, recovery);
    }

    private void checkRepair(
            String what,
            WalInspector inspector,
            Map<String, byte[]> files,
            Map<Long, WalRecord> intact,
            WalRecovery recovery) {
        LogImage.layOut(repaired, Map.of(), "", new byte[0]);
        WalInspector.Repair repair = inspector
                .repair(SalvageImage.config(repaired), WalProgress.NONE)
                .orElseThrow();
        assertEquals(files.keySet(), LogImage.bytes(damaged).keySet(), what);
        files.forEach((name, bytes) -> assertTrue(
                Arrays.equals(bytes, of(LogImage.bytes(damaged), name)), what + ": " + name + " was touched"));
        // A cleared sector at the very end looks like a write cut short: nobody can say what was behind it, but that.
        List<LostSequences> told = new ArrayList<>(repair.lost());
        repair.findings().stream()
                .filter(finding -> finding.message().startsWith("torn tail"))
                .forEach(
                        finding -> told.add(new LostSequences(finding.sequence().orElseThrow(), OptionalLong.empty())));
        image.assertAccounted(what, intact.keySet(), told);
        assertEquals(intact.size(), repair.records(), what);
        assertEquals(recovery.findings(), repair.findings(), what);
        boolean harmless = repair.lost().isEmpty();
        assertEquals(
                harmless,
                repair.findings().stream().noneMatch(finding -> finding.severity() == Severity.ERROR),
                () -> what + ": " + repair);
        assertEquals(image.identity().node(), repair.identity().node(), what);
        assertNotEquals(image.identity().logId(), repair.identity().logId(), what);
        assertNotEquals(image.identity().epoch(), repair.identity().epoch(), what);
        try (Wal wal = Wal.open(SalvageImage.config(repaired)).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(List.of(), wal.recovery().findings(), what);
            assertEquals(repair.identity(), wal.identity(), what);
            for (WalRecord record : wal.reader().readAll().orElseThrow()) {
                WalRecord kept = intact.get(record.sequence());
                if (kept == null) {
                    assertEquals(6, record.typeCode(), what);
                    assertEquals(0, record.payload().length, what);
                } else {
                    assertSame(what, kept, record);
                }
            }
            assertEquals(repair.lastSequence(), wal.log().lastSequence(), what);
            assertEquals(
                    repair.lastSequence() + 1, writer.append(64, new byte[1]).orElseThrow());
        }
    }

    @Test
    void aWholeLogIsReadAsItIs() {
        check("whole", image.copy());
        assertEquals(image.lastSequence(), read(SalvageImage.salvage(log)).size());
        assertEquals(read(SalvageImage.config(log)), read(SalvageImage.salvage(log)));
        try (WalReader reader = WalReader.open(SalvageImage.salvage(log)).orElseThrow()) {
            assertEquals(List.of(), reader.recovery().findings());
        }
    }

    @Test
    void everyMissingFileCostsItsOwnRecords() {
        for (String name : image.segments()) {
            Map<String, byte[]> files = image.copy();
            files.remove(name);
            check(name + " missing", files);
        }
        Map<String, byte[]> files = image.copy();
        files.remove(image.segments().get(1));
        files.remove(image.segments().get(2));
        check("two missing", files);
    }

    @Test
    void aDamagedHeaderCostsNothingAndTwoCostTheSegment() {
        for (String name : image.segments()) {
            for (int sectors = 1; sectors <= 2; sectors++) {
                for (byte filling : new byte[] {0, -1}) {
                    Map<String, byte[]> files = image.copy();
                    Arrays.fill(of(files, name), 0, sectors * SECTOR, filling);
                    check(sectors + " sectors of " + name + " filled with " + filling, files);
                    if (filling != 0) {
                        assertEquals(
                                sectors == 1,
                                image.intact(files).size() == image.entries().size());
                    }
                }
            }
        }
    }

    @Test
    void aHoleNamesFileOffsetLengthAndSequences() {
        WalInspector.Entry entry = image.entries().get(30);
        Map<String, byte[]> files = image.copy();
        int offset = (int) entry.offset();
        of(files, entry.file())[offset + 50] ^= 1;
        check("one bit", files);
        try (WalReader reader = WalReader.open(SalvageImage.salvage(damaged)).orElseThrow()) {
            assertEquals(1, reader.recovery().findings().size());
            WalFinding hole = reader.recovery().findings().stream().findFirst().orElseThrow();
            long sequence = image.entries().stream()
                    .filter(other -> other.file().equals(entry.file()) && other.offset() == offset)
                    .mapToLong(other -> other.record().orElseThrow().sequence())
                    .min()
                    .orElseThrow();
            assertTrue(
                    hole.message()
                            .startsWith("corrupted WAL record at sequence " + sequence + " and at byte offset " + offset
                                    + " of " + entry.file() + ": "),
                    hole.message());
            assertEquals(OptionalLong.of(sequence), hole.sequence());
            assertEquals(entry.frameBytes(), hole.length());
        }
    }

    @Test
    void whateverIsDamagedTheRestIsFound() {
        for (int round = 0; round < ROUNDS; round++) {
            SplittableRandom random = new SplittableRandom(round);
            Map<String, byte[]> files = image.copy();
            List<String> done = new ArrayList<>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                damage(files, random, done);
            }
            check("seed " + round + ": " + done, files);
        }
    }

    /** Flips a bit, clears or overwrites sectors, cuts off or removes a file; never both headers of one and what proves its end. */
    private void damage(Map<String, byte[]> files, SplittableRandom random, List<String> done) {
        String name = image.segments().get(random.nextInt(image.segments().size()));
        byte[] bytes = files.get(name);
        if (bytes == null || bytes.length < SegmentHeader.BYTES) {
            return;
        }
        int at = SegmentHeader.BYTES + random.nextInt(Math.max(1, bytes.length - SegmentHeader.BYTES - 8 * SECTOR));
        switch (random.nextInt(6)) {
            case 0, 1 -> bytes[Math.min(at, bytes.length - 1)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> Arrays.fill(bytes, Math.min(at, bytes.length), Math.min(bytes.length, at + SECTOR), (byte) 0);
            case 3 -> {
                byte[] noise = new byte[random.nextInt(8 * SECTOR)];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, at, Math.min(noise.length, bytes.length - at));
            }
            case 4 -> files.put(name, Arrays.copyOf(bytes, at));
            default -> bytes[random.nextInt(SECTOR)] ^= 1;
        }
        done.add(name + " at " + at);
    }

    @Test
    void aLogWithoutItsMarkerIsSalvagedWhenTheProviderIsNamed() throws IOException {
        Map<String, byte[]> files = image.copy();
        files.remove(WalMarker.FILE);
        SalvageImage.layOut(damaged, files);
        assertEquals(
                ErrorCode.NOT_FOUND,
                WalInspector.open(SalvageImage.config(damaged)).error().code());
        assertEquals(image.lastSequence(), read(SalvageImage.salvage(damaged)).size());
        for (boolean missing : new boolean[] {true, false}) {
            if (!missing) {
                Files.writeString(damaged.resolve(WalMarker.FILE), "softadastra-wal 1\nprovider=fi");
            }
            WalInspector inspector = WalInspector.open(
                            SalvageImage.salvage(damaged).withNodeId("desktop"))
                    .orElseThrow();
            Path target = home.resolve("repaired-" + missing);
            WalInspector.Repair repair = inspector
                    .repair(SalvageImage.config(target), WalProgress.NONE)
                    .orElseThrow();
            assertEquals("desktop", repair.identity().node().value());
            assertEquals(List.of(), repair.lost());
            assertEquals(
                    WalMarker.FILE,
                    repair.findings().stream()
                            .findFirst()
                            .flatMap(WalFinding::file)
                            .orElseThrow());
            assertEquals(image.lastSequence(), read(SalvageImage.config(target)).size());
        }
    }

    @Test
    void nobodyWritesOrReplaysALogWithHoles() {
        for (var refused : List.of(
                Wal.open(SalvageImage.salvage(log)).error(),
                WalReplayer.open(SalvageImage.salvage(log)).error())) {
            assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
            assertTrue(refused.message().contains("wal repair"), refused.message());
        }
    }

    /** Frames behind a cut verify, and their sequences were given out again: the old ones must never come back. */
    @Test
    void whatACutTookAwayStaysAway() throws IOException {
        Path cut = home.resolve("cut");
        Map<String, byte[]> crashed;
        try (Wal wal = Wal.open(SalvageImage.config(cut).withAutoFlush(false)).orElseThrow()) {
            for (int i = 1; i <= 5; i++) {
                long unused = wal.log().submit(64, filled(2_000, 1));
            }
            wal.reader().readAll().orElseThrow();
            crashed = LogImage.bytes(cut);
        }
        crashed.remove(LogLock.OWNER_FILE);
        byte[] segment = of(crashed, SegmentFile.name(1));
        Arrays.fill(segment, SegmentHeader.BYTES + 2 * SECTOR, SegmentHeader.BYTES + 3 * SECTOR, (byte) 0);
        SalvageImage.layOut(cut, crashed);
        try (Wal wal = Wal.open(SalvageImage.config(cut)).orElseThrow()) {
            assertEquals(0, wal.log().lastSequence());
            for (int i = 1; i <= 60; i++) {
                long last = wal.log().submit(64, filled(2_000, 2));
                wal.log().awaitDurable(last);
            }
        }
        Map<String, byte[]> files = LogImage.bytes(cut);
        assertEquals(60, read(SalvageImage.salvage(cut)).size());
        for (int sectors = 1; sectors <= 2; sectors++) {
            Arrays.fill(of(files, SegmentFile.name(2)), 0, sectors * SECTOR, (byte) 1);
            SalvageImage.layOut(damaged, files);
            Map<Long, WalRecord> found = read(SalvageImage.salvage(damaged));
            found.values().forEach(record -> assertEquals(2, record.payload()[0]));
            assertTrue(sectors == 1 ? found.size() == 60 : found.size() > 20, () -> "found " + found.keySet());
        }
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void aLostEndIsLostAsFarAsAnythingTells() {
        Map<String, byte[]> files = image.copy();
        String last = image.segments().get(image.segments().size() - 1);
        files.put(last, Arrays.copyOf(of(files, last), SegmentHeader.BYTES));
        SalvageImage.layOut(damaged, files);
        WalInspector.Repair repair = WalInspector.open(SalvageImage.config(damaged))
                .orElseThrow()
                .repair(SalvageImage.config(repaired), WalProgress.NONE)
                .orElseThrow();
        assertEquals(List.of(new LostSequences(repair.lastSequence() + 1, OptionalLong.empty())), repair.lost());
    }
}

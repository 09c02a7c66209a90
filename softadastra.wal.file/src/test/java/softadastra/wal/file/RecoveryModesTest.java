package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.Severity;
import softadastra.core.SoftadastraError;
import softadastra.wal.file.LogImage.Kind;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.tck.fault.MemoryStorage;

/** What each recovery mode keeps, refuses and reports, of the same damage. */
class RecoveryModesTest {

    private static WalConfig config(MemoryStorage storage, RecoveryMode mode) {
        return LogImage.config(storage).withRecovery(mode);
    }

    /** The frames of an image's records: one entry a frame. */
    private static List<WalInspector.Entry> frames(LogImage image) {
        List<WalInspector.Entry> frames = new ArrayList<>();
        WalInspector.open(LogImage.config(new MemoryStorage(image.files())))
                .flatMap(inspector -> inspector.dump(entry -> {
                    boolean first = frames.isEmpty()
                            || frames.get(frames.size() - 1).offset() != entry.offset()
                            || !frames.get(frames.size() - 1).file().equals(entry.file());
                    if (entry.record().isPresent() && first) {
                        frames.add(entry);
                    }
                }))
                .orElseThrow();
        return frames;
    }

    private static long sequence(WalInspector.Entry frame) {
        return frame.record().orElseThrow().sequence();
    }

    /** An image's files, with a bit of the middle of a frame flipped. */
    private static MemoryStorage damaged(LogImage image, WalInspector.Entry frame) {
        byte[] bytes = image.bytes(frame.file()).clone();
        bytes[(int) (frame.offset() + frame.frameBytes() / 2)] ^= 4;
        return new MemoryStorage(image.files()).with(frame.file(), bytes, bytes.length);
    }

    /** An image of a killed owner's files, with zeros from inside the last frame on: as a crash tears it. */
    private static MemoryStorage torn(LogImage image) {
        List<WalInspector.Entry> frames = frames(image);
        WalInspector.Entry last = frames.get(frames.size() - 1);
        byte[] bytes = image.bytes(last.file()).clone();
        int end = (int) (last.offset() + last.frameBytes());
        Arrays.fill(bytes, end - 30, bytes.length, (byte) 0);
        return new MemoryStorage(image.files()).with(last.file(), bytes, bytes.length);
    }

    private static Map<String, Integer> hashes(MemoryStorage storage) {
        return storage.content().entrySet().stream()
                .filter(file -> !file.getKey().equals(LogLock.LOCK_FILE)
                        && !file.getKey().equals(LogLock.OWNER_FILE))
                .collect(Collectors.toMap(Map.Entry::getKey, file -> Arrays.hashCode(file.getValue())));
    }

    private static SoftadastraError refused(MemoryStorage storage, RecoveryMode mode) {
        Map<String, Integer> before = hashes(storage);
        Result<Wal> opened = Wal.open(config(storage, mode));
        assertEquals(
                ErrorCode.CORRUPTION,
                opened.error().code(),
                () -> opened.error().toString());
        assertEquals(before, hashes(storage), "nothing is touched");
        return opened.error();
    }

    private static void assertRecords(List<WalRecord> expected, Wal wal) {
        List<WalRecord> found = wal.reader().readAll().orElseThrow();
        assertEquals(
                expected.stream().map(WalRecord::sequence).toList(),
                found.stream().map(WalRecord::sequence).toList());
        for (int i = 0; i < found.size(); i++) {
            assertArrayEquals(expected.get(i).payload(), found.get(i).payload());
        }
    }

    @ParameterizedTest
    @EnumSource
    void strictOpensWhatIsWhole(Kind kind) {
        LogImage image = LogImage.of(kind);
        try (Wal wal = Wal.open(config(new MemoryStorage(image.files()), RecoveryMode.STRICT))
                .orElseThrow()) {
            assertRecords(image.records(), wal);
            assertEquals(List.of(), wal.recovery().findings());
            assertEquals(RecoveryMode.STRICT, wal.recovery().mode());
            assertEquals(kind.closed, wal.recovery().clean());
        }
    }

    @Test
    void strictRefusesATornTailThatTheOthersCutOffAndReport() {
        LogImage image = LogImage.of(Kind.KILLED);
        SoftadastraError error = refused(torn(image), RecoveryMode.STRICT);
        assertTrue(error.message().startsWith("torn tail at byte offset "), error::message);
        List<WalRecord> kept = image.records().subList(0, image.records().size() - 1);
        for (RecoveryMode mode : List.of(RecoveryMode.TORN_TAIL, RecoveryMode.POINT_IN_TIME)) {
            MemoryStorage storage = torn(image);
            try (Wal wal = Wal.open(config(storage, mode)).orElseThrow()) {
                assertRecords(kept, wal);
                WalRecovery recovery = wal.recovery();
                assertEquals(mode, recovery.mode());
                assertTrue(recovery.tornBytes() > 0, recovery::toString);
                WalFinding torn = recovery.findings().get(0);
                assertEquals(Severity.WARNING, torn.severity());
                assertEquals(kept.size() + 1L, torn.sequence().orElseThrow());
                assertEquals(image.identity(), wal.identity(), "nothing acknowledged is lost: the epoch goes on");
                assertTrue(
                        storage.list().stream().anyMatch(name -> name.contains(".torn-")),
                        "what was cut is kept aside");
            }
        }
    }

    @Test
    void strictRefusesDamageOfUnusedBytesThatTheOthersReport() {
        LogImage image = LogImage.of(Kind.CLOSED);
        String segment = SegmentFile.name(1);
        byte[] bytes = image.bytes(segment).clone();
        bytes[SegmentHeader.BYTES - 100] = 1;
        assertTrue(refused(new MemoryStorage(image.files()).with(segment, bytes, bytes.length), RecoveryMode.STRICT)
                .message()
                .startsWith("damaged unused bytes at byte offset "));
        for (RecoveryMode mode : List.of(RecoveryMode.TORN_TAIL, RecoveryMode.POINT_IN_TIME)) {
            MemoryStorage storage = new MemoryStorage(image.files()).with(segment, bytes, bytes.length);
            try (Wal wal = Wal.open(config(storage, mode)).orElseThrow()) {
                assertRecords(image.records(), wal);
                assertEquals(1, wal.recovery().findings().size());
                assertEquals(image.identity(), wal.identity());
            }
        }
    }

    /** Of a record that is damaged, wherever it stands. */
    @ParameterizedTest
    @EnumSource(names = {"CLOSED", "OF_LARGE_RECORDS", "CHECKPOINTED"})
    void pointInTimeKeepsWhatIsBeforeTheDamageAndTheOthersRefuse(Kind kind) {
        LogImage image = LogImage.of(kind);
        long needed = kind.checkpointed() ? checkpointEnd(image) : 0;
        int cut = 0;
        for (WalInspector.Entry frame : frames(image)) {
            long lost = sequence(frame);
            String named = "corrupted WAL record at sequence " + lost + " and at byte offset " + frame.offset() + " of "
                    + frame.file();
            for (RecoveryMode mode : List.of(RecoveryMode.TORN_TAIL, RecoveryMode.STRICT)) {
                SoftadastraError error = refused(damaged(image, frame), mode);
                assertTrue(error.message().startsWith(named), error::message);
            }
            if (lost <= needed) {
                assertTrue(refused(damaged(image, frame), RecoveryMode.POINT_IN_TIME)
                        .message()
                        .startsWith(named));
            } else {
                checkCut(image, frame, damaged(image, frame), named);
                cut++;
            }
        }
        assertTrue(cut >= 5, "cut: " + cut);
    }

    private static long checkpointEnd(LogImage image) {
        try (Wal wal =
                Wal.open(LogImage.config(new MemoryStorage(image.files()))).orElseThrow()) {
            return wal.log().checkpoint().orElseThrow().endSequence();
        }
    }

    private static void checkCut(LogImage image, WalInspector.Entry frame, MemoryStorage storage, String named) {
        long lost = sequence(frame);
        Map<String, byte[]> before = storage.content();
        List<WalRecord> kept = image.records().stream()
                .filter(record -> record.sequence() < lost)
                .toList();
        long epoch;
        try (Wal wal = Wal.open(config(storage, RecoveryMode.POINT_IN_TIME)).orElseThrow()) {
            WalRecovery recovery = wal.recovery();
            assertRecords(kept, wal);
            assertEquals(RecoveryMode.POINT_IN_TIME, recovery.mode());
            assertEquals(lost - 1, recovery.lastSequence());
            assertFalse(recovery.clean());
            WalFinding finding = recovery.findings().get(0);
            assertEquals(Severity.ERROR, finding.severity());
            assertEquals(lost, finding.sequence().orElseThrow(), "the first sequence that is lost");
            assertEquals(frame.file(), finding.file().orElseThrow());
            assertEquals(frame.offset(), finding.offset().orElseThrow());
            assertTrue(finding.message().startsWith(named), finding::message);
            assertTrue(recovery.tornBytes() >= frame.frameBytes(), recovery::toString);
            assertEquals(image.identity().logId(), wal.identity().logId());
            assertNotEquals(image.identity().epoch(), wal.identity().epoch(), "its sequences are given out again");
            assertEquals(lost, wal.writer().append(64, new byte[] {1}).orElseThrow());
            epoch = wal.identity().epoch();
        }
        assertKeptAside(frame, before, storage);
        try (Wal wal = Wal.open(config(storage, RecoveryMode.STRICT)).orElseThrow()) {
            assertEquals(epoch, wal.identity().epoch());
            assertEquals(lost, wal.log().lastSequence());
            assertEquals(List.of(), wal.recovery().findings(), "the cut is whole, and told of once");
        }
    }

    /** Every byte that a cut has taken is in a file beside the log. */
    private static void assertKeptAside(WalInspector.Entry frame, Map<String, byte[]> before, MemoryStorage storage) {
        Map<String, byte[]> after = storage.content();
        byte[] aside = after.getOrDefault(frame.file() + ".torn-" + frame.offset(), new byte[0]);
        byte[] was = before.getOrDefault(frame.file(), new byte[0]);
        int from = (int) frame.offset();
        assertTrue(aside.length >= frame.frameBytes() / 2, () -> after.keySet().toString());
        assertTrue(Arrays.equals(aside, 0, aside.length, was, from, from + aside.length));
        for (int i = from + aside.length; i < was.length; i++) {
            assertEquals(0, was[i]);
        }
        before.forEach((name, bytes) -> {
            if (SegmentFile.ordinal(name).isPresent() && name.compareTo(frame.file()) > 0 && bytes[0] != 0) {
                assertTrue(
                        after.entrySet().stream()
                                .anyMatch(file -> file.getKey().startsWith(name + ".cut-")
                                        && Arrays.equals(file.getValue(), bytes)),
                        () -> name + " is in none of " + after.keySet());
            }
        });
    }

    @Test
    void pointInTimeKeepsWhatIsBeforeAMissingSegment() {
        LogImage image = LogImage.of(Kind.OF_LARGE_RECORDS);
        String second = SegmentFile.name(2);
        refused(new MemoryStorage(image.files()).without(second), RecoveryMode.TORN_TAIL);
        refused(new MemoryStorage(image.files()).without(second), RecoveryMode.STRICT);
        long held = frames(image).stream()
                .filter(frame -> frame.file().equals(second))
                .mapToLong(RecoveryModesTest::sequence)
                .min()
                .orElseThrow();
        MemoryStorage storage = new MemoryStorage(image.files()).without(second);
        try (Wal wal = Wal.open(config(storage, RecoveryMode.POINT_IN_TIME)).orElseThrow()) {
            assertRecords(image.records().subList(0, (int) held - 1), wal);
            WalFinding finding = wal.recovery().findings().get(0);
            assertEquals(held, finding.sequence().orElseThrow());
            assertEquals(held - 1, wal.recovery().lastSequence());
            assertEquals(second, finding.file().orElseThrow());
        }
    }

    /** There is no point in time to go back to: before a checkpoint's end, without a checkpoint, without a first segment. */
    @Test
    void noModeOpensWhatHasNoBeginning() {
        LogImage checkpointed = LogImage.of(Kind.CHECKPOINTED);
        String checkpoint = CheckpointFile.name(1);
        byte[] header = checkpointed.bytes(checkpoint).clone();
        header[40] ^= 1;
        LogImage plain = LogImage.of(Kind.CLOSED);
        byte[] segment = plain.bytes(SegmentFile.name(1)).clone();
        segment[50] ^= 1;
        for (RecoveryMode mode : List.of(RecoveryMode.TORN_TAIL, RecoveryMode.STRICT, RecoveryMode.POINT_IN_TIME)) {
            assertEquals(
                    List.of(),
                    List.of(
                                    refused(
                                            new MemoryStorage(checkpointed.files())
                                                    .with(checkpoint, header, header.length),
                                            mode),
                                    refused(
                                            new MemoryStorage(plain.files())
                                                    .with(SegmentFile.name(1), segment, segment.length),
                                            mode),
                                    refused(new MemoryStorage(plain.files()).without(SegmentFile.name(1)), mode))
                            .stream()
                            .filter(error -> !error.message().startsWith("corrupted WAL "))
                            .toList());
        }
    }
}

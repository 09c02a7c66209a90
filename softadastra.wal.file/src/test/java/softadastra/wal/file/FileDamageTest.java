package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.wal.file.DamageCheck.Outcome;
import softadastra.wal.file.LogImage.Kind;
import softadastra.wal.spi.storage.FileStorage;
import softadastra.wal.tck.fault.MemoryStorage;

/**
 * Every bit flipped, every truncation, of every file of small logs, closed and not, behind a checkpoint and not: never a wrong
 * byte. Each ends in an error, in a report, or in a log that is whole because the bit means nothing by the format.
 *
 * <p>All eight bits are flipped of every byte that is not zero, of those around it, and, in the large slice, of every byte up to
 * the last that is not zero: of headers, frames, seals and checkpoints. Behind that, and in records that fill segments, which
 * are alike, some bytes are picked, and one bit of each. Files are cut to every length, but among the zeros behind the last
 * frame to some only, in the default slice. An owner, who changes what it opens, is tried for one bit in eight.
 */
class FileDamageTest {

    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));
    private static final int NEAR = 2;
    private static final int STEP_AMONG_ZEROS = LARGE ? 31 : 251;
    private static final int STEP_IN_LARGE_RECORDS = LARGE ? 7 : 83;

    /** How often damage ended in which way. */
    private static final class Tally {

        private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);

        void add(Outcome outcome) {
            outcomes.merge(outcome, 1L, Long::sum);
        }

        long all() {
            return outcomes.values().stream().mapToLong(Long::longValue).sum();
        }

        void print(String what, Kind kind) {
            System.out.println(what + " of log " + kind + ": " + all() + "; ended in an error: " + of(Outcome.ERROR)
                    + ", in a report: " + of(Outcome.REPORT) + ", provably unused: " + of(Outcome.UNNOTICED));
        }

        long of(Outcome outcome) {
            return outcomes.getOrDefault(outcome, 0L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyBitFlippedIsFoundOrMeansNothing(Kind kind) {
        LogImage image = LogImage.of(kind);
        Tally tally = new Tally();
        for (String name : image.files().keySet()) {
            byte[] original = image.bytes(name);
            byte[] flipped = original.clone();
            for (int at = 0; at < original.length; at += step(image, name, at)) {
                boolean every = isDense(image, name, at);
                for (int bit = every ? 0 : at % 8; bit < (every ? 8 : at % 8 + 1); bit++) {
                    flipped[at] = (byte) (original[at] ^ (1 << bit));
                    tally.add(flip(image, name, flipped, at, bit));
                }
                flipped[at] = original[at];
            }
        }
        tally.print("Flipped bits", kind);
        assertTrue(tally.of(Outcome.ERROR) > 1_000, () -> tally.outcomes.toString());
    }

    private static Outcome flip(LogImage image, String name, byte[] flipped, int at, int bit) {
        String what = "bit " + bit + " of byte " + at + " of " + name + " flipped, of log " + image.kind();
        MemoryStorage storage = new MemoryStorage(image.files()).with(name, flipped, flipped.length);
        Outcome outcome = new DamageCheck(image).check(what, storage, bit == at % 8);
        boolean unused = image.meansNothing(name, at) || leavesACopyCutShort(name, flipped, at);
        assertTrue(outcome != Outcome.UNNOTICED || unused, () -> what + ": nobody noticed");
        return outcome;
    }

    /**
     * Whether the copy of a segment's header is now as a crash may leave it: with zeros from a byte on, which may be one of its CRC.
     * That is so where a CRC happens to have a single bit in its last byte.
     */
    private static boolean leavesACopyCutShort(String name, byte[] flipped, int at) {
        int copy = FirstBlock.SECTOR;
        int end = 2 * FirstBlock.SECTOR;
        return SegmentFile.ordinal(name).isPresent()
                && at >= copy + FirstBlock.CRC_AT
                && at < end
                && Arrays.equals(flipped, at, end, new byte[end - at], 0, end - at);
    }

    private static int step(LogImage image, String name, int at) {
        if (isDense(image, name, at + 1)) {
            return 1;
        }
        return at < image.used(name) ? STEP_IN_LARGE_RECORDS : STEP_AMONG_ZEROS;
    }

    /** Whether all bits of a byte are flipped. */
    private static boolean isDense(LogImage image, String name, int at) {
        byte[] bytes = image.bytes(name);
        if (image.kind() == Kind.OF_LARGE_RECORDS && at >= SegmentHeader.BYTES) {
            return false;
        }
        if (LARGE && at < image.used(name)) {
            return true;
        }
        for (int i = Math.max(0, at - NEAR); i <= Math.min(bytes.length - 1, at + NEAR); i++) {
            if (bytes[i] != 0) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @EnumSource
    void everyTruncationIsFound(Kind kind) {
        LogImage image = LogImage.of(kind);
        Tally tally = new Tally();
        for (String name : image.files().keySet()) {
            byte[] bytes = image.bytes(name);
            int used = kind == Kind.OF_LARGE_RECORDS ? SegmentHeader.BYTES : image.used(name);
            for (int length = 0; length < bytes.length; length += LARGE || length < used ? 1 : STEP_AMONG_ZEROS) {
                tally.add(cut(image, name, length, length % (length < used ? 16 : 997) == 0));
            }
            if (bytes.length > 0) {
                tally.add(cut(image, name, bytes.length - 1, true));
            }
        }
        tally.print("Truncations", kind);
        assertTrue(tally.of(Outcome.ERROR) > 1_000, () -> tally.outcomes.toString());
    }

    private static Outcome cut(LogImage image, String name, int length, boolean alsoAsOwner) {
        String what = name + " cut to " + length + " bytes, of log " + image.kind();
        MemoryStorage storage = new MemoryStorage(image.files()).with(name, image.bytes(name), length);
        Outcome outcome = new DamageCheck(image).check(what, storage, alsoAsOwner);
        // A spare is made anew before its use, whatever is left of it.
        boolean unused = image.meansNothing(name, Math.max(length, SegmentHeader.BYTES));
        assertTrue(outcome != Outcome.UNNOTICED || unused, () -> what + ": nobody noticed");
        return outcome;
    }

    @ParameterizedTest
    @EnumSource
    void everyMissingFileIsFound(Kind kind) {
        LogImage image = LogImage.of(kind);
        for (String name : image.files().keySet()) {
            String what = name + " missing, of log " + kind;
            Outcome outcome = new DamageCheck(image).check(what, new MemoryStorage(image.files()).without(name), true);
            assertTrue(outcome != Outcome.UNNOTICED || image.meansNothing(name, SegmentHeader.BYTES), what);
        }
    }

    /** Once more, here and there, through the classes that read files. */
    @Test
    void theSameIsFoundInFiles() throws IOException {
        try (FileSystem fileSystem = Jimfs.newFileSystem(Configuration.unix())) {
            Path damaged = fileSystem.getPath("/work").resolve("damaged");
            for (Kind kind : Kind.values()) {
                LogImage image = LogImage.of(kind);
                for (String name : image.files().keySet()) {
                    byte[] bytes = image.bytes(name);
                    for (int at = 0; at < image.used(name); at += 1 + image.used(name) / 20) {
                        LogImage.layOut(damaged, image.files(), "", bytes);
                        LogImage.change(damaged.resolve(name), at, (byte) (bytes[at] ^ (1 << at % 8)));
                        Outcome outcome = new DamageCheck(image)
                                .check("byte " + at + " of " + name + " of log " + kind, FileStorage.at(damaged), true);
                        assertTrue(outcome != Outcome.UNNOTICED || image.meansNothing(name, at), name + at);
                    }
                }
            }
        }
    }
}

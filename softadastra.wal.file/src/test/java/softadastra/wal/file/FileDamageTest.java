package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;

/**
 * Every bit flipped, every truncation, of every file of a small log, closed and not: never a wrong byte. Each ends in an error,
 * in a report, or in a log that is whole because the bit means nothing.
 */
class FileDamageTest {

    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));

    private final FileSystem fileSystem = Jimfs.newFileSystem(Configuration.unix());
    private final Path home = fileSystem.getPath("/work");
    private final Path damaged = home.resolve("damaged");

    @AfterEach
    void closeFileSystem() throws IOException {
        fileSystem.close();
    }

    private LogImage image(boolean closed, int length) {
        return LogImage.of(home.resolve("log"), closed, length);
    }

    @ParameterizedTest
    @CsvSource({"true, 12", "false, 12", "true, 9000"})
    void everyBitFlippedIsFoundOrMeansNothing(boolean closed, int length) {
        LogImage image = image(closed, length);
        image.layOut(damaged, "", new byte[0]);
        for (Map.Entry<String, byte[]> file : image.files().entrySet()) {
            byte[] bytes = file.getValue();
            for (int at = 0; at < bytes.length; at += step(bytes, at, length)) {
                boolean every = dense(bytes, at, length);
                for (int bit = every ? 0 : at % 8; bit < (every ? 8 : at % 8 + 1); bit++) {
                    flip(image, file.getKey(), bytes[at], at, bit);
                }
            }
        }
    }

    private void flip(LogImage image, String name, byte original, int at, int bit) {
        boolean alsoAsOwner = bit == at % 8;
        String what = "bit " + bit + " of byte " + at + " of " + name + " flipped";
        LogImage.change(damaged.resolve(name), at, (byte) (original ^ (1 << bit)));
        check(image, what, alsoAsOwner);
        if (alsoAsOwner) {
            image.layOut(damaged, "", new byte[0]);
        } else {
            LogImage.change(damaged.resolve(name), at, original);
        }
    }

    /** Where there is something every byte, and now and then one among the zeros; in a large slice every one of these too. */
    private static int step(byte[] bytes, int at, int length) {
        return LARGE || dense(bytes, at + 1, length) ? 1 : length < 1_000 ? 251 : 83;
    }

    private static boolean dense(byte[] bytes, int at, int length) {
        return length < 1_000 && !allZero(bytes, Math.max(0, at - 24), Math.min(bytes.length, at + 24));
    }

    private static boolean allZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void everyTruncationIsFound(boolean closed) {
        LogImage image = image(closed, 12);
        for (Map.Entry<String, byte[]> file : image.files().entrySet()) {
            byte[] bytes = file.getValue();
            for (int length = 0; length < bytes.length; length += step(bytes, length, 12)) {
                image.layOut(damaged, file.getKey(), Arrays.copyOf(bytes, length));
                check(image, file.getKey() + " cut to " + length + " bytes", LARGE || length % 3 == 0);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aShortSegmentOfSeveralIsFound(boolean closed) {
        LogImage image = image(closed, 9_000);
        for (Map.Entry<String, byte[]> file : image.files().entrySet()) {
            byte[] bytes = file.getValue();
            for (int length : new int[] {0, 1, 100, 511, 512, 513, 4_095, 4_096, 4_097, 40_000, bytes.length - 1}) {
                if (length >= 0 && length < bytes.length) {
                    image.layOut(damaged, file.getKey(), Arrays.copyOf(bytes, length));
                    check(image, file.getKey() + " cut to " + length + " bytes", true);
                }
            }
        }
    }

    @Test
    void everyMissingFileIsFound() throws IOException {
        for (boolean closed : new boolean[] {true, false}) {
            for (int length : new int[] {12, 9_000}) {
                LogImage image = LogImage.of(home.resolve("log-" + closed + length), closed, length);
                for (String name : image.files().keySet()) {
                    image.layOut(damaged, "", new byte[0]);
                    Files.delete(damaged.resolve(name));
                    check(image, name + " missing", true);
                }
            }
        }
    }

    private void check(LogImage image, String what, boolean alsoAsOwner) {
        WalConfig config = LogImage.config(damaged);
        // Verifying what a reader has refused already would add time and nothing else.
        boolean reported = checkReader(image, what, config) || checkInspector(image, what, config);
        if (alsoAsOwner) {
            checkOwner(image, what, config, reported);
        }
    }

    /** Verifies; whether there was an error or a finding. If not, every record is there. */
    private static boolean checkInspector(LogImage image, String what, WalConfig config) {
        Result<WalInspector.Verification> verification =
                WalInspector.open(config).flatMap(inspector -> inspector.verify(WalProgress.NONE));
        if (verification.isErr() || !verification.value().findings().isEmpty()) {
            return true;
        }
        assertEquals(image.records().size(), verification.value().records(), what);
        return false;
    }

    /** Reads without recovering; whether that was refused, at the open or on the way. */
    private static boolean checkReader(LogImage image, String what, WalConfig config) {
        List<WalRecord> seen = new ArrayList<>();
        Result<WalReader> opened = WalReader.open(config);
        if (opened.isErr()) {
            return refusal(what, opened.error());
        }
        try (WalReader reader = opened.value()) {
            Result<Long> answer = reader.forEach(seen::add);
            assertPrefix(image, what, seen);
            if (answer.isErr()) {
                return refusal(what, answer.error());
            }
        } catch (SoftadastraException e) {
            return refusal(what, e.error());
        }
        assertTrue(
                seen.size() == image.records().size() || !image.closed(),
                () -> what + ": a reader saw " + seen.size() + " records and no error");
        return false;
    }

    private static void checkOwner(LogImage image, String what, WalConfig config, boolean reported) {
        Result<Wal> opened = Wal.open(config);
        if (opened.isErr()) {
            assertTrue(refusal(what, opened.error()));
            return;
        }
        try (Wal wal = opened.value()) {
            List<WalRecord> left = wal.reader().readAll().orElseThrow();
            assertPrefix(image, what, left);
            boolean whole = left.size() == image.records().size();
            assertTrue(whole || !image.closed(), () -> what + ": " + left.size() + " acknowledged records left");
            assertTrue(whole || !wal.recovery().findings().isEmpty(), () -> what + ": records lost without a report");
            assertTrue(reported || whole, what);
            assertEquals(image.identity(), wal.identity(), what);
        }
    }

    private static boolean refusal(String what, SoftadastraError error) {
        assertTrue(
                List.of(
                                ErrorCode.CORRUPTION,
                                ErrorCode.UNSUPPORTED_VERSION,
                                ErrorCode.NOT_FOUND,
                                ErrorCode.INVALID_ARGUMENT,
                                ErrorCode.PROVIDER_MISMATCH)
                        .contains(error.code()),
                () -> what + ": " + error);
        assertFalse(error.message().isEmpty());
        return true;
    }

    private static void assertPrefix(LogImage image, String what, List<WalRecord> found) {
        assertTrue(found.size() <= image.records().size(), () -> what + ": " + found.size() + " records");
        for (int i = 0; i < found.size(); i++) {
            WalRecord expected = image.records().get(i);
            WalRecord record = found.get(i);
            HybridTimestamp timestamp = expected.timestamp();
            assertTrue(
                    record.sequence() == expected.sequence()
                            && record.typeCode() == expected.typeCode()
                            && record.timestamp().equals(timestamp)
                            && Arrays.equals(record.payload(), expected.payload()),
                    () -> what + ": " + record + " where " + expected + " was written");
        }
    }
}

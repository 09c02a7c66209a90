package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** What a log holds in advance stays small beside what it holds. */
class SegmentSizesTest {

    private static final int RECORD_BYTES = 50_000;
    private static final long STEADY = 8 << 20;

    @TempDir
    Path directory;

    @Test
    void segmentsDoubleToASteadySize() throws IOException {
        WalConfig config = config();
        fill(config, 500);
        List<Long> sizes = sizes();
        assertEquals(
                List.of(STEADY / 32, STEADY / 16, STEADY / 8, STEADY / 4, STEADY / 2, STEADY, STEADY),
                sizes.subList(0, 7));
        assertTrue(sizes.stream().allMatch(size -> size <= STEADY), sizes::toString);
    }

    @Test
    void segmentsOfALargeLogAreAShareOfIt() {
        long mebi = 1 << 20;
        assertEquals(STEADY, Segments.usualBytes(100, 255 * mebi));
        assertEquals(2 * STEADY, Segments.usualBytes(100, 256 * mebi));
        assertEquals(2 * STEADY, Segments.usualBytes(100, 511 * mebi));
        assertEquals(8 * STEADY, Segments.usualBytes(Long.MAX_VALUE, 1_024 * mebi));
        // After a checkpoint let most of it go.
        assertEquals(STEADY, Segments.usualBytes(1_000, mebi));
    }

    @Test
    void anOpenLogHoldsLittleInAdvance() {
        int records = 700;
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            WalWriter writer = wal.writer();
            for (int i = 0; i < records; i++) {
                long sequence =
                        writer.append(WalRecordType.PUT, new byte[RECORD_BYTES]).orElseThrow();
                long over = wal.stats().bytes() - sequence * RECORD_BYTES;
                // The rest of a segment, its spare, the reserve, and what no longer fitted into those before.
                assertTrue(
                        over <= 2 * STEADY + (512 << 10) + sequence * RECORD_BYTES / 20,
                        () -> over + " at " + sequence);
            }
        }
    }

    private WalConfig config() {
        return WalConfig.durable(directory.resolve("log"));
    }

    private static void fill(WalConfig config, int records) {
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            for (int i = 0; i < records; i++) {
                assertEquals(
                        i + 1L,
                        writer.append(WalRecordType.PUT, new byte[RECORD_BYTES]).orElseThrow());
            }
        }
    }

    /** The sizes of the segments and the spare, in order. */
    private List<Long> sizes() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("log"))) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .map(file -> file.toFile().length())
                    .toList();
        }
    }
}

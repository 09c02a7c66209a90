package softadastra.wal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalHistory;
import softadastra.wal.spi.WalLog;

/** What a log in memory keeps, and at what cost. */
class MemoryHistoryTest {

    private static final byte[] RECORD = new byte[116];

    private static WalLog open(WalHistory history) {
        return new MemoryWalProvider()
                .open(WalConfig.memory().withHistory(history), OpenMode.OWN)
                .orElseThrow();
    }

    private static void append(WalLog log, int records) {
        WalBatch batch = WalBatch.of(1, RECORD);
        for (int i = 0; i < records; i++) {
            assertTrue(log.submit(batch) > 0);
        }
    }

    @Test
    void aMillionRecordsTakeFewBytesBeyondTheirPayload() {
        try (WalLog log = open(WalHistory.FULL)) {
            append(log, 1_000_000);
            assertEquals(1_000_000, log.read(1, (sequence, type, status, time, buffer, offset, length) -> true));
            assertTrue(
                    log.stats().bytes() < 1_000_000L * (RECORD.length + 16),
                    () -> log.stats().toString());
        }
    }

    @Test
    void everySequenceOfManyChunksIsFound() {
        try (WalLog log = open(WalHistory.FULL)) {
            append(log, 50_000);
            for (long from = 1; from <= 50_000; from += 617) {
                long expected = from;
                assertEquals(1, log.read(from, (sequence, type, status, time, buffer, offset, length) -> {
                    assertEquals(expected, sequence);
                    return false;
                }));
                assertEquals(50_000 - from + 1, log.read(from, (s, t, st, ti, b, o, l) -> true));
            }
        }
    }

    @Test
    void aVisitorThatHasHadEnoughEndsTheReadingAtAnyRecord() {
        try (WalLog log = open(WalHistory.FULL)) {
            append(log, 200);
            for (long enough = 1; enough <= 200; enough++) {
                long stop = enough;
                assertEquals(
                        stop, log.read(1, (sequence, type, status, time, buffer, offset, length) -> sequence < stop));
            }
        }
    }

    @Test
    void pinnedHistoryHoldsLittleMoreThanTheLastRecords() {
        try (WalLog log = open(WalHistory.PINNED)) {
            append(log, 100_000);
            assertTrue(
                    log.stats().bytes() <= 2 * MemoryWalLog.PINNED_BYTES,
                    () -> log.stats().toString());
            assertTrue(log.firstSequence() > 99_000, () -> log.stats().toString());
            assertEquals(100_000, log.lastSequence());
            long left = log.lastSequence() - log.firstSequence() + 1;
            assertEquals(left, log.read(log.firstSequence(), (s, t, st, ti, b, o, l) -> true));
        }
    }

    @Test
    void readingBelowWhatIsLeftNamesTheFirstSequenceLeft() {
        try (WalLog log = open(WalHistory.PINNED)) {
            append(log, 10_000);
            SoftadastraException gone =
                    assertThrows(SoftadastraException.class, () -> log.read(1, (s, t, st, ti, b, o, l) -> true));
            assertEquals(ErrorCode.HISTORY_GONE, gone.code());
            assertTrue(gone.error().message().endsWith(" " + log.firstSequence()), gone.error()::message);
        }
    }

    @Test
    void aReadUnderWayKeepsWhatItHasYetToRead() {
        try (WalLog log = open(WalHistory.PINNED)) {
            append(log, 100);
            List<Long> seen = new ArrayList<>();
            long delivered = log.read(1, (sequence, type, status, time, buffer, offset, length) -> {
                append(log, 1_000);
                seen.add(sequence);
                return true;
            });
            assertEquals(100, delivered);
            assertEquals(100, seen.size());
            assertEquals(100L, seen.get(99));
            assertTrue(log.firstSequence() > 100);
        }
    }

    @Test
    void pinnedHistoryKeepsAWindowOfTheLastBytes() {
        try (WalLog log = open(WalHistory.PINNED)) {
            int window = MemoryWalLog.PINNED_BYTES / (RECORD.length + Chunk.HEADER) * 9 / 10;
            for (int i = 1; i <= 5_000; i++) {
                append(log, 1);
                assertTrue(
                        log.firstSequence() <= Math.max(1, i - window),
                        () -> log.stats().toString());
            }
        }
    }

    @Test
    void aLargeBatchHasItsOwnChunkAndGoesWithIt() {
        try (WalLog log = open(WalHistory.PINNED)) {
            append(log, 10);
            assertEquals(11, log.submit(WalBatch.of(1, new byte[1 << 20])));
            assertEquals(1, log.firstSequence());
            append(log, 1);
            assertEquals(11, log.firstSequence());
            append(log, 2_000);
            assertTrue(
                    log.stats().bytes() <= 2 * MemoryWalLog.PINNED_BYTES,
                    () -> log.stats().toString());
        }
    }
}

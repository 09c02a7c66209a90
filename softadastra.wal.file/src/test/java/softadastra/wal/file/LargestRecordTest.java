package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.tck.fault.MemoryStorage;

/** A frame of exactly the largest size is written, read and recovered; with one byte more nothing is written at all. */
class LargestRecordTest {

    /** What a batch of two such records takes beside their payloads: how many there are, and for each a type and a length. */
    private static final int BATCH_OVERHEAD = 1 + 2 * (1 + 4);

    private final MemoryStorage storage = new MemoryStorage(Map.of());

    private static WalBatch batch(byte[] payload, int bytes) {
        return new WalBatch().add(64, payload, 0, bytes / 2).add(65, payload, bytes / 2, bytes - bytes / 2);
    }

    private Map<String, Integer> hashes() {
        return storage.content().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, file -> Arrays.hashCode(file.getValue())));
    }

    @Test
    void oneByteMoreThanTheLargestWritesNothing() {
        assumeTrue(Runtime.getRuntime().maxMemory() >= 1L << 30, "needs 1 GiB of heap");
        byte[] payload = new byte[Frame.MAX_BODY + 1];
        try (Wal wal = Wal.open(LogImage.config(storage)).orElseThrow();
                WalWriter writer = wal.writer()) {
            Map<String, Integer> before = hashes();
            WalBatch batch = batch(payload, Frame.MAX_BODY - BATCH_OVERHEAD + 1);
            assertEquals(Frame.MAX_BODY + 1L, GroupBuffer.bodyBytes(batch));
            for (Result<Long> answer : List.of(writer.append(64, payload), writer.appendBatch(batch))) {
                assertEquals(ErrorCode.RECORD_TOO_LARGE, answer.error().code());
                assertTrue(
                        answer.error().message().startsWith("failed to append WAL record: it has "),
                        answer.error()::message);
            }
            assertEquals(before, hashes());
            assertEquals(0, wal.log().lastSequence());
            assertEquals(1, writer.append(64, new byte[1]).orElseThrow());
        }
    }

    @Test
    void theLargestRecordAndTheLargestBatchAreRecovered() {
        assumeTrue(Runtime.getRuntime().maxMemory() >= 2L << 30, "needs 2 GiB of heap");
        byte[] payload = new byte[Frame.MAX_BODY];
        for (int i = 0; i < payload.length; i += 509) {
            payload[i] = (byte) i;
        }
        int inBatch = Frame.MAX_BODY - BATCH_OVERHEAD;
        try (Wal wal = Wal.open(LogImage.config(storage)).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(1, writer.append(64, payload).orElseThrow());
            WalBatch batch = batch(payload, inBatch);
            assertEquals(Frame.MAX_BODY, GroupBuffer.bodyBytes(batch));
            assertEquals(3, writer.appendBatch(batch).orElseThrow());
        }
        for (OpenMode mode : OpenMode.values()) {
            try (WalLog log =
                    new FileWalProvider().open(LogImage.config(storage), mode).orElseThrow()) {
                int[] starts = {0, 0, inBatch / 2};
                long read = log.read(1, (sequence, type, status, timestamp, buffer, offset, length) -> {
                    int start = starts[(int) sequence - 1];
                    assertTrue(Arrays.equals(payload, start, start + length, buffer, offset, offset + length));
                    return true;
                });
                assertEquals(3, read);
                assertEquals(3, log.lastSequence());
            }
        }
    }
}

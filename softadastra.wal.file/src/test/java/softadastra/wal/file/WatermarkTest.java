package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.tck.fault.SimulatedStorage;

/** A log that is idle says itself what is durable, wherever its last record ends. */
class WatermarkTest {

    private static final long SEGMENT = WalConfig.MIN_SEGMENT_BYTES;

    private final SimulatedStorage disk = SimulatedStorage.create();

    private static WalConfig config(SimulatedStorage storage) {
        return WalConfig.durable("simulated.wal")
                .withProvider(new FileWalProvider())
                .withSegmentBytes(SEGMENT)
                .withStorage(path -> storage);
    }

    private WalRecordStatus lastStatus() {
        try (WalReader reader = WalReader.open(config(disk.copy())).orElseThrow()) {
            List<WalRecord> records = reader.readAll().value();
            return records.get(records.size() - 1).status();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 32, 40, 400})
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void theLastRecordOfAnIdleLogIsProven(int left) {
        try (Wal wal = Wal.open(config(disk)).orElseThrow()) {
            long body = SEGMENT - Segments.RESERVED - SegmentHeader.BYTES - Frame.HEADER_BYTES - left;
            long sequence = wal.log().submit(64, new byte[(int) body]);
            wal.log().awaitDurable(sequence);
            assertTrue(Frame.bytes(body) == Frame.HEADER_BYTES + body, "no padding");
            while (lastStatus() != WalRecordStatus.COMMITTED) {
                Thread.onSpinWait();
            }
            assertEquals(2, wal.log().submit(64, new byte[10]));
        }
    }
}

package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.SimulatedStorage;

/** Without automatic flush, a killed process loses little; a power cut may lose all that was not flushed. */
class FileUnflushedTest {

    private final SimulatedStorage disk = SimulatedStorage.create();

    private static WalConfig config(SimulatedStorage storage) {
        return WalConfig.durable("simulated.wal")
                .withProvider(new FileWalProvider())
                .withAutoFlush(false)
                .withStorage(path -> storage);
    }

    /** What is left once the process is gone and the operating system has what it was handed. */
    private static int left(SimulatedStorage storage) {
        try (WalReader reader = WalReader.open(config(storage)).orElseThrow()) {
            return reader.readAll().value().size();
        }
    }

    @Test
    void aKilledProcessLosesAtMostTheLast64KiB() {
        byte[] payload = new byte[1_000];
        try (WalWriter writer = WalWriter.open(config(disk)).orElseThrow()) {
            for (int i = 1; i <= 500; i++) {
                assertEquals(i, writer.append(64, payload).value());
                int appended = i;
                int left = left(disk.copy());
                assertTrue((appended - left) * 1_040 <= 64 << 10, () -> left + " left of " + appended);
            }
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void whatWasAppendedReachesTheSystemByItself() {
        try (WalWriter writer = WalWriter.open(config(disk)).orElseThrow()) {
            for (int i = 1; i <= 3; i++) {
                assertEquals(i, writer.append(64, new byte[10]).value());
                while (left(disk.copy()) < i) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    void aPowerCutMayLoseAllThatWasNotFlushed() {
        try (WalWriter writer = WalWriter.open(config(disk)).orElseThrow()) {
            for (int i = 1; i <= 100; i++) {
                assertEquals(i, writer.append(64, new byte[1_000]).value());
            }
            writer.flush().orElseThrow();
            for (int i = 101; i <= 200; i++) {
                assertEquals(i, writer.append(64, new byte[1_000]).value());
            }
            assertEquals(100, left(disk.crash(CrashChoice.nothingWritten())));
        }
        assertEquals(200, left(disk.crash(CrashChoice.nothingWritten())));
    }
}

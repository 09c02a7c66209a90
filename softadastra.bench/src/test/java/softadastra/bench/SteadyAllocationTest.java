package softadastra.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;

/** An append that answers a sequence makes no object, whether or not the compiler would see that it is superfluous. */
class SteadyAllocationTest {

    private static final int CALLS = 50;
    private static final int BLOCKS = 10;

    @TempDir
    Path directory;

    @Test
    void aDurableAppendOfOneThreadMakesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] payload = new byte[100];
        try (Wal wal = Wal.open(WalConfig.durable(directory.resolve("a.wal"))).orElseThrow()) {
            WalLog log = wal.log();
            // Whatever is made once is made here; what is left runs for the most part as it stands, not compiled.
            append(log, payload);
            long least = Long.MAX_VALUE;
            // Once in a while the log's own thread is in the way, and waiting for it takes an object.
            for (int block = 0; block < BLOCKS; block++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                append(log, payload);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least, "bytes of " + CALLS + " appends");
        }
    }

    private static void append(WalLog log, byte[] payload) {
        for (int i = 0; i < CALLS; i++) {
            log.awaitDurable(log.submit(64, payload));
        }
    }
}

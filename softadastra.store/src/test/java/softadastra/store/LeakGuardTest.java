package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;

class LeakGuardTest {

    private static final int MOST_COLLECTIONS = 200;

    private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();

    private void open(Wal wal, boolean close) {
        Opening opening = Opening.run(StoreConfig.memoryOnly(), wal).value();
        StoreEngine store = new StoreEngine(StoreConfig.memoryOnly(), new HeldLog(wal, false), opening, reports::add);
        store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
        if (close) {
            store.close();
        }
    }

    private @Nullable String awaitReport() throws InterruptedException {
        for (int i = 0; i < MOST_COLLECTIONS; i++) {
            System.gc();
            String report = reports.poll(25, TimeUnit.MILLISECONDS);
            if (report != null) {
                return report;
            }
        }
        return null;
    }

    @Test
    void storeThatBecomesUnreachableWhileOpenIsReported() throws InterruptedException {
        try (Wal wal = Wal.open(WalConfig.memory().withNodeId("laptop")).value()) {
            open(wal, true);
            open(wal, false);
            String report = awaitReport();
            assertTrue(report != null && report.contains("laptop"), report);
            assertEquals(0, reports.size(), "the closed one is not");
        }
    }
}

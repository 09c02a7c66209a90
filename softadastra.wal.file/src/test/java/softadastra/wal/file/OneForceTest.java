package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.tck.fault.SimulatedStorage;

/**
 * A system tells of a write that failed once, to one force. So a second force beside the first might be answered ok though what
 * it stands for is lost.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OneForceTest {

    private static final byte[] PAYLOAD = new byte[8_000];

    /** What makes the log force of its own accord. */
    private static final int MUCH = 5 << 20;

    private final SimulatedStorage disk = SimulatedStorage.create();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicBoolean holds = new AtomicBoolean();
    private final AtomicBoolean second = new AtomicBoolean();
    private volatile String current = "";

    private void hold(Intercepted.Call call) throws IOException {
        if (!call.method().equals("force") || !call.file().equals(current)) {
            return;
        }
        if (holds.compareAndSet(true, false)) {
            held.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        } else if (held.getCount() == 0 && released.getCount() > 0) {
            second.set(true);
        }
    }

    @Test
    void nobodyForcesBesideAForce() throws InterruptedException {
        WalConfig config = WalConfig.durable("simulated.wal")
                .withProvider(new FileWalProvider())
                .withStorage(path -> Intercepted.storage(disk, this::hold));
        try (Wal wal = Wal.open(config).orElseThrow()) {
            WalLog log = wal.log();
            // Into a segment with room for all that follows.
            while (wal.stats().segments() < 7) {
                log.awaitDurable(log.submit(64, PAYLOAD));
            }
            current = SegmentFile.name(7);
            holds.set(true);
            // Written for a reader, and forced by nobody who asked.
            for (int bytes = 0; bytes < MUCH; bytes += PAYLOAD.length) {
                long sequence = log.submit(64, PAYLOAD);
                assertEquals(1, log.read(sequence, (s, type, status, at, buffer, offset, length) -> true));
            }
            assertEquals(7, wal.stats().segments(), "else the log has forced at the segment's end");
            held.await();
            Thread appender = new Thread(() -> {
                // More than may be held in memory.
                for (int bytes = 0; bytes < MUCH; bytes += PAYLOAD.length) {
                    assertTrue(log.submit(64, PAYLOAD) > 0);
                }
            });
            appender.start();
            while (appender.getState() != Thread.State.WAITING && appender.isAlive() && !second.get()) {
                Thread.onSpinWait();
            }
            assertFalse(second.get(), "two forces at a time");
            released.countDown();
            appender.join();
            log.flush();
            assertEquals(log.lastSequence(), log.durableSequence());
        }
    }
}

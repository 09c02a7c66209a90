package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.SimulatedStorage;

/**
 * Without automatic flush, what was accepted goes to the operating system whatever the disk is busy with: a killed process loses
 * at most the last 64 KiB, and no more than the last moments.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HandOverTest {

    private static final int FRAME_BYTES = 1_040;
    private static final int MAX_LOST = (64 << 10) / FRAME_BYTES;
    private static final byte[] PAYLOAD = new byte[1_000];

    private final SimulatedStorage disk = SimulatedStorage.create();
    private final Thread appending = Thread.currentThread();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile Predicate<Intercepted.Call> holds = call -> false;

    private WalConfig config() {
        return config(Intercepted.storage(disk, this::hold));
    }

    private static WalConfig config(Storage storage) {
        return WalConfig.durable("simulated.wal")
                .withProvider(new FileWalProvider())
                .withAutoFlush(false)
                .withStorage(path -> storage);
    }

    /** Holds up one thread of the log's own, in the first call that is to be held. */
    private void hold(Intercepted.Call call) throws IOException {
        if (Thread.currentThread() == appending || held.getCount() == 0 || !holds.test(call)) {
            return;
        }
        held.countDown();
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void append(WalLog log) {
        assertTrue(log.submit(64, PAYLOAD) > 0);
    }

    /** What a kill would leave now. */
    private long left() {
        try (WalReader reader = WalReader.open(config(disk.copy())).orElseThrow()) {
            return reader.readAll().value().size();
        }
    }

    private void goesOnWhile(WalLog log, int records) throws InterruptedException {
        held.await();
        for (int i = 0; i < records; i++) {
            append(log);
            if (i % 10 == 0) {
                long lost = log.lastSequence() - left();
                assertTrue(lost <= MAX_LOST, () -> lost + " lost");
            }
        }
        // Nobody appends any more, and the rest goes by itself.
        while (left() < log.lastSequence()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whileASpareIsBeingMade() throws InterruptedException {
        holds = call -> call.method().equals("force") && call.file().equals(SegmentFile.name(2));
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            WalLog log = wal.log();
            // Beyond half of the first segment, so that the second is made.
            for (int i = 0; i < 135; i++) {
                append(log);
            }
            goesOnWhile(log, 100);
            released.countDown();
        }
    }

    @Test
    void whileTheDiskIsBeingForced() throws InterruptedException {
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            WalLog log = wal.log();
            // Into a segment that has room for more than is held before a force.
            while (wal.stats().segments() < 8) {
                append(log);
            }
            log.flush();
            String current = SegmentFile.name(8);
            holds = call -> call.method().equals("force") && call.file().equals(current);
            for (int i = 0; i < 4_100; i++) {
                append(log);
            }
            assertEquals(8, wal.stats().segments(), "else nothing needs a force of its own");
            goesOnWhile(log, 150);
            long durable = log.durableSequence();
            released.countDown();
            log.flush();
            assertEquals(log.lastSequence(), log.durableSequence());
            assertTrue(durable < log.durableSequence());
            try (WalReader reader = WalReader.open(config(disk.crash(CrashChoice.nothingWritten())))
                    .orElseThrow()) {
                assertEquals(log.lastSequence(), reader.readAll().value().size());
            }
        }
    }

    @Test
    void noMoreThan64KiBAreHeldWithWhatIsBeingWritten() throws InterruptedException {
        holds = call -> call.method().equals("write") && call.number(0) >= SegmentHeader.BYTES;
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            WalLog log = wal.log();
            append(log);
            held.await();
            AtomicLong accepted = new AtomicLong(1);
            Thread appender = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    append(log);
                    accepted.incrementAndGet();
                }
            });
            appender.start();
            while (appender.getState() != Thread.State.WAITING && appender.isAlive()) {
                Thread.onSpinWait();
            }
            assertTrue(accepted.get() <= MAX_LOST, () -> accepted + " accepted, and none of them written");
            released.countDown();
            appender.join();
            assertEquals(201, log.lastSequence());
        }
    }
}

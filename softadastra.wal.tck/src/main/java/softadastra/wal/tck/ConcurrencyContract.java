package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;
import static softadastra.wal.tck.Payloads.texts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Any number of threads may append and read; interrupting one hurts nobody. */
public interface ConcurrencyContract extends WalUnderTest {

    /** How many threads append at a time. */
    int THREADS = 8;

    /** How many records each of them appends. */
    int RECORDS = 100;

    /** Makes the records so large that a log which buffers them hands them on several times meanwhile. */
    String PADDING = " ".repeat(300);

    /** A thread that appends its records, one by one; its answer is what it was told, by sequence. */
    private static FutureTask<Map<Long, String>> appender(int thread, WalWriter writer, CountDownLatch start) {
        return new FutureTask<>(() -> {
            awaitUninterrupted(start);
            Map<Long, String> acknowledged = new TreeMap<>();
            long last = 0;
            for (int i = 0; i < RECORDS; i++) {
                String text = "thread " + thread + " record " + i + PADDING;
                long sequence = writer.append(WalRecordType.PUT, bytes(text)).orElseThrow();
                assertTrue(sequence > last, "a thread's sequences ascend");
                last = sequence;
                acknowledged.put(sequence, text);
            }
            return acknowledged;
        });
    }

    private static List<Thread> start(List<? extends Runnable> tasks) {
        List<Thread> threads = tasks.stream().map(Thread::new).toList();
        threads.forEach(Thread::start);
        return threads;
    }

    private static void assertHeld(List<FutureTask<Map<Long, String>>> tasks, Wal wal)
            throws ExecutionException, InterruptedException {
        Map<Long, String> acknowledged = new TreeMap<>();
        for (FutureTask<Map<Long, String>> task : tasks) {
            acknowledged.putAll(task.get());
        }
        assertEquals(tasks.size() * RECORDS, acknowledged.size(), "every sequence is given out once");
        List<WalRecord> records = all(wal);
        assertEquals(tasks.size() * RECORDS, records.size());
        for (WalRecord record : records) {
            assertEquals(acknowledged.get(record.sequence()), Payloads.text(record));
        }
        assertEquals(1, records.get(0).sequence());
        assertEquals(records.size(), records.get(records.size() - 1).sequence());
    }

    private static void appendFromManyThreads(Wal wal) throws ExecutionException, InterruptedException {
        try (WalWriter writer = wal.writer()) {
            CountDownLatch start = new CountDownLatch(1);
            List<FutureTask<Map<Long, String>>> tasks = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                tasks.add(appender(thread, writer, start));
            }
            start(tasks);
            start.countDown();
            assertHeld(tasks, wal);
            assertEquals(THREADS * RECORDS, wal.stats().appended());
        }
    }

    @Test
    default void sequencesOfManyThreadsAreDistinctWithoutGapsAndInOrder() throws Exception {
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            appendFromManyThreads(wal);
        }
    }

    @Test
    default void theSameHoldsWithoutAutomaticFlush() throws Exception {
        try (Wal wal = Wal.open(config().withAutoFlush(false)).orElseThrow()) {
            appendFromManyThreads(wal);
        }
    }

    @Test
    default void readersBesideAppendersSeeAPrefix() throws Exception {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            CountDownLatch start = new CountDownLatch(1);
            List<FutureTask<Map<Long, String>>> tasks = List.of(appender(0, writer, start), appender(1, writer, start));
            start(tasks);
            start.countDown();
            int seen = 0;
            while (seen < 2 * RECORDS) {
                List<WalRecord> records = all(wal);
                assertTrue(records.size() >= seen, "what was seen stays");
                seen = records.size();
                for (int i = 0; i < seen; i++) {
                    assertEquals(i + 1, records.get(i).sequence());
                }
                if (tasks.stream().allMatch(FutureTask::isDone)) {
                    assertEquals(2 * RECORDS, all(wal).size());
                    break;
                }
            }
            assertHeld(tasks, wal);
        }
    }

    @Test
    default void anInterruptedThreadAppendsAndStaysInterrupted() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            try {
                for (int i = 1; i <= 5; i++) {
                    Thread.currentThread().interrupt();
                    assertEquals(
                            i,
                            writer.append(WalRecordType.PUT, bytes("record " + i))
                                    .value());
                    assertTrue(Thread.currentThread().isInterrupted());
                    writer.flush().orElseThrow();
                    assertTrue(Thread.currentThread().isInterrupted());
                    assertEquals(i, all(wal).size());
                    assertTrue(Thread.currentThread().isInterrupted());
                }
            } finally {
                assertTrue(Thread.interrupted());
            }
            assertEquals(6, writer.append(WalRecordType.PUT, bytes("record 6")).value());
        }
        if (can(WalCapability.DURABLE)) {
            assertEquals(
                    List.of("record 1", "record 2", "record 3", "record 4", "record 5", "record 6"),
                    texts(all(config())));
        }
    }

    @Test
    default void interruptsAtAnyMomentLoseNothing() throws Exception {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            CountDownLatch start = new CountDownLatch(1);
            List<FutureTask<Map<Long, String>>> tasks = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                tasks.add(appender(thread, writer, start));
            }
            List<Thread> threads = start(tasks);
            start.countDown();
            while (!tasks.stream().allMatch(FutureTask::isDone)) {
                threads.forEach(Thread::interrupt);
                Thread.onSpinWait();
            }
            assertHeld(tasks, wal);
            assertEquals(
                    4L * RECORDS + 1,
                    writer.append(WalRecordType.PUT, bytes("behind them")).value());
        }
    }

    /** Waits whatever comes; an interrupt that arrives is forgotten. */
    private static void awaitUninterrupted(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // Waits on: the test interrupts at any moment.
            }
        }
    }
}

package softadastra.it.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalFollower;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalWriter;

/**
 * One opening of a log, from its recovery to its close: writers that append until they have enough, or until the log is closed
 * under them; followers that check all that becomes durable; one who makes checkpoints of it; one who interrupts the writers.
 */
final class SoakRound {
    private static final int WRITERS = SoakTest.WRITERS;
    private static final int FOLLOWERS = 2;
    private static final Duration PATIENCE = Duration.ofMillis(20);

    private final Wal wal;
    private final long[] acknowledged;
    /** What the one who makes checkpoints has read ahead of a checkpoint's begin. */
    private final List<WalRecord> behind = new ArrayList<>();

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong appended = new AtomicLong();
    private final AtomicInteger interrupts = new AtomicInteger();
    private final AtomicInteger checkpoints = new AtomicInteger();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** A round on a log that was opened, for writers of which so much was acknowledged. */
    SoakRound(Wal wal, long[] acknowledged) {
        this.wal = wal;
        this.acknowledged = acknowledged;
    }

    long appended() {
        return appended.get();
    }

    int interrupts() {
        return interrupts.get();
    }

    int checkpoints() {
        return checkpoints.get();
    }

    /** What the log has: the checkpoint, and the records on top of it. Nothing that was acknowledged may be missing. */
    SoakState recovered() {
        SoakState state = start(wal);
        long unused = wal.reader().forEach(state.sequence() + 1, state::apply).orElseThrow();
        for (int writer = 0; writer < WRITERS; writer++) {
            if (state.last(writer) < acknowledged[writer]) {
                throw new AssertionError("writer " + writer + " was told of record " + acknowledged[writer]
                        + ", and the log ends at " + state.last(writer));
            }
        }
        return state;
    }

    private static SoakState start(Wal wal) {
        if (wal.log().checkpoint().isEmpty()) {
            return new SoakState(WRITERS);
        }
        WalCheckpoint checkpoint = wal.log().checkpoint().get();
        try (WalCheckpointReader reader = checkpoint.open()) {
            byte[] bytes = new byte[Math.toIntExact(reader.length())];
            reader.read(0, bytes, 0, bytes.length);
            return new SoakState(WRITERS, bytes, checkpoint.beginSequence());
        }
    }

    /**
     * Runs it, and closes the log.
     *
     * @param appends how many each writer makes
     * @param cutShort whether the log is closed while they are at it
     * @param whileOpen looks at the process once all are done, before the log is closed; not where that was cut short
     */
    void run(SoakState state, int appends, boolean cutShort, SplittableRandom random, Runnable whileOpen)
            throws InterruptedException {
        CountDownLatch half = new CountDownLatch(1);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            writers.add(new Thread(guarded(() -> append(writer, state.last(writer), appends, half))));
        }
        List<Thread> others = new ArrayList<>();
        // Before the first append, so that the checkpoints cannot let go of what they begin with.
        for (int i = 0; i < FOLLOWERS; i++) {
            WalFollower follower = wal.reader().follow(state.sequence() + 1).orElseThrow();
            SoakState followed = new SoakState(WRITERS, state.bytes(), state.sequence() + 1);
            boolean makesCheckpoints = i == 0;
            others.add(new Thread(guarded(() -> follow(follower, followed, makesCheckpoints))));
        }
        SplittableRandom targets = random.split();
        others.add(new Thread(guarded(() -> interrupt(writers, targets))));
        writers.forEach(Thread::start);
        others.forEach(Thread::start);
        if (cutShort) {
            half.await();
            wal.close();
        }
        for (Thread writer : writers) {
            writer.join();
        }
        over.set(true);
        for (Thread other : others) {
            other.join();
        }
        if (!cutShort) {
            whileOpen.run();
        }
        wal.close();
        if (!failures.isEmpty()) {
            throw new AssertionError("a thread failed", failures.remove());
        }
    }

    private Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                failures.add(e);
            }
        };
    }

    private void append(int writer, long before, int appends, CountDownLatch half) {
        try (WalWriter appender = wal.writer()) {
            for (long number = before + 1; number <= before + appends; number++) {
                Result<Long> answer = appender.append(SoakState.TYPE, SoakState.payload(writer, number));
                boolean unused = Thread.interrupted();
                if (answer.isErr()) {
                    requireClosed(answer);
                    return;
                }
                acknowledged[writer] = number;
                appended.incrementAndGet();
                if (number == before + appends / 2) {
                    half.countDown();
                }
            }
        }
    }

    private void follow(WalFollower follower, SoakState state, boolean makesCheckpoints) {
        try (follower) {
            long checkpointAt = state.sequence() + 500;
            while (true) {
                boolean last = over.get();
                Result<Long> answer = follower.poll(PATIENCE, state::apply);
                if (answer.isErr()) {
                    requireClosed(answer);
                    return;
                }
                if (last && answer.value() == 0) {
                    return;
                }
                if (makesCheckpoints && state.sequence() >= checkpointAt) {
                    checkpoint(follower, state);
                    checkpointAt = state.sequence() + 2_000;
                }
            }
        }
    }

    private void checkpoint(WalFollower follower, SoakState state) {
        Result<Integer> done = Result.attempt(() -> {
            try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
                // The state is of exactly what lies below, so its numbers go on without a gap.
                long begin = writer.beginSequence();
                while (state.sequence() < begin - 1) {
                    long unused = follower.poll(PATIENCE, record -> {
                                if (record.sequence() < begin) {
                                    state.apply(record);
                                } else {
                                    behind.add(record);
                                }
                            })
                            .orElseThrow();
                }
                byte[] bytes = state.bytes();
                writer.write(bytes, 0, bytes.length);
                WalCheckpoint unused = writer.publish(begin - 1);
            }
            return checkpoints.incrementAndGet();
        });
        behind.forEach(state::apply);
        behind.clear();
        if (done.isErr()) {
            requireClosed(done);
        }
    }

    private void interrupt(List<Thread> writers, SplittableRandom random) {
        CountDownLatch never = new CountDownLatch(1);
        while (!over.get()) {
            writers.get(random.nextInt(writers.size())).interrupt();
            interrupts.incrementAndGet();
            try {
                boolean unused = never.await(random.nextInt(1, 5), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts this thread", e);
            }
        }
    }

    private static void requireClosed(Result<?> answer) {
        if (answer.error().code() != ErrorCode.INVALID_STATE) {
            throw new AssertionError(answer.error().toString());
        }
    }
}

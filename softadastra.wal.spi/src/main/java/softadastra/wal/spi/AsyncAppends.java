package softadastra.wal.spi;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;

/**
 * The appends of one writer that are under way, and the thread that waits for them.
 *
 * <p>One daemon thread, started by the first append and ended with the writer, waits for the youngest submitted sequence and
 * completes every future up to it, so that one force serves all that gathered during the last one. What depends on a future
 * runs on that thread and never on one that commits.
 */
final class AsyncAppends implements AutoCloseable {

    private static final int MAX_IN_FLIGHT = 4096;

    private record Pending(long sequence, long generation, CompletableFuture<Result<Long>> future) {}

    private final WalLog log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Queue<Pending> pending = new ArrayDeque<>();
    private @Nullable Thread thread;
    private int inFlight;
    private boolean closed;

    AsyncAppends(WalLog log) {
        this.log = log;
    }

    CompletableFuture<Result<Long>> append(LongSupplier submit) {
        CompletableFuture<Result<Long>> future = new CompletableFuture<>();
        lock.lock();
        try {
            // The completing thread never waits for room: a dependent that appends would wait for itself.
            while (inFlight >= MAX_IN_FLIGHT && !closed && Thread.currentThread() != thread) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                future.complete(
                        Result.err(ErrorCode.INVALID_STATE, "failed to append WAL record: the writer is closed"));
                return future;
            }
            // Before the record is taken: without a thread nobody would ever answer for it.
            start();
            long generation = log.generation();
            pending.add(new Pending(submit.getAsLong(), generation, future));
            inFlight++;
            changed.signalAll();
        } catch (SoftadastraException e) {
            future.complete(Result.err(e.error()));
        } finally {
            lock.unlock();
        }
        return future;
    }

    private void start() {
        if (thread == null) {
            Thread completing = new Thread(this::run, "softadastra-wal-async");
            completing.setDaemon(true);
            completing.start();
            thread = completing;
        }
    }

    private void run() {
        for (Queue<Pending> group = take(); !group.isEmpty(); group = take()) {
            complete(group);
        }
    }

    /** Waits for appends and takes all; none when the writer is closed and all are done. */
    private Queue<Pending> take() {
        lock.lock();
        try {
            while (pending.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            Queue<Pending> group = pending;
            pending = new ArrayDeque<>();
            return group;
        } finally {
            lock.unlock();
        }
    }

    private void complete(Queue<Pending> group) {
        int size = group.size();
        try {
            while (!group.isEmpty()) {
                completeGeneration(group);
            }
        } catch (Throwable e) {
            // Whatever it is: a thread that ended here would leave every future open.
            group.forEach(append -> append.future.completeExceptionally(e));
        } finally {
            lock.lock();
            try {
                inFlight -= size;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Completes those at the head that were submitted between two recoveries of the log. */
    private void completeGeneration(Queue<Pending> group) {
        long generation = group.element().generation;
        long last = 0;
        for (Pending append : group) {
            last = append.generation == generation ? append.sequence : last;
        }
        Result<Unit> outcome = awaitDurable(last, generation);
        long durable = outcome.isOk() ? last : durableSequence(generation);
        for (Pending append = group.peek(); append != null && append.generation == generation; append = group.peek()) {
            Result<Long> answer = append.sequence <= durable ? Result.ok(append.sequence) : Result.err(outcome.error());
            append.future.complete(answer);
            group.remove();
        }
    }

    /** Waits, and answers whatever comes of it. */
    private Result<Unit> awaitDurable(long sequence, long generation) {
        try {
            return Result.attemptRun(() -> log.awaitDurable(sequence, generation));
        } catch (Throwable e) {
            return Result.err(SoftadastraError.of(ErrorCode.INDETERMINATE, "failed to flush WAL: " + e)
                    .withCause(e));
        }
    }

    /** What is durable after a failure; nothing, as far as is known, if the log cannot say that any more. */
    private long durableSequence(long generation) {
        try {
            long durable = log.durableSequence();
            return log.generation() == generation ? durable : 0;
        } catch (Throwable e) {
            return 0;
        }
    }

    /** Completes what is under way, and takes no more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            while (inFlight > 0 && Thread.currentThread() != thread) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}

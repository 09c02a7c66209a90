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

    private record Pending(long sequence, CompletableFuture<Result<Long>> future) {}

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
            pending.add(new Pending(submit.getAsLong(), future));
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
        try {
            long last = group.stream().mapToLong(Pending::sequence).max().orElse(0);
            Result<Unit> outcome = awaitDurable(last);
            long durable = outcome.isOk() ? last : durableSequence();
            for (Pending append : group) {
                append.future.complete(
                        append.sequence <= durable ? Result.ok(append.sequence) : Result.err(outcome.error()));
            }
        } finally {
            lock.lock();
            try {
                inFlight -= group.size();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits, and answers whatever comes of it: a failure that ended this thread would leave every future open. */
    private Result<Unit> awaitDurable(long sequence) {
        try {
            return Result.attemptRun(() -> log.awaitDurable(sequence));
        } catch (Throwable e) {
            return Result.err(SoftadastraError.of(ErrorCode.INDETERMINATE, "failed to flush WAL: " + e)
                    .withCause(e));
        }
    }

    /** What is durable after a failure; nothing, as far as is known, if the log cannot even say that. */
    private long durableSequence() {
        try {
            return log.durableSequence();
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

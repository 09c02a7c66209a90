package softadastra.store;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;

/**
 * Writes whose callers do not wait, and the thread that does.
 *
 * <p>One daemon thread, started by the first of them and ended with the store, waits for the youngest and completes every future
 * up to it, so that one force serves all that gathered during the last one. What depends on a future runs on that thread.
 */
final class AsyncWrites {

    /** As many may be under way; who writes more waits. */
    static final int MAX_IN_FLIGHT = 4096;

    private record Pending<T>(Decided<T> decided, CompletableFuture<Result<T>> future) {
        void complete(@Nullable SoftadastraException failure, long visible) {
            future.complete(
                    failure == null || decided.restsOn() <= visible
                            ? Result.ok(decided.answer())
                            : Result.err(failure.error()));
        }
    }

    private final Commits commits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Queue<Pending<?>> pending = new ArrayDeque<>();
    private @Nullable Thread thread;
    private int inFlight;
    private boolean closed;

    AsyncWrites(Commits commits) {
        this.commits = commits;
    }

    /** Decides a write, and completes the answer when what it rests on is durable. */
    <T> CompletableFuture<Result<T>> write(Supplier<Decided<T>> write) {
        CompletableFuture<Result<T>> future = new CompletableFuture<>();
        lock.lock();
        try {
            // The completing thread never waits for room: a dependent that writes would wait for itself.
            while (inFlight >= MAX_IN_FLIGHT && !closed && Thread.currentThread() != thread) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                future.complete(Result.err(StoreEngine.closedError()));
                return future;
            }
            // Before anything is logged: without a thread nobody would ever answer for it.
            start();
            pending.add(new Pending<>(write.get(), future));
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
            Thread completing = new Thread(this::run, "softadastra-store-async");
            completing.setDaemon(true);
            completing.start();
            thread = completing;
        }
    }

    private void run() {
        for (Queue<Pending<?>> group = take(); !group.isEmpty(); group = take()) {
            int size = group.size();
            try {
                complete(group);
            } catch (Throwable e) {
                // Whatever it is: a thread that ended here would leave every future open.
                group.forEach(write -> write.future.completeExceptionally(e));
            } finally {
                completed(size);
            }
        }
    }

    /** Waits for writes and takes all; none when the store is closed and all are done. */
    private Queue<Pending<?>> take() {
        lock.lock();
        try {
            while (pending.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            Queue<Pending<?>> group = pending;
            pending = new ArrayDeque<>();
            return group;
        } finally {
            lock.unlock();
        }
    }

    private void complete(Queue<Pending<?>> group) {
        long last = 0;
        for (Pending<?> write : group) {
            last = Math.max(last, write.decided.restsOn());
        }
        SoftadastraException failure = null;
        try {
            commits.awaitVisible(last);
        } catch (SoftadastraException e) {
            failure = e;
        }
        long visible = commits.durable();
        for (Pending<?> write = group.poll(); write != null; write = group.poll()) {
            write.complete(failure, visible);
        }
    }

    private void completed(int count) {
        lock.lock();
        try {
            inFlight -= count;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more, and returns when all have been answered; at once to a dependent of one of them. */
    void close() {
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

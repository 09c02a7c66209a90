package softadastra.sync;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;

/**
 * Who has an engine to itself: steps and questions take turns, until it is closed. Blocks until it is the caller's turn. Thread-safe;
 * who has a turn may take another one within it.
 */
@CheckReturnValue
final class Turns {
    private final ReentrantLock lock = new ReentrantLock();

    /** Whoever waits for a step to have been done, or for the end. */
    private final Condition stepped = lock.newCondition();

    private volatile boolean closed;

    /** Does something, and answers what that did; or INVALID_STATE; or the error of a {@link SoftadastraException}. */
    <T> Result<T> take(Supplier<Result<T>> action) {
        return always(() -> {
            try {
                return open().flatMap(ok -> action.get());
            } catch (SoftadastraException e) {
                return Result.err(e.error());
            }
        });
    }

    /** Does something, also once it is closed. */
    <T> T always(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks after each step whether something has come about, and lets others have their turns meanwhile.
     *
     * @return what was seen last: enough, or after the time; or INTERRUPTED, if this thread was; or INVALID_STATE, also if it is closed
     *     meanwhile
     */
    <T> Result<T> await(Duration timeout, Supplier<Result<T>> look, Predicate<T> enough) {
        long end = System.nanoTime() + Saturated.nanos(timeout);
        return take(() -> {
            while (true) {
                Result<T> seen = take(look);
                long left = end - System.nanoTime();
                if (seen.isErr() || enough.test(seen.value()) || left <= 0) {
                    return seen;
                }
                try {
                    long unused = stepped.awaitNanos(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return Result.err(ErrorCode.INTERRUPTED, "waiting for peers was interrupted");
                }
            }
        });
    }

    /** Has those who wait look again. Within a turn only. */
    void stepped() {
        stepped.signalAll();
    }

    /** From here on nobody gets a turn; who has one keeps it. Returns at once. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** Ok, or INVALID_STATE once it is closed. Takes no turn. */
    Result<Unit> open() {
        return closed ? Result.err(closedError()) : Result.ok();
    }

    private static SoftadastraError closedError() {
        return SoftadastraError.of(ErrorCode.INVALID_STATE, "sync engine is closed");
    }
}

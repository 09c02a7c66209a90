package softadastra.store;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/**
 * The daemon thread that writes the checkpoints which a store writes by itself; it is started when one is due for the first
 * time. One that fails is reported.
 */
final class AutomaticCheckpoints {

    private final Checkpointer checkpointer;
    private final Consumer<String> warnings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Thread thread;
    private boolean due;
    private boolean closed;

    AutomaticCheckpoints(Checkpointer checkpointer, Consumer<String> warnings) {
        this.checkpointer = checkpointer;
        this.warnings = warnings;
    }

    /**
     * Asks for a checkpoint. Does not block.
     *
     * @return false if there is no thread for it
     */
    boolean request() {
        lock.lock();
        try {
            if (closed) {
                return true;
            }
            due = true;
            if (thread == null) {
                Thread starting = new Thread(this::run, "softadastra-store-checkpoint");
                starting.setDaemon(true);
                starting.start();
                thread = starting;
            }
            changed.signalAll();
            return true;
        } catch (RuntimeException | Error e) {
            // The write that this comes of has been logged, and is not to fail for want of a thread.
            warnings.accept("an automatic checkpoint could not be begun, and the log goes on growing: " + e);
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (awaitDue()) {
            try {
                Result<StoreCheckpoint> written = Result.attempt(checkpointer::run);
                if (written.isErr()) {
                    failed(written.error());
                }
            } catch (RuntimeException | Error e) {
                // Whatever it is, a listener's own failure too: without this thread the log would grow for ever.
                failed(e.toString());
            }
        }
    }

    private void failed(SoftadastraError error) {
        if (error.code() == ErrorCode.UNSUPPORTED_OPERATION) {
            // A log without checkpoints: there is no use in asking again.
            stop();
        } else if (error.code() != ErrorCode.INVALID_STATE) {
            failed(error.message());
        }
    }

    private void failed(String reason) {
        warnings.accept("an automatic checkpoint failed, and the log goes on growing: " + reason);
    }

    private boolean awaitDue() {
        lock.lock();
        try {
            while (!due && !closed) {
                changed.awaitUninterruptibly();
            }
            boolean isDue = due;
            due = false;
            return isDue;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes no more requests, and waits until what is due is written: where each opening ends before its checkpoint does, there
     * would never be one.
     */
    void close() {
        Thread writing = stop();
        if (writing != null) {
            Threads.join(writing);
        }
    }

    /** Takes no more requests, and answers the thread, null if there never was one. */
    private @Nullable Thread stop() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            return thread;
        } finally {
            lock.unlock();
        }
    }
}

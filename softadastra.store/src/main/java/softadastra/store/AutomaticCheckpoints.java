package softadastra.store;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.Result;

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

    /** Asks for a checkpoint. Does not block. */
    void request() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            due = true;
            if (thread == null) {
                Thread starting = new Thread(this::run, "softadastra-store-checkpoint");
                starting.setDaemon(true);
                starting.start();
                thread = starting;
            }
            changed.signalAll();
        } catch (RuntimeException | Error e) {
            // The write that this comes of has been logged, and is not to fail for want of a thread.
            warnings.accept("an automatic checkpoint could not be begun, and the log goes on growing: " + e);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (awaitDue()) {
            try {
                Result<StoreCheckpoint> written = Result.attempt(checkpointer::run);
                if (written.isErr() && written.error().code() != ErrorCode.INVALID_STATE) {
                    failed(written.error().message());
                }
            } catch (RuntimeException | Error e) {
                // Whatever it is, a listener's own failure too: without this thread the log would grow for ever.
                failed(e.toString());
            }
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
            due = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Asks for no more. One that is being written is abandoned by its {@link Checkpointer}. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

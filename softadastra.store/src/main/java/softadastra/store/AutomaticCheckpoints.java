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
                thread = new Thread(this::run, "softadastra-store-checkpoint");
                thread.setDaemon(true);
                thread.start();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (awaitDue()) {
            Result<StoreCheckpoint> written = Result.attempt(checkpointer::run);
            if (written.isErr() && written.error().code() != ErrorCode.INVALID_STATE) {
                warnings.accept("an automatic checkpoint failed, and the log goes on growing: "
                        + written.error().message());
            }
        }
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

package softadastra.wal.file;

import java.util.concurrent.locks.ReentrantLock;

/** The lock of a log's appends. */
final class CommitLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    /** Takes the lock back; a lack of memory for waiting in its queue passes, and must not leave it untaken. */
    void relock() {
        while (!isHeldByCurrentThread()) {
            try {
                lock();
            } catch (OutOfMemoryError e) {
                Thread.onSpinWait();
            }
        }
    }
}

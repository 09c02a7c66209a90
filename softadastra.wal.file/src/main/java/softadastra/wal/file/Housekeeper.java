package softadastra.wal.file;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a log does in the background, on one daemon thread: it hands to the operating system what was accepted without flush,
 * makes the next segment's file and the disk's reserve ahead of their use, and writes a watermark once the log is idle.
 *
 * <p>While the log is in use the thread looks in at intervals, so that appends need not wake it; after an interval without
 * an append and with nothing left to do it sleeps until the next one.
 */
final class Housekeeper {

    private static final long BUFFERED_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final GroupCommit log;
    private final ReentrantLock lock;
    private final Condition wanted;
    private final boolean autoFlush;
    private final Thread thread;

    // All guarded by the log's lock.
    private boolean asleep;
    private boolean woken;
    private long appends;
    private long appendsSeen;
    private long retryAt;

    Housekeeper(GroupCommit log, ReentrantLock lock, boolean autoFlush) {
        this.log = log;
        this.lock = lock;
        this.wanted = lock.newCondition();
        this.autoFlush = autoFlush;
        this.thread = new Thread(this::run, "softadastra-wal-housekeeper");
        thread.setDaemon(true);
        this.retryAt = System.nanoTime();
    }

    void start() {
        thread.start();
    }

    /** Ends the thread and waits for it; the log is closed by then. */
    void stop() {
        lock.lock();
        try {
            wake();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes note of an append; the lock is held. */
    void noteAppend() {
        appends++;
        if (asleep) {
            wake();
        }
    }

    private void run() {
        lock.lock();
        try {
            while (!log.isClosed()) {
                if (!work()) {
                    rest();
                }
            }
        } catch (RuntimeException | Error e) {
            // Without this thread the log no longer keeps what it promises, so it must not go on; its users are told
            // why.
            log.fail(e);
        } finally {
            lock.unlock();
        }
    }

    /** Does what there is to do; whether to look again at once. */
    private boolean work() {
        if (!log.isQuiet()) {
            return false;
        }
        if (appends == appendsSeen) {
            log.idle();
        }
        if ((log.wantsSpare() || log.wantsReserve()) && System.nanoTime() - retryAt >= 0) {
            prepare();
            return true;
        }
        if (!autoFlush && log.hasUnwritten()) {
            log.lead(log.wantsForce());
        } else if (appends == appendsSeen && log.wantsWatermark()) {
            log.writeWatermark();
        }
        return false;
    }

    private void prepare() {
        try {
            if (log.wantsSpare()) {
                log.prepareSpare(0, false);
            } else {
                log.prepareReserve();
            }
        } catch (IOException | RuntimeException e) {
            // Not an error yet: whoever needs it tries again, and is told then.
            retryAt = System.nanoTime() + RETRY_NANOS;
        }
    }

    /** Waits for an interval, or for the next append where nothing is left to do. */
    private void rest() {
        asleep = appends == appendsSeen && log.hasNothingLeft();
        appendsSeen = appends;
        long left = autoFlush ? IDLE_NANOS : BUFFERED_NANOS;
        try {
            while (!woken && left > 0) {
                if (asleep) {
                    wanted.await();
                } else {
                    left = wanted.awaitNanos(left);
                }
            }
        } catch (InterruptedException e) {
            // Nobody of ours interrupts this thread, and it ends with its log.
        } finally {
            asleep = false;
            woken = false;
        }
    }

    /** Has the thread look in now; the lock is held. */
    void wake() {
        woken = true;
        wanted.signal();
    }
}

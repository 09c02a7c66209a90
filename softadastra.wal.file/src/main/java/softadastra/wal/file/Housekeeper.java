package softadastra.wal.file;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * What a log does in the background, on daemon threads. One looks after the log: it hands to the operating system what was
 * accepted without flush, and writes a watermark once the log is idle. What takes its time is preparation: the next segment's file
 * and the disk's reserve, made ahead of their use, and without flush a force now and then. With automatic flush the
 * same thread does that too; without, another one, so that nothing holds up what is to be handed over.
 *
 * <p>While the log is in use the thread looks in at intervals, so that appends need not wake it; after an interval without
 * an append and with nothing left to do it sleeps until the next one.
 */
final class Housekeeper {

    private static final long BUFFERED_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final GroupCommit log;
    private final PendingFrames pending;
    private final NextSegment next;
    private final GroupWriter writer;
    private final CommitLock lock;
    private final Condition wanted;
    private final Condition preparationWanted;
    private final boolean autoFlush;
    private final Thread keeper;
    private final Thread preparer;

    // All guarded by the log's lock.
    private volatile boolean asleep;
    private boolean woken;
    private boolean preparerWoken;
    private long appends;
    private long appendsSeen;
    private long retryAt;

    Housekeeper(
            GroupCommit log,
            PendingFrames pending,
            NextSegment next,
            GroupWriter writer,
            CommitLock lock,
            boolean autoFlush) {
        this.log = log;
        this.pending = pending;
        this.next = next;
        this.writer = writer;
        this.lock = lock;
        this.wanted = lock.newCondition();
        this.preparationWanted = lock.newCondition();
        this.autoFlush = autoFlush;
        this.keeper = thread("softadastra-wal-housekeeper", autoFlush ? this::keepAndPrepare : this::keep);
        this.preparer = thread("softadastra-wal-preparation", this::prepare);
        this.retryAt = System.nanoTime();
    }

    private Thread thread(String name, Runnable work) {
        Thread thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        keeper.start();
        if (!autoFlush) {
            preparer.start();
        }
    }

    /** Ends the threads and waits for them; the log is closed by then. */
    void stop() {
        lock.lock();
        try {
            wake();
            prepareSoon();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (keeper.isAlive() || preparer.isAlive()) {
            try {
                keeper.join();
                preparer.join();
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

    /** Whether nothing but an append, or {@link #noteDurable}, has it look again; needs no lock. */
    boolean isAsleep() {
        return asleep;
    }

    /** Takes note that more is durable than before, which the log may have to say itself; the lock is held. */
    void noteDurable() {
        if (asleep) {
            wake();
        }
    }

    /** Takes note that an append handed over what was accepted; the lock is held. */
    void noteHandOver() {
        if (!autoFlush && wantsPreparation()) {
            prepareSoon();
        }
    }

    private void run(Runnable work) {
        lock.lock();
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            // Without this thread the log no longer keeps what it promises, so it must not go on; its users are told
            // why.
            log.fail(e);
        } finally {
            lock.unlock();
        }
    }

    private void keepAndPrepare() {
        while (!log.isClosed()) {
            if (!work()) {
                rest();
            }
        }
    }

    private void keep() {
        while (!log.isClosed()) {
            lookAfter();
            noteHandOver();
            rest();
        }
    }

    private void prepare() {
        while (!log.isClosed()) {
            preparerWoken = false;
            while (prepareOne()) {
                // Each lets the lock go, and may have made another one possible.
            }
            while (!preparerWoken && !log.isClosed()) {
                preparationWanted.awaitUninterruptibly();
            }
        }
    }

    /** Does all there is to do; whether to look again at once. */
    private boolean work() {
        if (prepareOne()) {
            return true;
        }
        lookAfter();
        return false;
    }

    private void lookAfter() {
        if (!log.isLive() || writer.isWriting()) {
            return;
        }
        boolean idle = appends == appendsSeen;
        if (idle) {
            next.idle();
        }
        if (!autoFlush && !pending.isEmpty()) {
            writer.lead(false);
        } else if (idle && wantsWatermark()) {
            writeWatermark();
        }
    }

    /** Whether more is durable than the log itself says. */
    private boolean wantsWatermark() {
        return pending.isEmpty() && pending.claimsLessThan(writer.durable());
    }

    /** Has the log say what is durable: by a frame, or where the segment has no room for one, by the next one's header. */
    private void writeWatermark() {
        if (pending.fitsSegment(Frame.HEADER_BYTES) && !next.needsRoom()) {
            pending.addWatermark(writer.durable());
            writer.lead(false);
        } else if (next.isSpareReady() && !writer.isForcing()) {
            writer.rotate();
        }
    }

    private boolean wantsPreparation() {
        return log.isLive() && (writer.wantsForce() || wantsSpace());
    }

    private boolean wantsSpace() {
        // Making room takes all there is for a while, which what was accepted into a segment with holes may still need.
        boolean mayTakeRoom = !next.needsRoom() || (pending.isEmpty() && !writer.isWriting());
        return mayTakeRoom && (next.wantsSpare() || next.wantsReserve()) && System.nanoTime() - retryAt >= 0;
    }

    /** Prepares something, with the lock let go; false if there is nothing to prepare. */
    private boolean prepareOne() {
        if (!wantsPreparation()) {
            return false;
        }
        if (writer.wantsForce()) {
            writer.forceWritten();
            noteDurable();
            return true;
        }
        try {
            if (next.wantsSpare()) {
                next.prepareSpare(0, false);
            } else {
                next.prepareReserve();
            }
        } catch (IOException | RuntimeException e) {
            // Not an error yet: whoever needs it tries again, and is told then.
            retryAt = System.nanoTime() + RETRY_NANOS;
        }
        return true;
    }

    /** Waits for an interval, or for the next append where nothing is left to do. */
    private void rest() {
        asleep = appends == appendsSeen && hasNothingLeft();
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

    private boolean hasNothingLeft() {
        return !log.isLive() || (!writer.isWriting() && pending.isEmpty() && !wantsWatermark());
    }

    private void wake() {
        woken = true;
        wanted.signal();
    }

    /** Has the spare made, and what was written forced, as soon as can be; the lock is held. */
    void prepareSoon() {
        preparerWoken = true;
        preparationWanted.signal();
        if (autoFlush) {
            wake();
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import softadastra.wal.spi.storage.StorageErrors;

/**
 * Makes what comes behind the current segment ahead of its use: the next one's file, and the disk's reserve. One thread at a time
 * does so, with the log's lock let go; what is asked is guarded by that lock.
 */
final class NextSegment {

    /** A force of a file with holes waits for the file system's journal too; where there are more it is better without. */
    private static final long BYTES_A_FLUSH = 1 << 20;

    private final Segments segments;
    private final PendingFrames pending;
    private final CommitLock lock;
    private final CommitWaiters waiters;
    private final boolean autoFlush;

    /** Somebody makes the spare or the reserve, with the lock let go. */
    private boolean preparing;

    /** Appends had to wait for the spare: the next one is made as early as can be, until the log is idle. */
    private boolean inHurry;

    /** How often the log was flushed while the segment before was written, and since the current one was started. */
    private long flushesBefore;

    private long flushes;

    /** How long the segment before was. */
    private long endBefore;

    NextSegment(Segments segments, PendingFrames pending, CommitLock lock, CommitWaiters waiters, boolean autoFlush) {
        this.segments = segments;
        this.pending = pending;
        this.lock = lock;
        this.waiters = waiters;
        this.autoFlush = autoFlush;
    }

    boolean isPreparing() {
        return preparing;
    }

    /** Takes note that appends wait for the spare. */
    void hurry() {
        inHurry = true;
    }

    boolean isInHurry() {
        return inHurry;
    }

    /** Takes note that the log is being flushed. */
    void noteFlush() {
        flushes++;
    }

    /** Takes note that another segment was started, behind one of so many bytes. */
    void started(long end) {
        endBefore = end;
        flushesBefore = flushes;
        flushes = 0;
    }

    /** Takes note that nobody appends. */
    void idle() {
        inHurry = false;
    }

    /** Whether the spare should be made now. */
    boolean wantsSpare() {
        return !preparing
                && !segments.hasSpareFor(0)
                && (inHurry || pending.end() > segments.header().fileBytes() / 2);
    }

    /** Whether the spare is there, and nobody is about to replace it. */
    boolean isSpareReady() {
        return !preparing && segments.hasSpareFor(0);
    }

    /** Whether there should be a reserve, and is none. */
    boolean wantsReserve() {
        return !preparing && !segments.reserve().isThere() && segments.isMoreThanTiny();
    }

    /** Whether the current segment is not to be written, since it has holes and the disk is full. */
    boolean needsRoom() {
        return segments.needsRoom();
    }

    /** Whether there must be a reserve again first. */
    boolean needsReserve(boolean urgent) {
        return !urgent && segments.reserve().isUsed();
    }

    /** Makes the reserve again, for an append that may not go on without it. */
    void restoreReserve() {
        try {
            prepareReserve();
        } catch (IOException e) {
            throw StorageErrors.failed("append WAL record", e)
                    .withContext("what room is left is kept for removes and checkpoints; make some, and this goes on")
                    .toException();
        }
    }

    /** Makes the disk's reserve; as {@link #prepareSpare}. */
    void prepareReserve() throws IOException {
        prepare(segments.reserve()::make);
    }

    /** Gives the disk's reserve to what makes room; false if there is none left. */
    boolean releaseReserve() throws IOException {
        lock.lock();
        try {
            while (preparing) {
                waiters.awaitChange();
            }
            return segments.reserve().release();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes the next segment's file, with room for a frame. The lock is held on entry and on exit and let go in between; nobody
     * else makes one meanwhile, nor starts it.
     *
     * @param urgent whether the disk's reserve may be used up for it
     */
    void prepareSpare(long frame, boolean urgent) throws IOException {
        boolean sparse = mayBeSparse();
        long bytes = sparse ? segments.nextSparseBytes(frame, pending.end()) : segments.nextBytes(frame);
        prepare(() -> segments.createSpare(frame, bytes, urgent, sparse));
    }

    /** Whether so little is forced that zeros do not pay, and what takes room may fall back on the reserve. */
    private boolean mayBeSparse() {
        return !autoFlush
                && segments.reserve().isThere()
                && (flushesBefore + flushes) * BYTES_A_FLUSH <= endBefore + pending.end();
    }

    private interface Preparation {
        void run() throws IOException;
    }

    private void prepare(Preparation preparation) throws IOException {
        preparing = true;
        lock.unlock();
        try {
            preparation.run();
        } finally {
            lock.relock();
            preparing = false;
            waiters.spareIsDecided();
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/**
 * Writes what is pending to the current segment, forces it, and ends segments; one thread at a time writes, and one forces, each
 * with the log's lock let go. A failure ends the log. Guarded by that lock, which is held on entry and on exit of all that writes.
 */
final class GroupWriter {

    /** Without automatic flush: how much the operating system may hold before it is forced, so that the end of a segment finds little. */
    private static final int MAX_UNFORCED_BYTES = 4 << 20;

    private final String name;
    private final Segments segments;
    private final PendingFrames pending;
    private final NextSegment next;
    private final CommitLock lock;
    private final CommitWaiters waiters;
    private final Poison poison;
    private final CommitCounters counters;

    /** The last sequence that was handed to the operating system. */
    private long written;

    /** Somebody leads: writes with the lock let go. */
    private boolean writing;

    /** Somebody forces, with the lock let go: who leads, or the housekeeper, beside whom others write. */
    private boolean forcing;

    /** The bytes that were written and not forced. */
    private long unforced;

    private volatile long durable;

    /** A writer behind what was recovered, all of which is durable; the log's name is for who watches. */
    GroupWriter(
            String name,
            Segments segments,
            PendingFrames pending,
            NextSegment next,
            CommitLock lock,
            CommitWaiters waiters,
            Poison poison,
            CommitCounters counters) {
        this.name = name;
        this.segments = segments;
        this.pending = pending;
        this.next = next;
        this.lock = lock;
        this.waiters = waiters;
        this.poison = poison;
        this.counters = counters;
        this.durable = pending.nextSequence() - 1;
        this.written = durable;
    }

    /** The last sequence that is durable; needs no lock. */
    long durable() {
        return durable;
    }

    /** The last sequence that was handed to the operating system. */
    long written() {
        return written;
    }

    boolean isWriting() {
        return writing;
    }

    boolean isForcing() {
        return forcing;
    }

    boolean isBusy() {
        return writing || forcing;
    }

    /** Whether the end of the segment would take long to force. */
    boolean hasMuchUnforced() {
        return unforced > MAX_UNFORCED_BYTES;
    }

    /** Whether enough is written for a force that nobody has asked for. */
    boolean wantsForce() {
        return !forcing && unforced >= MAX_UNFORCED_BYTES;
    }

    /**
     * Writes everything accepted so far, and forces it if asked to. The lock is held on entry and on exit and let go in
     * between; nobody else writes meanwhile.
     */
    void lead(boolean force) {
        assert !force || !forcing : "two forces at a time";
        boolean reached = false;
        try {
            LogEvents.Span span = force ? LogEvents.inUse().commit(name) : LogEvents.Span.NONE;
            StorageFile file = segments.file();
            long through = pending.nextSequence() - 1;
            long records = through - written;
            GroupBuffer group = pending.take();
            waiters.groupStarts(through);
            // Only now, when nothing can fail before they are taken back.
            writing = true;
            forcing |= force;
            long start = System.nanoTime();
            lock.unlock();
            try {
                write(file, group);
                reached = true;
                if (force) {
                    file.force();
                }
                span.end(records, group.length());
            } finally {
                lock.relock();
                writing = false;
                forcing &= !force;
            }
            pending.giveBack(group);
            counters.wrote(records);
            written = through;
            unforced = force ? 0 : unforced + group.length();
            if (force) {
                long nanos = System.nanoTime() - start;
                counters.forced(nanos);
                durable = through;
                waiters.groupIsDurable(nanos);
            } else {
                waiters.groupIsWritten();
            }
        } catch (IOException | RuntimeException | Error e) {
            failed(reached ? "flush WAL" : "append WAL record", e);
        }
    }

    /** Writes a group; where the segment has holes, and the disk no room for them, into what room is kept. */
    private void write(StorageFile file, GroupBuffer group) throws IOException {
        if (group.length() == 0) {
            return;
        }
        try {
            file.write(group.offset(), group.bytes(), 0, group.length());
        } catch (IOException e) {
            if (!segments.header().sparse() || StorageErrors.code(e) != ErrorCode.NO_SPACE || !next.releaseReserve()) {
                throw e;
            }
            // Nothing but this thread knows of these bytes yet, and they go to the same place again.
            file.write(group.offset(), group.bytes(), 0, group.length());
        }
    }

    /**
     * Forces what the operating system was handed, beside appends and their writes. The lock is held on entry and on exit and let
     * go in between; nobody else forces meanwhile, and no segment ends.
     */
    void forceWritten() {
        try {
            StorageFile file = segments.file();
            long through = written;
            long bytes = unforced;
            long start = System.nanoTime();
            forcing = true;
            lock.unlock();
            try {
                file.force();
            } finally {
                lock.relock();
                forcing = false;
            }
            unforced -= bytes;
            counters.forced(System.nanoTime() - start);
            durable = through;
            waiters.forcedBeside();
        } catch (IOException | RuntimeException | Error e) {
            failed("flush WAL", e);
        }
    }

    /** Ends the log, and has everybody look; an Error is for the caller too. */
    private void failed(String operation, Throwable failure) {
        poison.set(operation, failure);
        waiters.wakeAll();
        if (failure instanceof Error error) {
            throw error;
        }
    }

    /** Ends the current segment and starts the next. Holds the lock throughout: it is two forces, once a segment. */
    void rotate() {
        long start = System.nanoTime();
        long through = pending.nextSequence() - 1;
        long records = through - written;
        try {
            LogEvents.Span span = LogEvents.inUse().rotation(name);
            pending.addContinued(durable);
            GroupBuffer group = pending.take();
            write(segments.file(), group);
            segments.file().force();
            pending.startSegment(group);
            next.started(group.end());
            span.end(records, group.length());
        } catch (IOException | RuntimeException | Error e) {
            failed("append WAL record", e);
            return;
        }
        counters.wrote(records);
        counters.forced(System.nanoTime() - start);
        unforced = 0;
        written = through;
        durable = through;
        waiters.segmentEnds();
    }
}

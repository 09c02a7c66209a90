package softadastra.wal.file;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/**
 * Where appends of many threads become writes and forces of few.
 *
 * <p>{@link #submit} puts a frame into the active {@link GroupBuffer}, under the lock. Of those who wait for durability, the
 * first to find nobody writing leads: it takes the whole buffer, and writes and forces it with the lock let go, on its own
 * thread, while the others fill the second buffer; then one of them leads. There is no hand-over to another thread, so that a
 * single writer pays for its write and its force and nothing else; what gathers during one force, and with those whom it let
 * go ({@link Gathering}), is the next group.
 */
final class GroupCommit {

    /** What may gather while a write is under way; beyond, {@link #submit} waits. */
    private static final int MAX_GROUP_BYTES = 4 << 20;

    /** Without automatic flush: how much may gather before it goes to the operating system. */
    private static final int MAX_UNWRITTEN_BYTES = 64 << 10;

    private final Segments segments;
    private final HybridClock clock;
    private final boolean autoFlush;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition gathered = lock.newCondition();
    private final Gathering gathering = new Gathering();
    private final Housekeeper housekeeper;
    private final Poison poison = new Poison();

    private GroupBuffer active = new GroupBuffer();
    private GroupBuffer idle = new GroupBuffer();
    private int chain;
    private long nextSequence;
    private long highestTimestamp;
    /** The last sequence that the frames themselves say is durable. */
    private long claimed;
    /** The last sequence that was handed to the operating system. */
    private long written;
    /** Whether the last frame is a seal. */
    private boolean sealed;

    /** Somebody leads: gathers, or writes with the lock let go. */
    private boolean writing;

    private int waitingForRoom;
    /** Where those wait whose records are being written, and those whose records are behind. */
    private Condition inGroup = lock.newCondition();

    private Condition behind = lock.newCondition();
    /** The last sequence of the group that is being written, 0 if none is. */
    private long groupThrough;

    /** Nothing more is accepted. */
    private boolean closing;

    private boolean closed;
    private volatile long durable;
    private volatile long last;

    private long appended;
    private long groups;
    private long forces;

    GroupCommit(WalConfig config, Recovery.Recovered recovered) {
        this.segments = recovered.segments();
        this.clock = HybridClock.startAfter(config.clock(), HybridTimestamp.ofPacked(recovered.highestTimestamp()));
        this.autoFlush = config.autoFlush();
        this.chain = recovered.chain();
        this.highestTimestamp = recovered.highestTimestamp();
        this.sealed = recovered.sealed();
        this.last = recovered.report().lastSequence();
        this.nextSequence = last + 1;
        // Recovery has made all of it durable; only a sealed log says so itself.
        this.durable = last;
        this.written = last;
        this.claimed = sealed ? last : 0;
        active.reset(recovered.appendAt());
        this.housekeeper = new Housekeeper(this, lock, changed, autoFlush);
    }

    /** Starts the background work; not in the constructor, which must not let this escape. */
    void start() {
        housekeeper.start();
    }

    long submit(WalBatch batch, int body) {
        lock.lock();
        try {
            makeRoom(Frame.bytes(body));
            long timestamp = timestamp(batch.timestamp());
            int salt = segments.header().salt();
            chain = active.add(batch, body, nextSequence, timestamp, durable, chain, salt);
            return accepted(batch.size());
        } finally {
            lock.unlock();
        }
    }

    /** As a batch of one record, without the batch. */
    long submit(int typeCode, byte[] payload) {
        int body = payload.length;
        lock.lock();
        try {
            makeRoom(Frame.bytes(body));
            long timestamp = timestamp(0);
            int salt = segments.header().salt();
            chain = active.add(typeCode, payload, 0, body, nextSequence, timestamp, durable, chain, salt);
            return accepted(1);
        } finally {
            lock.unlock();
        }
    }

    /** Counts records that were added; the sequence of the last. */
    private long accepted(int records) {
        claimed = durable;
        sealed = false;
        long sequence = nextSequence + records - 1;
        nextSequence = sequence + 1;
        appended += records;
        last = sequence;
        housekeeper.noteAppend();
        if (!autoFlush && active.length() >= MAX_UNWRITTEN_BYTES && !writing) {
            lead(false);
        }
        return sequence;
    }

    private long timestamp(long given) {
        if (given != 0) {
            clock.atLeast(HybridTimestamp.ofPacked(given));
        }
        long timestamp = given != 0 ? given : clock.nowPacked();
        if (Long.compareUnsigned(timestamp, highestTimestamp) > 0) {
            highestTimestamp = timestamp;
        }
        return timestamp;
    }

    /** Waits until a frame may be added: for memory, and for room in a segment. */
    private void makeRoom(long frame) {
        checkOpen("append WAL record");
        while (!hasRoom(frame)) {
            if (writing || housekeeper.isPreparing()) {
                // So that a leader does not wait for an append that waits for the leader.
                waitingForRoom++;
                gathered.signal();
                try {
                    changed.awaitUninterruptibly();
                } finally {
                    waitingForRoom--;
                }
            } else if (active.end() + frame > segments.capacity()) {
                rotate(frame);
            } else {
                lead(autoFlush);
            }
            checkOpen("append WAL record");
        }
    }

    private boolean hasRoom(long frame) {
        return active.end() + frame <= segments.capacity()
                && (active.length() == 0 || active.length() + frame <= MAX_GROUP_BYTES);
    }

    /** Ends the current segment and starts the next. Holds the lock throughout: it is two forces, once a segment. */
    private void rotate(long frame) {
        try {
            segments.createSpare(frame);
        } catch (IOException e) {
            // Nothing of the log has changed: this append is refused, and the next one tries again.
            throw StorageErrors.failed("append WAL record", e).toException();
        }
        chain = active.addContinued(
                segments.spareBytes(),
                nextSequence,
                highestTimestamp,
                durable,
                chain,
                segments.header().salt());
        long end = active.end();
        try {
            segments.file().write(active.offset(), active.bytes(), 0, active.length());
            segments.file().force();
            segments.start(nextSequence, end, chain, highestTimestamp);
        } catch (IOException | RuntimeException | Error e) {
            poison.set("append WAL record", e);
            wakeAll();
            if (e instanceof Error error) {
                throw error;
            }
            return;
        }
        gathering.started();
        gathering.letGo();
        groups++;
        forces++;
        written = nextSequence - 1;
        durable = written;
        claimed = written;
        chain = segments.header().crc();
        active.reset(SegmentHeader.BYTES);
        wakeAll();
    }

    void awaitDurable(long sequence) {
        if (sequence <= durable) {
            return;
        }
        lock.lock();
        try {
            if (sequence >= nextSequence) {
                throw Findings.failure(
                        ErrorCode.INVALID_ARGUMENT,
                        "cannot wait for sequence " + sequence + ": the last one appended is " + (nextSequence - 1));
            }
            if (durable < sequence) {
                gathering.join(writing && sequence <= groupThrough);
                if (gathering.isComplete()) {
                    gathered.signal();
                }
            }
            while (durable < sequence) {
                poison.refusePending();
                if (!writing) {
                    gather();
                    lead(true);
                } else if (sequence <= groupThrough) {
                    inGroup.awaitUninterruptibly();
                } else {
                    behind.awaitUninterruptibly();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for others to join the group, where that pays. Nobody else leads meanwhile. */
    private void gather() {
        long patience = gathering.patience();
        if (patience == 0) {
            return;
        }
        writing = true;
        try {
            long left = patience;
            while (left > 0 && !gathering.isComplete() && waitingForRoom == 0) {
                left = gathered.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // It ends this wait and nothing else.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            poison.set("flush WAL", e);
            wakeAll();
            throw e;
        } finally {
            writing = false;
            gathering.waited();
        }
    }

    void flush() {
        long through;
        lock.lock();
        try {
            checkOpen("flush WAL");
            through = nextSequence - 1;
        } finally {
            lock.unlock();
        }
        awaitDurable(through);
    }

    /**
     * Writes everything accepted so far, and forces it if asked to. The lock is held on entry and on exit and let go in
     * between; nobody else writes meanwhile.
     */
    void lead(boolean force) {
        GroupBuffer group = active;
        StorageFile file = segments.file();
        long through = nextSequence - 1;
        active = idle;
        active.reset(group.end());
        writing = true;
        groupThrough = through;
        Condition done = inGroup;
        inGroup = behind;
        behind = done;
        gathering.started();
        long start = System.nanoTime();
        lock.unlock();
        Throwable failure = null;
        boolean reached = false;
        try {
            if (group.length() > 0) {
                file.write(group.offset(), group.bytes(), 0, group.length());
            }
            reached = true;
            if (force) {
                file.force();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        } finally {
            lock.lock();
        }
        idle = group;
        writing = false;
        groupThrough = 0;
        if (failure != null) {
            poison.set(reached ? "flush WAL" : "append WAL record", failure);
            wakeAll();
            if (failure instanceof Error error) {
                throw error;
            }
            return;
        }
        written = through;
        groups += group.length() > 0 ? 1 : 0;
        if (force) {
            forces++;
            durable = through;
            gathering.finished(System.nanoTime() - start);
        } else {
            gathering.unfinished();
        }
        inGroup.signalAll();
        // One of those behind leads next.
        behind.signal();
        changed.signalAll();
    }

    private void wakeAll() {
        inGroup.signalAll();
        behind.signalAll();
        changed.signalAll();
    }

    /** Adds a frame of the log's own; its header CRC. */
    private int bookkeeping(int kind) {
        claimed = durable;
        sealed = kind == Frame.SEAL;
        return active.addBookkeeping(
                kind,
                nextSequence,
                highestTimestamp,
                durable,
                chain,
                segments.header().salt());
    }

    private void checkOpen(String operation) {
        poison.refuseNew(operation);
        refuseClosed(operation);
    }

    private void refuseClosed(String operation) {
        if (closing) {
            throw Findings.failure(ErrorCode.INVALID_STATE, "failed to " + operation + ": the log is closed");
        }
    }

    /** Hands everything accepted to the operating system, and answers how far a reader of the files may go. */
    LogReads.Bounds writeForReading() {
        lock.lock();
        try {
            refuseClosed("read WAL");
            long through = nextSequence - 1;
            while (!poison.isSet() && written < through) {
                if (writing) {
                    changed.awaitUninterruptibly();
                } else {
                    lead(false);
                }
            }
            // A poisoned log is read up to what is known to be there.
            return new LogReads.Bounds(poison.isSet() ? durable : through, durable);
        } finally {
            lock.unlock();
        }
    }

    long durableSequence() {
        return durable;
    }

    long lastSequence() {
        return last;
    }

    long highestTimestamp() {
        lock.lock();
        try {
            return highestTimestamp;
        } finally {
            lock.unlock();
        }
    }

    WalStats stats() {
        lock.lock();
        try {
            return new WalStats(
                    1, nextSequence - 1, durable, appended, groups, forces, segments.count(), segments.bytes());
        } finally {
            lock.unlock();
        }
    }

    // What the housekeeper asks and does, with the lock held.

    boolean isClosed() {
        return closed;
    }

    /** Whether the housekeeper may write now. */
    boolean isQuiet() {
        return !writing && !poison.isSet() && !closing;
    }

    boolean hasUnwritten() {
        return active.length() > 0;
    }

    /** Whether there is nothing to do until the next append. */
    boolean hasNothingLeft() {
        return closing || poison.isSet() || (!writing && active.length() == 0 && !wantsWatermark());
    }

    /** Whether more is durable than the log itself says. */
    boolean wantsWatermark() {
        return active.length() == 0 && claimed < durable && active.end() + Frame.HEADER_BYTES <= segments.capacity();
    }

    /** Ends the log, since what keeps it has failed. */
    void fail(Throwable failure) {
        poison.set("append WAL record", failure);
        wakeAll();
    }

    void writeWatermark() {
        chain = bookkeeping(Frame.WATERMARK);
        lead(false);
    }

    boolean wantsSpare() {
        return !segments.hasSpare() && active.end() > segments.header().fileBytes() / 2;
    }

    /** Makes the spare; the one call without the lock, and never two at once. */
    void prepareSpare() throws IOException {
        segments.createSpare(0);
    }

    /**
     * Makes everything durable, seals the log and closes its files. Closing twice is fine: the second waits for the first.
     *
     * @return whether this call was the one that closed it, even where it failed
     */
    boolean close() throws IOException {
        lock.lock();
        try {
            if (closing) {
                while (!closed) {
                    changed.awaitUninterruptibly();
                }
                return false;
            }
            // From here on nothing is accepted, so that nothing comes behind the seal.
            closing = true;
            try {
                finish();
            } finally {
                closed = true;
                wakeAll();
            }
        } finally {
            lock.unlock();
        }
        try {
            housekeeper.stop();
        } finally {
            segments.close();
        }
        poison.rethrow();
        return true;
    }

    private void finish() {
        wakeAll();
        while (writing || housekeeper.isPreparing()) {
            changed.awaitUninterruptibly();
        }
        if (!poison.isSet() && (active.length() > 0 || durable < nextSequence - 1)) {
            lead(true);
        }
        if (!poison.isSet() && !sealed) {
            // The seal says that all before it is durable, so it comes behind a force of its own.
            chain = bookkeeping(Frame.SEAL);
            lead(true);
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.StorageErrors;

/**
 * Where appends of many threads become writes and forces of few.
 *
 * <p>{@link #submit} puts a frame into the {@link PendingFrames}, under the lock. Of those who wait for durability, the
 * first to find nobody writing leads: it takes all that is pending, and writes and forces it with the lock let go, on its own
 * thread, while the others fill the second buffer; then one of them leads. There is no hand-over to another thread, so that a
 * single writer pays for its write and its force and nothing else; what gathers during one force, and with those whom it let
 * go ({@link Gathering}), is the next group.
 */
final class GroupCommit {

    /** What may gather while a write is under way; beyond, whoever appends waits. */
    private static final int MAX_GROUP_BYTES = 4 << 20;

    /** Without automatic flush: how much the process may hold, what is being written included, and so be lost with it. */
    private static final int MAX_UNWRITTEN_BYTES = 64 << 10;

    /** Of that, how much is handed over where others wait to append, so that they have room meanwhile. */
    private static final int SHARED_BYTES = MAX_UNWRITTEN_BYTES / 2;

    /** The first sequence of a segment that was just started, and its ordinal. */
    record Cut(long sequence, long ordinal) {}

    private final Segments segments;
    private final PendingFrames pending;
    private final HybridClock clock;
    private final boolean autoFlush;
    private final CommitLock lock = new CommitLock();
    private final CommitWaiters waiters = new CommitWaiters(lock);
    private final NextSegment next;
    private final Housekeeper housekeeper;
    private final Poison poison;
    private final CommitCounters counters = new CommitCounters();
    private final GroupWriter writer;
    private final Durability durability;

    /** Nothing more is accepted. */
    private boolean closing;

    private boolean closed;
    private volatile long last;

    /** A log that goes on behind what was recovered; its name is for who watches. */
    GroupCommit(String name, WalConfig config, Recovery.Recovered recovered) {
        this.poison = new Poison(name);
        this.autoFlush = config.autoFlush();
        this.segments = recovered.segments();
        this.pending = config.autoFlush()
                ? new PendingFrames(recovered, MAX_GROUP_BYTES, false)
                : new PendingFrames(recovered, MAX_UNWRITTEN_BYTES, true);
        this.next = new NextSegment(segments, pending, lock, waiters, autoFlush);
        this.clock = HybridClock.startAfter(config.clock(), HybridTimestamp.ofPacked(recovered.highestTimestamp()));
        this.last = recovered.report().lastSequence();
        this.writer = new GroupWriter(name, segments, pending, next, lock, waiters, poison, counters);
        this.durability = new Durability(writer, pending, next, lock, waiters, poison);
        this.housekeeper = new Housekeeper(this, pending, next, writer, lock, autoFlush);
    }

    /** Starts the background work, where there may be some; not in the constructor, which must not let this escape. */
    void start() {
        if (segments.allowsBackgroundWork()) {
            housekeeper.start();
        }
    }

    long submit(WalBatch batch, int body) {
        lock.lock();
        try {
            makeRoom(Frame.bytes(body), isRemoval(batch));
            return accepted(pending.add(batch, body, timestamp(batch.timestamp()), writer.durable()), batch.size());
        } finally {
            lock.unlock();
        }
    }

    /** As a batch of one record, without the batch. */
    long submit(int typeCode, byte[] payload) {
        lock.lock();
        try {
            makeRoom(Frame.bytes(payload.length), typeCode == WalRecordType.DELETE.code());
            return accepted(pending.add(typeCode, payload, timestamp(0), writer.durable()), 1);
        } finally {
            lock.unlock();
        }
    }

    private long accepted(long sequence, int records) {
        counters.appended(records);
        last = sequence;
        housekeeper.noteAppend();
        if (!autoFlush && !writer.isWriting() && isHandedOver(pending.length())) {
            writer.lead(false);
            poison.refusePending();
            housekeeper.noteHandOver();
        }
        return sequence;
    }

    /** Whether so much goes to the operating system now: one large write costs less than two. */
    private boolean isHandedOver(int bytes) {
        return bytes >= SHARED_BYTES && (bytes >= MAX_UNWRITTEN_BYTES || lock.hasQueuedThreads());
    }

    private long timestamp(long given) {
        if (given == 0) {
            return clock.nowPacked();
        }
        clock.atLeast(HybridTimestamp.ofPacked(given));
        return given;
    }

    private static boolean isRemoval(WalBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.typeCode(i) != WalRecordType.DELETE.code()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Waits until a frame may be added: for memory, and for room in a segment.
     *
     * @param urgent whether it may live on the disk's reserve, since it helps to make room
     */
    private void makeRoom(long frame, boolean urgent) {
        checkOpen("append WAL record");
        while (next.needsReserve(urgent) || segments.needsRoom() || !pending.hasRoom(frame)) {
            step(frame, urgent);
            checkOpen("append WAL record");
        }
    }

    /** Waits for what is in the way of a frame, or does it: a step, after which all must be looked at anew. */
    private void step(long frame, boolean urgent) {
        if (writer.isWriting() || (autoFlush && writer.isForcing())) {
            // Nobody forces beside a force: a failure of both might be told to one.
            waiters.awaitRoom();
        } else if (next.needsReserve(urgent)) {
            restoreReserve();
        } else if (pending.fitsSegment(frame) && !segments.needsRoom()) {
            writer.lead(autoFlush);
            housekeeper.noteHandOver();
        } else {
            nextSegment(frame, urgent, "append WAL record");
        }
    }

    /** Has the disk's reserve made again, or waits for who does. */
    private void restoreReserve() {
        if (next.isPreparing()) {
            waiters.awaitRoom();
        } else if (segments.needsRoom() && !pending.isEmpty()) {
            // What was accepted goes first, since making the reserve takes all the room there is for a while.
            writer.lead(false);
        } else {
            next.restoreReserve();
        }
    }

    /** Makes the spare, or starts it where it is there, or waits for who does either: a step towards the next segment. */
    private void nextSegment(long frame, boolean urgent, String operation) {
        if (writer.isBusy()) {
            waiters.awaitRoom();
        } else if (next.isPreparing()) {
            next.hurry();
            waiters.awaitRoom();
        } else if (segments.hasSpareFor(frame)) {
            endSegment();
        } else {
            next.hurry();
            try {
                next.prepareSpare(frame, urgent);
            } catch (IOException e) {
                // Nothing of the log has changed: this call is refused, and the next one tries again.
                throw StorageErrors.failed(operation, e).toException();
            }
        }
    }

    /** Starts the next segment, where much is not forced yet after forcing it with the lock let go. */
    private void endSegment() {
        if (writer.hasMuchUnforced()) {
            writer.lead(true);
        } else {
            writer.rotate();
            if (next.isInHurry()) {
                housekeeper.prepareSoon();
            }
        }
    }

    /** Ends the current segment, unless it is empty, so that all that comes next is in others. */
    Cut cut() {
        lock.lock();
        try {
            checkOpen("begin WAL checkpoint");
            while (!pending.isAtStart()) {
                nextSegment(0, true, "begin WAL checkpoint");
                checkOpen("begin WAL checkpoint");
            }
            return new Cut(pending.nextSequence(), segments.header().ordinal());
        } finally {
            lock.unlock();
        }
    }

    /** Makes a sequence durable; returns when it is. */
    void awaitDurable(long sequence) {
        durability.await(sequence);
        if (housekeeper.isAsleep()) {
            noteDurable();
        }
    }

    private void noteDurable() {
        lock.lock();
        try {
            housekeeper.noteDurable();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until more than a sequence is durable, without making it so.
     *
     * @param ended is asked after each wake-up whether to go on
     * @return whether it is
     */
    boolean awaitBeyond(long sequence, long maxNanos, BooleanSupplier ended) throws InterruptedException {
        return durability.awaitBeyond(sequence, maxNanos, () -> closed || ended.getAsBoolean());
    }

    /** Has those who wait in {@link #awaitBeyond} ask whether to go on. */
    void wakeFollowers() {
        lock.lock();
        try {
            waiters.wakeFollowers(true);
        } finally {
            lock.unlock();
        }
    }

    void flush() {
        long through;
        lock.lock();
        try {
            checkOpen("flush WAL");
            through = pending.nextSequence() - 1;
        } finally {
            lock.unlock();
        }
        awaitDurable(through);
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
            if (poison.isSet()) {
                // It is read up to what is known to be there, also while it is being recovered.
                return new LogReads.Bounds(writer.durable(), writer.durable());
            }
            refuseClosed("read WAL");
            long through = pending.nextSequence() - 1;
            while (!poison.isSet() && writer.written() < through) {
                if (writer.isWriting()) {
                    waiters.awaitChange();
                } else {
                    writer.lead(false);
                }
            }
            return new LogReads.Bounds(poison.isSet() ? writer.durable() : through, writer.durable());
        } finally {
            lock.unlock();
        }
    }

    long durableSequence() {
        return writer.durable();
    }

    long lastSequence() {
        return last;
    }

    /** The first sequence that the segments hold. */
    long firstSequence() {
        return locked(() -> segments.firstSequence());
    }

    /** The ordinal of the segment that holds a sequence, or will hold it. */
    long ordinalOf(long sequence) {
        return locked(() -> segments.ordinalOf(sequence));
    }

    /** Gives up the segments whose records are all below a sequence; answers their files, which may be deleted then. */
    List<String> release(long keepFrom) {
        return locked(() -> segments.release(keepFrom));
    }

    long highestTimestamp() {
        return locked(() -> pending.highestTimestamp());
    }

    /** Counters; those of the checkpoint are given. */
    WalStats stats(long checkpointSequence, long checkpointBytes) {
        return locked(() -> new WalStats(
                segments.firstSequence(),
                last,
                writer.durable(),
                checkpointSequence,
                counters.appended(),
                counters.groups(),
                counters.largestGroup(),
                counters.forces(),
                counters.latency().summary(),
                segments.count(),
                segments.bytes(pending.end()) + checkpointBytes));
    }

    private <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the log after a failure that was not its own write. */
    void poison(String operation, Throwable failure) {
        lock.lock();
        try {
            poison.set(operation, failure);
            waiters.wakeAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the log has failed and was given up, to be recovered. */
    boolean isAbandoned() {
        return locked(() -> closed && poison.isSet());
    }

    boolean isPoisoned() {
        return locked(() -> poison.isSet());
    }

    // What the housekeeper asks and does, with the lock held.

    boolean isClosed() {
        return closed;
    }

    /** Whether nobody has ended the log yet, by closing it or by a failure. */
    boolean isLive() {
        return !poison.isSet() && !closing;
    }

    /** Ends the log, since what keeps it has failed. */
    void fail(Throwable failure) {
        poison.set("append WAL record", failure);
        waiters.wakeAll();
    }

    DiskReserve reserve() {
        return segments.reserve();
    }

    /** Gives the disk's reserve to what makes room, less what was accepted and has no room yet; false if there is none left. */
    boolean releaseReserve() throws IOException {
        lock.lock();
        try {
            boolean there = segments.reserve().isThere();
            // In between nothing is accepted: the lock is not let go again.
            while (isLive() && (next.isPreparing() || (segments.header().sparse() && !pending.isEmpty()))) {
                if (writer.isWriting() || next.isPreparing()) {
                    waiters.awaitChange();
                } else {
                    writer.lead(false);
                }
            }
            return next.releaseReserve() || (there && !segments.reserve().isThere());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes everything durable, seals the log and closes its files. Closing twice is fine: the second waits for the first.
     *
     * @return whether this call was the one that closed it, even where it failed
     */
    boolean close() throws IOException {
        boolean first = end();
        if (first) {
            poison.rethrow();
        }
        return first;
    }

    /** As {@link #close}, of a log that has failed and will be recovered: what failed was told already. */
    void abandon() throws IOException {
        boolean unused = end();
    }

    private boolean end() throws IOException {
        lock.lock();
        try {
            if (closing) {
                while (!closed) {
                    waiters.awaitChange();
                }
                return false;
            }
            // From here on nothing is accepted, so that nothing comes behind the seal.
            closing = true;
        } finally {
            lock.unlock();
        }
        try {
            finishAndEnd();
        } finally {
            try {
                housekeeper.stop();
                letSpareGo();
            } finally {
                segments.close();
            }
        }
        return true;
    }

    /** Behind a seal nothing says that there is a spare, and the next owner makes one when it is needed. */
    private void letSpareGo() {
        if (!poison.isSet() && pending.isSealed()) {
            segments.deleteSpare();
        }
    }

    private void finishAndEnd() {
        lock.lock();
        try {
            finish();
        } finally {
            closed = true;
            waiters.wakeAll();
            lock.unlock();
        }
    }

    private void finish() {
        waiters.wakeAll();
        while (writer.isBusy() || next.isPreparing()) {
            waiters.awaitChange();
        }
        if (!poison.isSet() && (!pending.isEmpty() || writer.durable() < last)) {
            writer.lead(true);
        }
        // Where there is no room for it, all is as durable without.
        if (!poison.isSet() && !pending.isSealed() && !segments.needsRoom()) {
            // The seal says that all before it is durable, so it comes behind a force of its own.
            pending.addSeal(writer.durable());
            writer.lead(true);
        }
    }
}

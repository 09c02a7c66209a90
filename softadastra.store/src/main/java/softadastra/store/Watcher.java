package softadastra.store;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalRecordStatus;

/**
 * A {@link Watch}: a thread that goes along the chain of changes as they become visible. Where its listener is slow, the chain
 * is let go, and it reads the log until it has caught up with the chain again.
 */
final class Watcher implements Watch, Runnable {

    /** So many sequences the chain is kept for a listener, and so many bytes of keys and values. */
    static final int MAX_BEHIND = 1 << 16;

    static final long MAX_BYTES_BEHIND = 32 << 20;

    private final Versions versions;
    private final WalLog log;
    private final KeyRange range;
    private final WatchListener listener;
    private final Watchers all;
    private final Thread thread = new Thread(this, "softadastra-store-watch");

    /** The change that was told last, or from which on changes are to be told; null once the chain was let go. */
    private final AtomicReference<@Nullable Change> place = new AtomicReference<>();

    /** Holds what of the log is to be told first, until it has been read. */
    private final WalPin begin;

    private volatile long told;

    /** Up to where something was visible when that was last said. */
    private volatile long published;

    private volatile boolean waiting;
    private volatile @Nullable SoftadastraError end;
    private volatile boolean closed;

    /**
     * A watch that begins behind a sequence.
     *
     * @param from where the chain is to be gone along; changes up to there are read from the log, which holds them from here on
     */
    Watcher(
            Versions versions,
            WalLog log,
            KeyRange range,
            WatchListener listener,
            Watchers all,
            long behind,
            Change from) {
        this.versions = versions;
        this.log = log;
        this.range = range;
        this.listener = listener;
        this.all = all;
        this.told = behind;
        this.place.set(from);
        // Here and not when the thread runs: until then a checkpoint may let them go.
        this.begin = behind < from.sequence() ? pin(behind + 1) : new NoPin(behind + 1);
        thread.setDaemon(true);
    }

    /** Begins; if that fails, nothing is held. */
    void start() {
        try {
            thread.start();
        } catch (RuntimeException | Error e) {
            begin.close();
            throw e;
        }
    }

    @Override
    public long toldThrough() {
        return told;
    }

    /** Something has become visible. Called by whoever made it so, and returns at once. */
    void published(Change reached) {
        long before = published;
        published = reached.sequence();
        Change at = place.get();
        // One that has told all there was is not slow, however large what has come now is.
        if (at != null
                && at.sequence() < before
                && (reached.sequence() - at.sequence() > MAX_BEHIND
                        || reached.written - at.written > MAX_BYTES_BEHIND)) {
            // What hangs on it is not to be kept for as long as the listener takes.
            place.compareAndSet(at, null);
        }
        if (waiting) {
            LockSupport.unpark(thread);
        }
    }

    /** Ends it for a reason that the listener is told. */
    void end(SoftadastraError reason) {
        if (end == null) {
            end = reason;
        }
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        try {
            while (!isEnded()) {
                step();
            }
        } catch (SoftadastraException e) {
            end(e.error());
        } catch (RuntimeException | Error e) {
            end(SoftadastraError.of(ErrorCode.INVALID_ARGUMENT, "the listener of a watch has failed: " + e, e));
        } finally {
            begin.close();
            all.remove(this, versions.changes());
            place.set(null);
            SoftadastraError reason = end;
            if (!closed && reason != null) {
                listener.ended(reason);
            }
        }
    }

    private boolean isEnded() {
        return closed || end != null;
    }

    /** While the listener is called, no frame of this thread may hold a change: the chain behind it would stay. */
    private void step() {
        long place = placeSequence();
        if (place < 0) {
            listener.lagged(Math.max(0, versions.views().visible() - told));
            catchUp();
        } else if (place > told) {
            readLog(place);
        } else {
            Next next = next();
            if (next == null) {
                awaitPublished();
            } else {
                tell(next.change, next.sequence);
            }
        }
    }

    /** The sequence from which on the chain is kept; below zero if it was let go. */
    private long placeSequence() {
        Change at = place.get();
        return at == null ? -1 : at.sequence();
    }

    private void catchUp() {
        place.set(versions.reached());
    }

    /** A change, or null for one of other keys, and its sequence. */
    private record Next(@Nullable EntryChange change, long sequence) {}

    /** Goes on to the next change of the chain; null if none is visible yet, or the chain was let go. */
    private @Nullable Next next() {
        Change at = place.get();
        Change next = at == null ? null : at.next();
        if (next == null || next.sequence() > versions.views().visible() || !place.compareAndSet(at, next)) {
            return null;
        }
        Stored stored = next.stored;
        Key key = Key.wrap(next.slot.key);
        if (next.isRecount() || !next.shows || !range.contains(key)) {
            return new Next(null, stored.sequence);
        }
        OperationType type = OperationType.DELETE;
        if (!stored.isTombstone()) {
            type = next.created ? OperationType.PUT : OperationType.UPDATE;
        }
        return new Next(
                change(type, key, stored.value, stored.version, stored.sequence, stored.stamp), stored.sequence);
    }

    private static EntryChange change(
            OperationType type, Key key, byte @Nullable [] value, long version, long sequence, long stamp) {
        return new EntryChange(
                type,
                key,
                Optional.ofNullable(value).map(Value::wrap),
                version,
                sequence,
                HybridTimestamp.ofPacked(stamp));
    }

    private void tell(@Nullable EntryChange change, long sequence) {
        if (change != null && sequence > told && !isEnded()) {
            listener.changed(change);
        }
        told = Math.max(told, sequence);
    }

    /** Tells of what the log has, up to a sequence. */
    private void readLog(long through) {
        Reading reading = new Reading(through);
        // So that a checkpoint does not let go what is being read.
        WalPin pin = pin(told + 1);
        try {
            long unused = log.read(told + 1, reading::visit);
        } finally {
            pin.close();
            begin.close();
        }
        if (!isEnded()) {
            History.requireReached(reading.last, through);
            told = through;
        }
    }

    private WalPin pin(long fromSequence) {
        try {
            return log.pin(fromSequence);
        } catch (SoftadastraException e) {
            if (e.code() != ErrorCode.UNSUPPORTED_OPERATION) {
                throw e;
            }
            // A log without checkpoints never lets anything go.
            return new NoPin(fromSequence);
        }
    }

    private record NoPin(long fromSequence) implements WalPin {
        @Override
        public void close() {
            // Nothing is held.
        }
    }

    /** What of the log is told. */
    private final class Reading {
        private final OperationEnvelope envelope = new OperationEnvelope();
        private final long through;
        private long last;

        Reading(long through) {
            this.through = through;
            this.last = told;
        }

        boolean visit(
                long sequence,
                int typeCode,
                WalRecordStatus status,
                long timestamp,
                byte[] buffer,
                int offset,
                int length) {
            if (sequence > through || isEnded()) {
                return false;
            }
            last = sequence;
            EntryChange change = null;
            if (OperationType.isOperation(typeCode)) {
                Replay.read(envelope, sequence, typeCode, timestamp, buffer, offset, length);
                change = change(sequence);
            }
            tell(change, sequence);
            return true;
        }

        private @Nullable EntryChange change(long sequence) {
            if (!range.contains(envelope.body().key())) {
                return null;
            }
            OperationRecord record = envelope.toRecord(versions.self().node());
            return EntryChange.of(record, sequence).orElse(null);
        }
    }

    private void awaitPublished() {
        waiting = true;
        try {
            if (hasNothing() && !isEnded()) {
                LockSupport.park(this);
            }
            if (Thread.interrupted()) {
                end(SoftadastraError.of(ErrorCode.INTERRUPTED, "the thread of a watch was interrupted"));
            }
        } finally {
            waiting = false;
        }
    }

    private boolean hasNothing() {
        // In this order: whoever makes a change visible has linked it before.
        long visible = versions.views().visible();
        Change at = place.get();
        Change next = at == null ? null : at.next();
        return at != null && (next == null || next.sequence() > visible);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        if (Thread.currentThread() == thread) {
            return;
        }
        Threads.join(thread);
    }
}

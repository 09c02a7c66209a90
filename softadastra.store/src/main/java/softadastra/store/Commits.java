package softadastra.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordType;

/**
 * The way of a write: decided and logged under one lock, made durable outside of it, made visible in log order.
 *
 * <p>What an operation does is decided when the log gives it its sequence, against the newest versions, visible or not: the
 * version of its key, whether it creates or updates, its counter, and its stamp, which is that of the clock, or just above
 * the stamp of the value it replaces where another node's clock ran ahead of ours. With automatic flush the writer then
 * waits for the log, together with all others that do, and makes visible what has become durable; nobody sees it before.
 * Without, it is visible at once. An answer that rests on an operation that is not durable yet waits for that one.
 *
 * <p>A log that has failed is not written to again ({@link LogFailure}): what it had taken and not made durable is never
 * visible.
 */
final class Commits {

    /** Beyond this the buffer for encoding is let go after use. */
    private static final int MAX_KEPT_BUFFER = 1 << 20;

    /** How often whoever closes a snapshot looks at a few of the versions that it held. */
    private static final int MAX_PRUNED = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final WalLog log;
    private final HybridClock clock;
    private final boolean autoFlush;
    private final Versions versions;
    private final LogGrowth growth;
    private BooleanSupplier whenGrown = () -> true;
    private final LogFailure failure = new LogFailure();
    private final Settling settling;
    private final WalBatch frame = new WalBatch();
    private ByteWriter buffer = new ByteWriter(512);
    private boolean closed;

    Commits(WalLog log, HybridClock clock, boolean autoFlush, Versions versions, LogGrowth growth) {
        this.log = log;
        this.clock = clock;
        this.autoFlush = autoFlush;
        this.versions = versions;
        this.growth = growth;
        this.settling = new Settling(log, autoFlush, versions, failure);
    }

    /** The way of what other nodes wrote. */
    RemoteCommits remote() {
        return new RemoteCommits(this, log, clock, versions);
    }

    /** Waits until what an answer rests on is durable, if that is what writers wait for. */
    <T> T settled(Decided<T> decided) {
        settling.settle(decided.restsOn());
        return decided.answer();
    }

    Decided<PutResult> put(Key key, Value value) {
        lock.lock();
        try {
            requireWritable();
            return put(key, versions.find(key.bytes()), value);
        } finally {
            lock.unlock();
        }
    }

    /** Puts if the key's entry is of a sequence; 0 for none. */
    Decided<ConditionalResult<PutResult>> putIf(Key key, Value value, long expected) {
        lock.lock();
        try {
            requireWritable();
            Slot slot = versions.find(key.bytes());
            return isOf(newest(slot), expected) ? held(put(key, slot, value)) : notHeld(key, newest(slot));
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Stored newest(@Nullable Slot slot) {
        return slot == null ? null : slot.newest();
    }

    private Decided<PutResult> put(Key key, @Nullable Slot slot, Value value) {
        boolean created = Stored.live(newest(slot)) == null;
        Stored stored = submit(key, slot, created ? OperationType.PUT : OperationType.UPDATE, value.array());
        return new Decided<>(stored.sequence, new PutResult(created, !created, stored.version, stored.sequence));
    }

    Decided<RemoveResult> remove(Key key) {
        lock.lock();
        try {
            requireWritable();
            return remove(key, versions.find(key.bytes()));
        } finally {
            lock.unlock();
        }
    }

    /** Removes if the key's entry is of a sequence. */
    Decided<ConditionalResult<RemoveResult>> removeIf(Key key, long expected) {
        lock.lock();
        try {
            requireWritable();
            Slot slot = versions.find(key.bytes());
            return isOf(newest(slot), expected) ? held(remove(key, slot)) : notHeld(key, newest(slot));
        } finally {
            lock.unlock();
        }
    }

    private Decided<RemoveResult> remove(Key key, @Nullable Slot slot) {
        Stored replaced = newest(slot);
        if (!Stored.isRemovable(replaced)) {
            return new Decided<>(restsOn(replaced), new RemoveResult(false, key, 0));
        }
        Stored stored = submit(key, slot, OperationType.DELETE, null);
        return new Decided<>(stored.sequence, new RemoveResult(true, key, stored.version));
    }

    /** Puts or removes if what stands under the key is of a sequence; for {@link #writing}. */
    Decided<Boolean> resolve(Key key, @Nullable Value value, long expected) {
        Slot slot = versions.find(key.bytes());
        Stored newest = newest(slot);
        if (newest == null || newest.sequence != expected) {
            return new Decided<>(restsOn(newest), false);
        }
        long restsOn = value == null
                ? remove(key, slot).restsOn()
                : put(key, slot, value).restsOn();
        return new Decided<>(restsOn, true);
    }

    /**
     * Writes what stands alone under a key once more, value or removal, if that is of a sequence, and a note, as one batch; for {@link
     * #writing}.
     */
    Decided<Boolean> rewrite(Key key, long expected, int noteType, byte[] note) {
        Slot slot = versions.find(key.bytes());
        Stored newest = newest(slot);
        if (newest == null || newest.sequence != expected || newest.isContested()) {
            return new Decided<>(restsOn(newest), false);
        }
        long now = clock.nowPacked();
        Stored stored = decide(newest, newest.value, now, versions.totals().ownCounter() + 1);
        OperationType type = newest.isTombstone() ? OperationType.DELETE : OperationType.UPDATE;
        buffer.reset();
        encode(key, stored, type, now);
        WalBatch batch = frame.clear()
                .add(type.code(), buffer.array(), 0, buffer.length())
                .add(noteType, note)
                .at(now);
        long last = submit(batch, batch.bytes(), 2, noted -> {
            stored.sequence = noted - 1;
            Slot unused = versions.add(slot, key.bytes(), stored);
        });
        return new Decided<>(last, true);
    }

    private static boolean isOf(@Nullable Stored newest, long expected) {
        Stored live = Stored.live(newest);
        return expected == (live == null ? 0 : live.sequence);
    }

    private static <T> Decided<ConditionalResult<T>> held(Decided<T> write) {
        return new Decided<>(write.restsOn(), new ConditionalResult<>(Optional.of(write.answer()), Optional.empty()));
    }

    private <T> Decided<ConditionalResult<T>> notHeld(Key key, @Nullable Stored newest) {
        Stored live = Stored.live(newest);
        Optional<Entry> current = live == null ? Optional.empty() : Optional.of(View.entry(key, live));
        return new Decided<>(restsOn(newest), new ConditionalResult<>(Optional.empty(), current));
    }

    /** What an answer rests on that tells of a key's newest version. */
    private long restsOn(@Nullable Stored newest) {
        if (newest != null) {
            return newest.sequence;
        }
        // With automatic flush a removal is forgotten only once it is durable, and without maybe before.
        return autoFlush ? 0 : versions.added();
    }

    Decided<BatchResult> write(List<Operation> operations) {
        Plan plan = new Plan();
        lock.lock();
        try {
            requireWritable();
            long now = clock.nowPacked();
            buffer.reset();
            for (Operation operation : operations) {
                plan(plan, operation, now);
            }
            if (!plan.isEmpty()) {
                WalBatch batch = plan.fill(frame.clear(), buffer.array(), buffer.length());
                long unused = submit(batch.at(now), buffer.length(), plan.size(), last -> {
                    plan.logged(last);
                    plan.addTo(versions);
                });
            }
        } finally {
            lock.unlock();
        }
        return new Decided<>(plan.restsOn(), plan.result());
    }

    private void plan(Plan plan, Operation operation, long now) {
        Key key = operation.key();
        Plan.Step before = plan.staged(key);
        Slot slot = before == null ? versions.find(key.bytes()) : null;
        Stored replaced = before == null ? newest(slot) : before.stored;
        OperationType type = plan.type(operation, replaced);
        if (type == null) {
            plan.missing(restsOn(replaced));
            return;
        }
        // A removal may be forgotten at once, and with it how far its stamp was ahead of the clock: what was written in
        // the same batch is not to be what brings it there.
        long at = before == null ? now : clock.nowPacked();
        Stored stored =
                decide(replaced, operation.valueBytes(), at, versions.totals().ownCounter() + plan.size() + 1);
        plan.add(new Plan.Step(key, before, slot, stored, type, buffer.length()));
        encode(key, stored, type, now);
    }

    /** Does something as the one who writes, on a store that can be written to. */
    <T> T writing(Supplier<T> action) {
        lock.lock();
        try {
            requireWritable();
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** Logs a record that is no operation. */
    Decided<Long> append(WalRecordType type, byte[] payload) {
        lock.lock();
        try {
            requireWritable();
            WalBatch record = frame.clear().add(type, payload).at(clock.nowPacked());
            long sequence = submit(record, payload.length, 1, last -> {});
            return new Decided<>(sequence, sequence);
        } finally {
            lock.unlock();
        }
    }

    /** Makes everything logged so far durable. */
    void flush() {
        lock.lock();
        try {
            requireWritable();
        } finally {
            lock.unlock();
        }
        settling.flush();
    }

    /** Makes durable what is visible. */
    void settleAll() {
        if (settling.isBehind()) {
            flush();
        }
    }

    /** The lock of those who write. */
    Lock lock() {
        return lock;
    }

    /** Sets what is run, under the lock, when the log has grown so much that a checkpoint is due; it says whether one will come. */
    void whenGrown(BooleanSupplier action) {
        lock.lock();
        try {
            whenGrown = action;
            if (growth.add(0, 0, versions.totals().bytes(), versions.totals().entries())) {
                grown();
            }
        } finally {
            lock.unlock();
        }
    }

    private void grown() {
        if (!whenGrown.getAsBoolean()) {
            growth.failed();
        }
    }

    /**
     * Waits until everything up to a sequence that the log has given out is added; what others than this store have appended
     * adds nothing.
     *
     * @return how much the log has grown until then; for {@link #checkpointed}
     */
    long awaitAdded(long sequence) {
        lock.lock();
        try {
            // After a failure versions may be missing that the log has.
            failure.refuseWrites();
            // Nobody is between the log and the versions, since that takes the lock.
            versions.addedThrough(Math.max(versions.added(), sequence));
            return growth.bytes();
        } finally {
            lock.unlock();
        }
    }

    /** A checkpoint has been written, of everything up to where {@link #awaitAdded} answered this. */
    void checkpointed(long grown) {
        lock.lock();
        try {
            growth.written(grown);
        } finally {
            lock.unlock();
        }
    }

    /** A checkpoint has failed. */
    void checkpointFailed() {
        lock.lock();
        try {
            growth.failed();
        } finally {
            lock.unlock();
        }
    }

    /** Something of the store cannot be read: it is read-only from here on. */
    void failed(Throwable reason) {
        failure.set(reason, log);
    }

    /** Takes no more writes. What is under way goes on. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    private void requireWritable() {
        if (closed) {
            throw StoreEngine.closedError().toException();
        }
        failure.refuseWrites();
        versions.prune();
    }

    /** Takes out what the snapshots that were closed had held, unless writers do that. */
    void prune() {
        boolean more = true;
        // The rest is left to writers.
        for (int i = 0; i < MAX_PRUNED && more && lock.tryLock(); i++) {
            try {
                more = versions.prune();
            } finally {
                lock.unlock();
            }
        }
    }

    private Stored decide(@Nullable Stored replaced, byte @Nullable [] value, long now, long atCounter) {
        long stamp = replaced != null && HybridTimestamp.comparePacked(replaced.floor(), now) >= 0
                ? HybridTimestamp.nextPacked(replaced.floor())
                : now;
        long before = replaced == null || replaced.isTombstone() ? 0 : replaced.version;
        return new Stored(value, value == null ? Math.max(1, before) : before + 1, stamp, versions.self(), atCounter);
    }

    private void encode(Key key, Stored stored, OperationType type, long now) {
        OperationEnvelope.writeLocal(
                buffer,
                stored.origin.epoch(),
                stored.counter,
                stored.stamp - now,
                stored.version,
                type,
                key,
                stored.value);
    }

    private Stored submit(Key key, @Nullable Slot slot, OperationType type, byte @Nullable [] value) {
        long now = clock.nowPacked();
        Stored stored = decide(newest(slot), value, now, versions.totals().ownCounter() + 1);
        buffer.reset();
        encode(key, stored, type, now);
        long sequence = submit(frame.clear()
                .add(type.code(), buffer.array(), 0, buffer.length())
                .at(now));
        try {
            stored.sequence = sequence;
            Slot unused = versions.add(slot, key.bytes(), stored);
            added(sequence, (long) key.length() + (value == null ? 0 : value.length), 1);
        } catch (RuntimeException | Error e) {
            throw notApplied(e);
        }
        return stored;
    }

    /**
     * Logs a batch, and has the versions added that it makes; for the one who writes.
     *
     * @param bytes how much there is in it
     * @param addTo adds the versions; gets the last sequence of the batch
     * @return that sequence
     */
    long submit(WalBatch batch, long bytes, int records, LongConsumer addTo) {
        long sequence = submit(batch);
        try {
            addTo.accept(sequence);
            added(sequence, bytes, records);
        } catch (RuntimeException | Error e) {
            throw notApplied(e);
        }
        return sequence;
    }

    /** The log has an operation, and the store has not, for want of memory most likely. */
    private SoftadastraException notApplied(Throwable reason) {
        failure.set(reason, log);
        return LogFailure.indeterminate(new SoftadastraException(
                SoftadastraError.of(ErrorCode.IO_ERROR, "failed to apply what was logged: " + reason, reason)));
    }

    /** All versions up to a sequence are there; visible at once where nobody waits for the log. */
    private void added(long sequence, long bytes, int records) {
        versions.addedThrough(sequence);
        if (growth.add(
                bytes, records, versions.totals().bytes(), versions.totals().entries())) {
            grown();
        }
        if (!autoFlush) {
            versions.publish(sequence);
        }
    }

    private long submit(WalBatch batch) {
        try {
            settling.requireSameGeneration();
            return log.submit(batch);
        } catch (SoftadastraException e) {
            // By the log's contract it has taken nothing, and the next write may find it willing again; with one
            // exception.
            if (e.code() == ErrorCode.INDETERMINATE) {
                failure.set(e, log);
            } else if (e.code() == ErrorCode.NO_SPACE && growth.full()) {
                grown();
            }
            throw e;
        } catch (RuntimeException | Error e) {
            failure.set(e, log);
            throw e;
        } finally {
            batch.clear();
            if (buffer.array().length > MAX_KEPT_BUFFER) {
                buffer = new ByteWriter(512);
            }
        }
    }

    /** Waits until a sequence is durable, and visible for that. */
    void awaitVisible(long sequence) {
        settling.awaitVisible(sequence);
    }

    /** Why nothing more is written; empty if all is well. */
    Optional<SoftadastraError> readOnly() {
        return failure.told();
    }

    /** What is durable of what this store has written. */
    long durable() {
        return settling.durable();
    }

    /** Refuses a log that was recovered since the store was opened. */
    void requireSameGeneration() {
        settling.requireSameGeneration();
    }
}

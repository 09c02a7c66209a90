package softadastra.store;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordType;

/**
 * The way of a write: decided and logged under one lock, made durable outside of it, applied in log order.
 *
 * <p>What an operation does is decided when the log gives it its sequence, against what was applied and what waits: the
 * version of its key, whether it creates or updates, its counter, and its stamp, which is that of the clock, or just above
 * the stamp of the value it replaces where another node's clock ran ahead of ours. With automatic flush the writer then
 * waits for the log, together with all others that do, and applies what has become durable; nobody sees it before. Without,
 * it is applied at once. An answer that rests on an operation that is not durable yet waits for that one.
 *
 * <p>A log that has failed is not written to again ({@link LogFailure}): what it had taken and not made durable is never
 * applied.
 */
final class Commits {

    /** Beyond this the buffer for encoding is let go after use. */
    private static final int MAX_KEPT_BUFFER = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final WalLog log;
    private final long generation;
    private final HybridClock clock;
    private final boolean autoFlush;
    private final Applied applied;
    private final Applier applier;
    private final LogFailure failure = new LogFailure();
    private final Origin self;
    private final WalBatch frame = new WalBatch();
    private ByteWriter buffer = new ByteWriter(512);
    private long counter;
    private boolean closed;

    Commits(WalLog log, HybridClock clock, boolean autoFlush, Applied applied) {
        this.log = log;
        this.generation = log.generation();
        this.clock = clock;
        this.autoFlush = autoFlush;
        this.applied = applied;
        this.applier = new Applier(applied);
        this.self = applied.self();
        this.counter = applied.counter(self);
    }

    PutResult put(Key key, Value value) {
        Stored stored;
        boolean created;
        lock.lock();
        try {
            requireWritable();
            Stored replaced = latest(key);
            created = Stored.live(replaced) == null;
            stored = submit(key, replaced, created ? OperationType.PUT : OperationType.UPDATE, value.array());
        } finally {
            lock.unlock();
        }
        settle(stored.sequence);
        return new PutResult(created, !created, stored.version, stored.sequence);
    }

    RemoveResult remove(Key key) {
        long restsOn;
        long version = 0;
        lock.lock();
        try {
            requireWritable();
            Stored replaced = latest(key);
            if (Stored.live(replaced) == null) {
                restsOn = replaced == null ? 0 : replaced.sequence;
            } else {
                Stored stored = submit(key, replaced, OperationType.DELETE, null);
                restsOn = stored.sequence;
                version = stored.version;
            }
        } finally {
            lock.unlock();
        }
        settle(restsOn);
        return new RemoveResult(version > 0, key, version);
    }

    BatchResult write(List<Operation> operations) {
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
                submit(plan.fill(frame.clear(), buffer.array(), buffer.length()).at(now), plan.commit());
            }
        } finally {
            lock.unlock();
        }
        settle(plan.restsOn());
        return plan.result();
    }

    private void plan(Plan plan, Operation operation, long now) {
        Key key = operation.key();
        Stored replaced = plan.staged(key);
        if (replaced == null) {
            replaced = latest(key);
        }
        OperationType type = plan.type(operation, replaced);
        if (type == null) {
            plan.missing(replaced);
            return;
        }
        Stored stored = decide(replaced, operation.valueBytes(), now, counter + plan.size() + 1);
        plan.add(key, stored, type, buffer.length());
        encode(key, stored, type, now);
    }

    /** Logs a record that is no operation. */
    long append(WalRecordType type, byte[] payload) {
        long sequence;
        lock.lock();
        try {
            requireWritable();
            sequence = submit(frame.clear().add(type, payload).at(clock.nowPacked()));
        } finally {
            lock.unlock();
        }
        settle(sequence);
        return sequence;
    }

    /** Makes everything logged so far durable. */
    void flush() {
        lock.lock();
        try {
            requireWritable();
        } finally {
            lock.unlock();
        }
        long sequence = log.lastSequence();
        try {
            log.flush();
            applier.applyThrough(sequence);
        } catch (RuntimeException | Error e) {
            failure.set(e, log);
            throw e;
        }
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

    /** The last sequence that was applied. */
    long appliedSequence() {
        return applier.done();
    }

    private void requireWritable() {
        if (closed) {
            throw StoreEngine.closedError().toException();
        }
        failure.refuseWrites();
    }

    /** What the log has for a key: what waits to be applied, maybe a tombstone, or what is applied. */
    private @Nullable Stored latest(Key key) {
        if (!applier.isIdle()) {
            Stored waiting = applier.pending(key);
            if (waiting != null) {
                return waiting;
            }
        }
        return applied.index().get(key);
    }

    private Stored decide(@Nullable Stored replaced, byte @Nullable [] value, long now, long atCounter) {
        long stamp = replaced != null && HybridTimestamp.comparePacked(replaced.stamp, now) >= 0
                ? HybridTimestamp.nextPacked(replaced.stamp)
                : now;
        long before = replaced == null || replaced.isTombstone() ? 0 : replaced.version;
        return new Stored(value, value == null ? before : before + 1, stamp, self, atCounter);
    }

    private void encode(Key key, Stored stored, OperationType type, long now) {
        OperationEnvelope.writeLocal(
                buffer, self.epoch(), stored.counter, stored.stamp - now, stored.version, type, key, stored.value);
    }

    private Stored submit(Key key, @Nullable Stored replaced, OperationType type, byte @Nullable [] value) {
        long now = clock.nowPacked();
        Stored stored = decide(replaced, value, now, counter + 1);
        buffer.reset();
        encode(key, stored, type, now);
        submit(
                frame.clear()
                        .add(type.code(), buffer.array(), 0, buffer.length())
                        .at(now),
                Commit.of(key, stored));
        return stored;
    }

    /** Hands the frame to the log, and the commit to those who apply; or applies it, where nothing has to be waited for. */
    private void submit(WalBatch batch, Commit commit) {
        long sequence = submit(batch);
        try {
            commit.logged(sequence);
            counter += commit.values().length;
            if (applier.isIdle() && (!autoFlush || durable() >= sequence)) {
                applier.applyNow(commit);
            } else {
                applier.add(commit);
            }
        } catch (RuntimeException | Error e) {
            failure.set(e, log);
            throw e;
        }
    }

    private long submit(WalBatch batch) {
        try {
            requireSameGeneration();
            return log.submit(batch);
        } catch (SoftadastraException e) {
            // By the log's contract it has taken nothing, and the next write may find it willing again.
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

    /** Waits until a sequence is durable, if that is what writers wait for, and until it is applied. */
    private void settle(long sequence) {
        // With automatic flush nothing is applied that is not durable.
        if (!autoFlush || applier.done() >= sequence) {
            return;
        }
        try {
            awaitDurable(sequence);
            applier.applyThrough(Math.max(sequence, durable()));
        } catch (RuntimeException | Error e) {
            failure.set(e, log);
            throw e;
        }
    }

    private void awaitDurable(long sequence) {
        try {
            log.awaitDurable(sequence, generation);
        } catch (SoftadastraException e) {
            applier.applyThrough(durable());
            if (durable() < sequence) {
                throw LogFailure.indeterminate(e);
            }
        }
    }

    /** What is durable of what this store has written. */
    private long durable() {
        long durable = log.durableSequence();
        return log.generation() == generation ? durable : 0;
    }

    private void requireSameGeneration() {
        if (log.generation() != generation) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_STATE,
                    "failed to write to store: its log has failed and was recovered, and may lack what the store has"
                            + " applied; open the store again");
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import softadastra.core.CanIgnoreReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFollow;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/**
 * An open log, with its owner's lock. Appends go to {@link GroupCommit}, reads to {@link LogReads}, what history is kept is up
 * to {@link LogHistory}, and checkpoints to {@link Checkpoints}.
 *
 * <p>A log that has failed is recovered by a new {@link GroupCommit} over the same files, with the lock held throughout.
 */
final class FileWalLog implements WalLog {

    private final Storage storage;
    private final WalConfig config;
    private final LogLock owner;
    private final Recovery recovering;
    private final LogHistory history;
    private final Checkpoints checkpoints;

    /** Held by whoever closes or recovers the log, or publishes a checkpoint. */
    private final Object lifecycle = new Object();

    /** One of the times the log lives: from opening it, or recovering it in place, to its failure. */
    private record Life(long generation, Recovery.Recovered recovered, GroupCommit commit, ReadPositions positions) {

        Life(long generation, Recovery.Recovered recovered, GroupCommit commit) {
            this(generation, recovered, commit, new ReadPositions());
        }
    }

    private volatile Life life;
    private volatile boolean closed;

    private FileWalLog(
            Storage storage, WalConfig config, LogLock owner, Recovery recovering, Recovery.Recovered recovered) {
        this.storage = storage;
        this.config = config;
        this.owner = owner;
        this.recovering = recovering;
        this.life = new Life(0, recovered, new GroupCommit(storage.description(), config, recovered));
        this.history = new LogHistory(storage, () -> life.commit(), recovered.checkpoint());
        this.checkpoints = new Checkpoints(storage, history);
    }

    /**
     * Opens a log whose lock was taken, and that was recovered.
     *
     * @param recovering recovers it again, should it fail
     */
    static FileWalLog start(
            Storage storage, WalConfig config, LogLock owner, Recovery recovering, Recovery.Recovered recovered)
            throws IOException {
        FileWalLog log;
        try {
            log = new FileWalLog(storage, config, owner, recovering, recovered);
        } catch (RuntimeException | Error e) {
            try {
                recovered.segments().close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
        try {
            OpenLogs.add(log);
            LogEvents.inUse().recovered(storage.description(), recovered.report());
            log.life.commit().start();
            return log;
        } catch (IOException | RuntimeException | Error e) {
            OpenLogs.remove(log);
            log.giveUp(e);
            throw e;
        }
    }

    /** Closes the files of a log that was never handed out. */
    private void giveUp(Throwable reason) {
        try {
            life.commit().abandon();
        } catch (IOException | RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    Storage storage() {
        return storage;
    }

    @Override
    public WalIdentity identity() {
        return life.recovered().identity();
    }

    @Override
    public WalRecovery recovery() {
        return life.recovered().report();
    }

    @Override
    public long submit(WalBatch batch) {
        if (batch.size() == 0) {
            throw Findings.failure(ErrorCode.INVALID_ARGUMENT, "failed to append WAL record: the batch is empty");
        }
        return life.commit().submit(batch, requireFits(GroupBuffer.bodyBytes(batch)));
    }

    @Override
    public long submit(int typeCode, byte[] payload) {
        WalRecordType.requireCode(typeCode);
        requireFits(payload.length);
        return life.commit().submit(typeCode, payload);
    }

    @CanIgnoreReturnValue
    private static int requireFits(long body) {
        if (body > Frame.MAX_BODY) {
            throw Findings.failure(
                    ErrorCode.RECORD_TOO_LARGE,
                    "failed to append WAL record: it has " + body + " bytes, and at most " + Frame.MAX_BODY
                            + " fit into one record or batch; split it");
        }
        return (int) body;
    }

    @Override
    public void awaitDurable(long sequence) {
        life.commit().awaitDurable(sequence);
    }

    @Override
    public long generation() {
        return life.generation();
    }

    @Override
    public void awaitDurable(long sequence, long generation) {
        Life now = life;
        if (now.generation() != generation) {
            throw Findings.failure(
                    ErrorCode.INDETERMINATE,
                    "failed to flush WAL: the log has failed and was recovered since sequence " + sequence
                            + " was given out; whether the record is there, reading it tells");
        }
        now.commit().awaitDurable(sequence);
    }

    @Override
    public void flush() {
        life.commit().flush();
    }

    @Override
    public long firstSequence() {
        return life.commit().firstSequence();
    }

    @Override
    public long lastSequence() {
        return life.commit().lastSequence();
    }

    @Override
    public long durableSequence() {
        return life.commit().durableSequence();
    }

    @Override
    public HybridTimestamp lastTimestamp() {
        return HybridTimestamp.ofPacked(life.commit().highestTimestamp());
    }

    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        requireOpen("read WAL");
        return read(life.commit().writeForReading(), fromSequence, visitor);
    }

    /** As {@link #read(long, WalRecordVisitor)}, but only what is durable. */
    long readDurable(long fromSequence, WalRecordVisitor visitor) {
        long durable = life.commit().durableSequence();
        return read(new LogReads.Bounds(durable, durable), fromSequence, visitor);
    }

    private long read(LogReads.Bounds bounds, long fromSequence, WalRecordVisitor visitor) {
        try (LogHistory.Pin pin = history.pin(fromSequence)) {
            Life now = life;
            return LogReads.read(
                    storage,
                    bounds,
                    now.commit().ordinalOf(pin.fromSequence()),
                    now.positions(),
                    fromSequence,
                    visitor);
        }
    }

    @Override
    public WalPin pin(long fromSequence) {
        requireOpen("pin WAL history");
        return history.pin(fromSequence);
    }

    @Override
    public WalFollow follow(long fromSequence) {
        requireOpen("follow WAL");
        WalMarker marker = LogReads.marker(storage);
        LogHistory.Pin pin = history.pin(fromSequence);
        return new FileFollow(storage, marker, new OwnedSource(this, pin), pin.fromSequence());
    }

    /** The segments from the one on that holds a sequence, which somebody has pinned. */
    LogLayout layoutFrom(long sequence) throws IOException {
        return LogLayout.read(storage, LogReads.marker(storage), life.commit().ordinalOf(sequence));
    }

    /** Waits for more than a sequence to be durable; see {@link GroupCommit#awaitBeyond}. */
    void awaitBeyond(long sequence, long maxNanos, BooleanSupplier ended) throws InterruptedException {
        long start = System.nanoTime();
        GroupCommit now = life.commit();
        if (now.awaitBeyond(sequence, maxNanos, ended) || !now.isAbandoned()) {
            return;
        }
        // It has failed, and nothing becomes durable before it is recovered.
        synchronized (lifecycle) {
            long left = maxNanos - (System.nanoTime() - start);
            while (life.commit() == now && !closed && !ended.getAsBoolean() && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(lifecycle, left);
                left = maxNanos - (System.nanoTime() - start);
            }
        }
    }

    void wakeFollowers() {
        life.commit().wakeFollowers();
        synchronized (lifecycle) {
            lifecycle.notifyAll();
        }
    }

    void requireOpen(String operation) {
        if (closed) {
            throw Findings.failure(ErrorCode.INVALID_STATE, "failed to " + operation + ": the log is closed");
        }
    }

    @Override
    public Optional<WalCheckpoint> checkpoint() {
        requireOpen("read WAL checkpoint");
        return history.checkpoint().map(file -> file);
    }

    @Override
    public WalCheckpointWriter beginCheckpoint() {
        requireOpen("begin WAL checkpoint");
        return checkpoints.begin(this, life.commit());
    }

    CheckpointHeader checkpointHeader(GroupCommit.Cut cut, long end, long length, int salt) {
        return new CheckpointHeader(
                identity().logId(),
                checkpoints.nextOrdinal(),
                cut.sequence(),
                end,
                length,
                cut.ordinal(),
                life.commit().highestTimestamp(),
                identity().epoch(),
                salt);
    }

    /** Publishes a checkpoint that was begun over a commit, unless the log was recovered or closed since. */
    CheckpointFile publish(GroupCommit begunOver, CheckpointHeader header) {
        synchronized (lifecycle) {
            try {
                requireSame(begunOver);
                LogEvents.Span span = LogEvents.inUse().checkpoint(storage.description());
                CheckpointFile published = checkpoints.publish(begunOver, header);
                span.end(header.end(), published.bytes());
                return published;
            } finally {
                checkpoints.ended();
            }
        }
    }

    /** Deletes what is left of a checkpoint that was not published, unless somebody else owns the log by now. */
    void discardCheckpoint() throws IOException {
        synchronized (lifecycle) {
            try {
                if (!closed) {
                    storage.delete(CheckpointFile.TEMPORARY);
                }
            } finally {
                checkpoints.ended();
            }
        }
    }

    void requireSame(GroupCommit begunOver) {
        requireOpen("write WAL checkpoint");
        if (life.commit() != begunOver) {
            throw Findings.failure(
                    ErrorCode.INVALID_STATE,
                    "failed to write WAL checkpoint: the log has failed and was recovered since it was begun");
        }
    }

    @Override
    public WalRecovery recover() {
        synchronized (lifecycle) {
            requireOpen("recover WAL");
            Life failed = life;
            if (!failed.commit().isPoisoned()) {
                return recovery();
            }
            history.suspend();
            Optional<CheckpointFile> inForce = history.checkpoint();
            try {
                failed.commit().abandon();
                Recovery.Recovered again = recovering.run(failed.commit().ordinalOf(0));
                life = begin(failed.generation() + 1, again);
                inForce = again.checkpoint();
                return again.report();
            } catch (IOException e) {
                throw StorageErrors.failed("recover WAL " + storage.description(), e)
                        .toException();
            } finally {
                history.resume(inForce);
                lifecycle.notifyAll();
            }
        }
    }

    private Life begin(long generation, Recovery.Recovered again) throws IOException {
        GroupCommit next = new GroupCommit(storage.description(), config, again);
        try {
            LogEvents.inUse().recovered(storage.description(), again.report());
            next.start();
            return new Life(generation, again, next);
        } catch (RuntimeException | Error e) {
            next.abandon();
            throw e;
        }
    }

    @Override
    public WalStats stats() {
        Optional<CheckpointFile> checkpoint = history.checkpoint();
        return life.commit()
                .stats(
                        checkpoint.map(CheckpointFile::endSequence).orElse(0L),
                        checkpoint.map(CheckpointFile::bytes).orElse(0L));
    }

    @Override
    public void close() {
        synchronized (lifecycle) {
            if (closed) {
                return;
            }
            closed = true;
            history.suspend();
            lifecycle.notifyAll();
            try {
                life.commit().close();
            } catch (IOException e) {
                throw StorageErrors.failed("close WAL " + storage.description(), e)
                        .toException();
            } finally {
                release();
            }
        }
    }

    private void release() {
        OpenLogs.remove(this);
        try {
            owner.close();
        } catch (IOException e) {
            throw StorageErrors.failed("release WAL " + storage.description(), e)
                    .toException();
        }
    }
}

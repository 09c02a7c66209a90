package softadastra.wal.spi;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.FileEventCodec;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;

/**
 * Appends records to a log.
 *
 * <p>With {@link WalConfig#autoFlush}, an {@code append} that answers ok has its record on stable storage, and blocks until
 * then; threads that append at the same time share one force. Without it, an append is acknowledged once accepted, and
 * {@link #flush()} is what makes it durable.
 *
 * <p>Every append answers the record's sequence, or an error: INVALID_ARGUMENT (type code), RECORD_TOO_LARGE, INVALID_STATE
 * (closed), NO_SPACE (nothing was appended; appends go on once there is room), INDETERMINATE if the write or the force failed:
 * the record is there or not, which is known once the log is recovered ({@link Wal#recover}) or opened again; until then every
 * further append is refused with the reason, PERMISSION_DENIED or IO_ERROR. Thread-safe; interrupts cut nothing short.
 */
@CheckReturnValue
public final class WalWriter implements AutoCloseable {

    private final Wal wal;
    private final WalLog log;
    private final boolean owner;
    private final boolean autoFlush;
    private final AsyncAppends async;
    private final AtomicLong flushedGeneration;

    WalWriter(Wal wal, boolean owner) {
        this.wal = wal;
        this.log = wal.log();
        this.owner = owner;
        this.autoFlush = wal.config().autoFlush();
        this.async = new AsyncAppends(log);
        this.flushedGeneration = new AtomicLong(log.generation());
    }

    /** Opens a durable log as its owner; see {@link #open(WalConfig)}. */
    public static Result<WalWriter> open(Path path) {
        return open(WalConfig.durable(path));
    }

    /** Opens a durable log as its owner; see {@link #open(WalConfig)}. */
    public static Result<WalWriter> open(String path) {
        return open(WalConfig.durable(path));
    }

    /** Opens a log as its owner, for writing; errors as of {@link Wal#open(WalConfig)}. */
    public static Result<WalWriter> open(WalConfig config) {
        return Wal.open(config).map(wal -> new WalWriter(wal, true));
    }

    /** Appends a record. */
    public Result<Long> append(WalRecordType type, byte[] payload) {
        return append(type.code(), payload);
    }

    /** Appends a record of an open type code, 1 to {@link WalRecordType#MAX_CODE}. */
    public Result<Long> append(int typeCode, byte[] payload) {
        // Written out, so that an append leaves nothing for the collector but its answer.
        try {
            long generation = log.generation();
            long sequence = log.submit(typeCode, payload);
            acknowledge(sequence, generation);
            return Result.ok(sequence);
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        }
    }

    /**
     * Appends a batch: recovery finds all of it or none.
     *
     * @return the sequence of its last record; the first is {@code batch.size() - 1} before
     */
    public Result<Long> appendBatch(WalBatch batch) {
        return Result.attempt(() -> {
            long generation = log.generation();
            long sequence = log.submit(batch);
            acknowledge(sequence, generation);
            return sequence;
        });
    }

    /** Appends a file event, as a record of type {@link WalRecordType#EVENT}. */
    public Result<Long> appendEvent(FileEvent event) {
        return append(WalRecordType.EVENT, FileEventCodec.encode(event));
    }

    /**
     * Appends a record without waiting for the device; one thread can keep it busy this way. Blocks only while 4,096 of this
     * writer are under way.
     *
     * <p>The future completes with the same answer {@link #append} gives, when that is known (with or without automatic
     * flush: when the record is durable). It is completed on a thread of its own, never on the one that commits; what
     * depends on it should not block there.
     */
    public CompletableFuture<Result<Long>> appendAsync(WalRecordType type, byte[] payload) {
        return appendAsync(type.code(), payload);
    }

    /** As {@link #appendAsync(WalRecordType, byte[])}, of an open type code. */
    public CompletableFuture<Result<Long>> appendAsync(int typeCode, byte[] payload) {
        return async.append(() -> log.submit(WalBatch.of(typeCode, payload)));
    }

    private void acknowledge(long sequence, long generation) {
        if (autoFlush) {
            log.awaitDurable(sequence, generation);
        }
    }

    /**
     * Makes everything appended so far durable, by any writer of this log. Blocks until it is.
     *
     * @return ok; without automatic flush INDETERMINATE, once, if the log has failed and was recovered in place since this writer flushed before: what
     *     was appended in between may be lost; or INVALID_STATE (closed), NO_SPACE, PERMISSION_DENIED, IO_ERROR
     */
    public Result<Unit> flush() {
        return Result.attemptRun(this::flushSameGeneration);
    }

    private void flushSameGeneration() {
        if (autoFlush) {
            // Each append was answered by itself.
            log.flush();
            return;
        }
        long now = log.generation();
        if (flushedGeneration.getAndSet(now) != now) {
            throw new SoftadastraException(
                    ErrorCode.INDETERMINATE,
                    "failed to flush WAL: the log has failed and was recovered since the last flush; what was appended in"
                            + " between is there or not, and reading tells");
        }
        log.flush();
        if (log.generation() != now) {
            throw new SoftadastraException(
                    ErrorCode.INDETERMINATE, "failed to flush WAL: the log has failed and was recovered meanwhile");
        }
    }

    /** The last sequence known to be durable, 0 if none. Does not block. */
    public long durableSequence() {
        return log.durableSequence();
    }

    /** Waits until a sequence is durable, making it so if nobody else is about to. */
    public Result<Unit> awaitDurable(long sequence) {
        return Result.attemptRun(() -> log.awaitDurable(sequence));
    }

    /**
     * Makes everything appended durable, completes what is under way, and closes the log if this writer opened it. Closing
     * twice is fine.
     *
     * @throws SoftadastraException if the last flush failed
     */
    @Override
    public void close() {
        try {
            async.close();
        } finally {
            if (owner) {
                wal.close();
            } else {
                flushForClose();
            }
        }
    }

    private void flushForClose() {
        try {
            flushSameGeneration();
        } catch (SoftadastraException e) {
            if (e.error().code() != ErrorCode.INVALID_STATE) {
                throw e;
            }
            // The handle was closed before its writer, and has flushed.
        }
    }
}

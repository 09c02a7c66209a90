package softadastra.wal.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.HybridTimestamp;
import softadastra.core.Severity;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.storage.StorageErrors;

/**
 * A durable log that does one thing at a time, for whoever implements one that need not be fast. It keeps the rules of {@link
 * WalLog}: sequences and timestamps, what is durable, what a failure leaves, what a closed log answers. Whoever extends it says
 * how a batch is written, forced, and read back.
 *
 * <p>The constructor of the log that extends it reads its files: it tells each batch that verifies by {@link #found}, and
 * the end of them by {@link #recovered}; then, where the log is owned, it makes them durable, since the process before may have
 * died between write and force. {@link #write} and {@link #force} are called under one lock; {@link #read} is called under
 * none, beside them. A failure of the first two, whatever it is, is the last thing that is tried: the log refuses everything that changes it until it
 * is opened again.
 */
public abstract class SerialWalLog implements WalLog {

    /** Takes records that are read. */
    @FunctionalInterface
    public interface Sink {

        /**
         * Takes one.
         *
         * @param payload between its position and its limit
         * @return false if that is enough
         */
        boolean record(long sequence, int typeCode, long timestamp, ByteBuffer payload);
    }

    /** Why everything is refused, from a failure on. */
    private record Failure(String operation, IOException cause) {}

    private final WalConfig config;
    private final WalDirectory directory;
    private final boolean owned;
    private final HybridClock clock;
    private final long begun = System.nanoTime();
    private final Object lock = new Object();

    // Changed under the lock, and read without: nobody waits for a force to learn what is durable.
    private volatile WalRecovery recovery;
    private volatile long last;
    private volatile long durable;
    private volatile boolean closed;
    private volatile @Nullable Failure failure;
    private long appended;
    private long forces;
    private long bytes;

    /** A log in a directory, of which nothing is known yet. */
    protected SerialWalLog(WalConfig config, WalDirectory directory) {
        this.config = config;
        this.directory = directory;
        this.owned = directory.isOwned();
        this.clock = new HybridClock(config.clock());
        this.recovery = report(0, 0);
    }

    /** Recovery found a batch, behind those before. */
    protected final void found(int records, long timestamp) {
        long sequence = last + records;
        last = sequence;
        clock.atLeast(HybridTimestamp.ofPacked(timestamp));
    }

    /**
     * Recovery has come to the end of what verifies.
     *
     * @param wholeBytes how many bytes that is
     * @param tornBytes how many follow, of a write that a crash cut short
     * @throws SoftadastraException CORRUPTION if there are such bytes, and the mode is {@link RecoveryMode#STRICT}
     */
    protected final void recovered(long wholeBytes, long tornBytes) {
        durable = last;
        bytes = wholeBytes;
        recovery = report(wholeBytes, tornBytes);
        if (owned && tornBytes > 0 && config.recovery() == RecoveryMode.STRICT) {
            throw recovery.findings().get(0).toError().toException();
        }
    }

    private WalRecovery report(long wholeBytes, long tornBytes) {
        List<WalFinding> findings = tornBytes == 0
                ? List.of()
                : List.of(new WalFinding(
                        Severity.WARNING,
                        "torn tail behind sequence " + last + ": " + tornBytes
                                + " bytes of a write that a crash cut short",
                        OptionalLong.of(last + 1),
                        Optional.empty(),
                        OptionalLong.empty(),
                        tornBytes));
        return new WalRecovery(
                config.recovery(),
                directory.isCreated(),
                tornBytes == 0,
                1,
                last,
                last,
                wholeBytes,
                tornBytes,
                findings,
                Duration.ofNanos(System.nanoTime() - begun));
    }

    /**
     * Writes a batch, behind all before; as one unit, so that a crash leaves all of it or nothing.
     *
     * @return how many bytes that took
     */
    protected abstract int write(WalBatch batch, long firstSequence, long timestamp) throws IOException;

    /** Makes all that was written durable. */
    protected abstract void force() throws IOException;

    /** Hands over the records from one sequence to another, both included, until they are enough. Beside {@link #write}. */
    protected abstract void read(long fromSequence, long throughSequence, Sink sink) throws IOException;

    /** Closes the files that were opened through the directory. Whoever has more of them closes those too. */
    protected void release() throws IOException {
        directory.closeFiles();
    }

    @Override
    public final long submit(WalBatch batch) {
        synchronized (lock) {
            requireWritable("append WAL record");
            if (batch.size() == 0) {
                throw new SoftadastraException(
                        ErrorCode.INVALID_ARGUMENT, "failed to append WAL record: the batch is empty");
            }
            if (batch.bytes() > WalBatch.MAX_BYTES) {
                throw new SoftadastraException(
                        ErrorCode.RECORD_TOO_LARGE, "failed to append WAL record: it has " + batch.bytes() + " bytes");
            }
            long given = batch.timestamp();
            clock.atLeast(HybridTimestamp.ofPacked(given));
            try {
                bytes += write(batch, last + 1, given != 0 ? given : clock.nowPacked());
            } catch (IOException | RuntimeException | Error e) {
                throw failed("append WAL record", e);
            }
            appended += batch.size();
            long sequence = last + batch.size();
            last = sequence;
            return sequence;
        }
    }

    @Override
    public final void awaitDurable(long sequence) {
        synchronized (lock) {
            if (sequence > last) {
                throw new SoftadastraException(
                        ErrorCode.INVALID_ARGUMENT,
                        "failed to flush WAL: sequence " + sequence + " was not appended yet");
            }
            Failure before = failure;
            if (sequence > durable && before != null) {
                throw indeterminate(before.operation, before.cause);
            }
            if (sequence > durable) {
                flush();
            }
        }
    }

    @Override
    public final void flush() {
        synchronized (lock) {
            requireWritable("flush WAL");
            if (durable == last) {
                return;
            }
            try {
                force();
            } catch (IOException | RuntimeException | Error e) {
                throw failed("flush WAL", e);
            }
            durable = last;
            forces++;
        }
    }

    /** Nobody knows what is on the disk now, and trying again would prove nothing. */
    private SoftadastraException failed(String operation, Throwable cause) {
        IOException io = cause instanceof IOException e ? e : new IOException(cause.toString(), cause);
        failure = new Failure(operation, io);
        return indeterminate(operation, io);
    }

    /** What those are told whose records had been taken. */
    private static SoftadastraException indeterminate(String operation, IOException cause) {
        SoftadastraError error = StorageErrors.failed(operation, cause);
        return SoftadastraError.of(ErrorCode.INDETERMINATE, error.message())
                .withContext(error.context()
                        + "; whether the record is in the log is known once it is closed and opened again")
                .withCause(cause)
                .toException();
    }

    private void requireOpen(String operation) {
        if (closed) {
            throw new SoftadastraException(ErrorCode.INVALID_STATE, "failed to " + operation + ": the log is closed");
        }
    }

    private void requireWritable(String operation) {
        requireOpen(operation);
        if (!owned) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_STATE, "failed to " + operation + ": the log is open for reading only");
        }
        Failure before = failure;
        if (before != null) {
            throw StorageErrors.failed(operation, before.cause)
                    .withContext("the log takes nothing since it failed to " + before.operation
                            + "; close it and open it again")
                    .toException();
        }
    }

    @Override
    public final long read(long fromSequence, WalRecordVisitor visitor) {
        requireOpen("read WAL");
        long known = durable;
        long through = failure == null ? last : known;
        long from = Math.max(1, fromSequence);
        if (from > through) {
            return 0;
        }
        long[] delivered = {0};
        try {
            read(from, through, (sequence, typeCode, timestamp, payload) -> {
                delivered[0]++;
                byte[] array = payload.hasArray() ? payload.array() : copy(payload);
                int offset = payload.hasArray() ? payload.arrayOffset() + payload.position() : 0;
                WalRecordStatus status = sequence <= known ? WalRecordStatus.COMMITTED : WalRecordStatus.PENDING;
                return visitor.visit(sequence, typeCode, status, timestamp, array, offset, payload.remaining());
            });
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL", e).toException();
        }
        return delivered[0];
    }

    private static byte[] copy(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public final WalRecovery recover() {
        synchronized (lock) {
            requireOpen("recover WAL");
            if (failure != null) {
                throw new SoftadastraException(
                        ErrorCode.UNSUPPORTED_OPERATION,
                        "failed to recover WAL: its provider cannot do that in place; close it and open it again");
            }
            return recovery;
        }
    }

    @Override
    public final void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            try {
                flushForClose();
            } catch (SoftadastraException e) {
                closed = true;
                releaseBecauseOf(e);
                throw e;
            }
            closed = true;
            try {
                release();
            } catch (IOException e) {
                throw StorageErrors.failed("close WAL", e).toException();
            }
        }
    }

    private void releaseBecauseOf(SoftadastraException reason) {
        try {
            release();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void flushForClose() {
        Failure before = failure;
        if (before != null) {
            throw StorageErrors.failed(before.operation, before.cause).toException();
        }
        if (owned) {
            flush();
        }
    }

    @Override
    public final WalIdentity identity() {
        return directory.identity();
    }

    @Override
    public final WalRecovery recovery() {
        return recovery;
    }

    @Override
    public final long firstSequence() {
        return 1;
    }

    @Override
    public final long lastSequence() {
        return last;
    }

    @Override
    public final long durableSequence() {
        return durable;
    }

    @Override
    public final HybridTimestamp lastTimestamp() {
        return clock.last();
    }

    @Override
    public final WalStats stats() {
        synchronized (lock) {
            return new WalStats(1, last, durable, appended, forces, forces, 1, bytes);
        }
    }
}

package softadastra.wal.spi;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import softadastra.core.CheckReturnValue;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;

/**
 * Reads the records of a log, in order.
 *
 * <p>It needs no lock and creates nothing: it may stand beside an owner, in this process or another. Beside a live owner in
 * another process it sees what that one's log proves to be durable; without a live owner also the valid tail that a recovery
 * would keep, as {@link WalRecordStatus#PENDING}. The log's own bookkeeping is never seen. Thread-safe.
 */
@CheckReturnValue
public final class WalReader implements AutoCloseable {

    private final Wal wal;
    private final boolean owner;

    WalReader(Wal wal, boolean owner) {
        this.wal = wal;
        this.owner = owner;
    }

    /** Opens the log at a path for reading; see {@link #open(WalConfig)}. */
    public static Result<WalReader> open(Path path) {
        return open(WalConfig.durable(path));
    }

    /** Opens the log at a path for reading; see {@link #open(WalConfig)}. */
    public static Result<WalReader> open(String path) {
        return open(WalConfig.durable(path));
    }

    /**
     * Opens a log for reading.
     *
     * @return the reader, or an error: NOT_FOUND where no log is, INVALID_ARGUMENT for a path that is a file or a log in
     *     memory (which is read through its own handle), CORRUPTION, UNSUPPORTED_VERSION, PERMISSION_DENIED, IO_ERROR, or a
     *     provider that cannot be found
     */
    public static Result<WalReader> open(WalConfig config) {
        return Wal.open(config, OpenMode.READ).map(wal -> new WalReader(wal, true));
    }

    /** Who the log is, and whose. */
    public WalIdentity identity() {
        return wal.identity();
    }

    /** All records, in memory. For large logs, {@link #forEach} takes no more than one record's. */
    public Result<List<WalRecord>> readAll() {
        List<WalRecord> records = new ArrayList<>();
        return forEach(records::add).map(count -> records);
    }

    /**
     * Hands over every record.
     *
     * @return how many, or CORRUPTION (with what came before handed over), HISTORY_GONE, IO_ERROR
     */
    public Result<Long> forEach(Consumer<? super WalRecord> consumer) {
        return forEach(wal.log().firstSequence(), consumer);
    }

    /**
     * Hands over every record from a sequence on. A SoftadastraException of the consumer ends the
     * reading and is the answer; any other ends it and passes through.
     *
     * @param fromSequence where to start; beyond the end delivers nothing
     * @return how many, or HISTORY_GONE (naming the first sequence that is left), CORRUPTION, IO_ERROR
     */
    public Result<Long> forEach(long fromSequence, Consumer<? super WalRecord> consumer) {
        return Result.attempt(() -> wal.log()
                .read(fromSequence, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                    consumer.accept(record(sequence, typeCode, status, timestamp, buffer, offset, length));
                    return true;
                }));
    }

    static WalRecord record(
            long sequence,
            int typeCode,
            WalRecordStatus status,
            long timestamp,
            byte[] buffer,
            int offset,
            int length) {
        byte[] payload = new byte[length];
        System.arraycopy(buffer, offset, payload, 0, length);
        return new WalRecord(sequence, typeCode, status, HybridTimestamp.ofPacked(timestamp), payload);
    }

    /** Lets the log's files go, if this reader opened them. Closing twice is fine. */
    @Override
    public void close() {
        if (owner) {
            wal.close();
        }
    }
}

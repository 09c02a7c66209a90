package softadastra.wal.spi;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
     * <p>With {@link RecoveryMode#SALVAGE} it reads everything that verifies, past any damage, and {@link #recovery} tells what
     * is missing. That needs a log that nobody has open. Where even the log's marker is damaged or missing, the provider has
     * to be named ({@link WalConfig#withProvider(String)}).
     *
     * @return the reader, or an error: NOT_FOUND where no log is, INVALID_ARGUMENT for a path that is a file or a log in
     *     memory (which is read through its own handle), LOCKED for a salvage beside an owner, CORRUPTION, UNSUPPORTED_VERSION, PERMISSION_DENIED, IO_ERROR, or a
     *     provider that cannot be found
     */
    public static Result<WalReader> open(WalConfig config) {
        return Wal.open(config, OpenMode.READ).map(wal -> new WalReader(wal, true));
    }

    /** Who the log is, and whose. */
    public WalIdentity identity() {
        return wal.identity();
    }

    /**
     * What the log is like now, as far as this reader looks: by default at the tail; with {@link RecoveryMode#SALVAGE} at
     * everything, where the findings are the holes and what each took with it. Blocks while it reads.
     *
     * @throws softadastra.core.SoftadastraException as {@link #forEach} answers
     */
    public WalRecovery recovery() {
        return wal.recovery();
    }

    /** All records, in memory. For large logs, {@link #forEach} takes no more than one record's. */
    public Result<List<WalRecord>> readAll() {
        List<WalRecord> records = new ArrayList<>();
        return forEach(records::add).map(count -> records);
    }

    /**
     * Hands over every record that is held.
     *
     * @return how many, or CORRUPTION (with what came before handed over), HISTORY_GONE, IO_ERROR
     */
    public Result<Long> forEach(Consumer<? super WalRecord> consumer) {
        return forEach(0, consumer);
    }

    /**
     * Hands over every record from a sequence on. A SoftadastraException of the consumer ends the
     * reading and is the answer; any other ends it and passes through.
     *
     * @param fromSequence where to start, 0 or less for the first that is held; beyond the end delivers nothing
     * @return how many, or HISTORY_GONE (naming the first sequence that is left), CORRUPTION, IO_ERROR
     */
    public Result<Long> forEach(long fromSequence, Consumer<? super WalRecord> consumer) {
        return Result.attempt(() -> wal.log()
                .read(fromSequence, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                    consumer.accept(record(sequence, typeCode, status, timestamp, buffer, offset, length));
                    return true;
                }));
    }

    /**
     * Begins to tail the log; see {@link WalFollower}.
     *
     * @param fromSequence the first record to hand over, which may be yet to come; 0 or less for the first that is held
     * @return the follower, or HISTORY_GONE (naming the first sequence that is left), INVALID_STATE if closed,
     *     UNSUPPORTED_OPERATION for a provider without {@link WalCapability#FOLLOW}, CORRUPTION, IO_ERROR
     */
    public Result<WalFollower> follow(long fromSequence) {
        return Result.attempt(() -> new WalFollower(wal.log().follow(fromSequence)));
    }

    /**
     * The checkpoint in force, for engines that know what is in it.
     *
     * @return the checkpoint, empty if there is none; or IO_ERROR, INVALID_STATE
     */
    public Result<Optional<WalCheckpoint>> checkpoint() {
        return Result.attempt(() -> wal.log().checkpoint());
    }

    /**
     * Holds the history from a sequence on, so that checkpoints do not take it away; see {@link WalPin}. That needs the owner
     * of the log in this process.
     *
     * @param fromSequence the first sequence to hold; 0 or less for the first that is there
     * @return the hold, or HISTORY_GONE, INVALID_STATE if closed, UNSUPPORTED_OPERATION where the log is owned by another
     *     process, or its provider has no {@link WalCapability#CHECKPOINTS}
     */
    public Result<WalPin> pin(long fromSequence) {
        return Result.attempt(() -> wal.log().pin(fromSequence));
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

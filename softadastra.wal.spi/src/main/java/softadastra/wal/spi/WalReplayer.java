package softadastra.wal.spi;

import java.nio.file.Path;
import java.util.function.Consumer;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;

/**
 * Replays a log into somebody's state: every record in order, none skipped.
 *
 * <p>It differs from a {@link WalReader} in one thing: a record with a type code that must be understood ({@code < }{@value
 * WalRecordType#FIRST_SKIPPABLE_CODE}) and is not, stops it with an error that names the sequence, since a state built
 * without it would be wrong. Thread-safe.
 */
@CheckReturnValue
public final class WalReplayer implements AutoCloseable {

    private final Wal wal;
    private final boolean owner;

    WalReplayer(Wal wal, boolean owner) {
        this.wal = wal;
        this.owner = owner;
    }

    /** Opens the log at a path for replay; errors as of {@link WalReader#open(WalConfig)}. */
    public static Result<WalReplayer> open(Path path) {
        return open(WalConfig.durable(path));
    }

    /** Opens the log at a path for replay; errors as of {@link WalReader#open(WalConfig)}. */
    public static Result<WalReplayer> open(String path) {
        return open(WalConfig.durable(path));
    }

    /**
     * Opens a log for replay; errors as of {@link WalReader#open(WalConfig)}, and INVALID_ARGUMENT for {@link
     * RecoveryMode#SALVAGE}, since a state built from a log with holes would be wrong.
     */
    public static Result<WalReplayer> open(WalConfig config) {
        if (config.recovery() == RecoveryMode.SALVAGE) {
            return Result.err(Wal.salvageRefusal("replayed"));
        }
        return Wal.open(config, OpenMode.READ).map(wal -> new WalReplayer(wal, true));
    }

    /**
     * Replays everything the log holds; what checkpoints let go it does not hold.
     *
     * @return how many records, or UNSUPPORTED_OPERATION, CORRUPTION, IO_ERROR (what came before was replayed)
     */
    public Result<Long> replay(Consumer<? super WalRecord> consumer) {
        return replayFrom(0, consumer);
    }

    /**
     * Replays from a sequence on. A SoftadastraException of the consumer ends the
     * replay and is the answer; any other ends it and passes through.
     *
     * @return how many records, or HISTORY_GONE (naming the first sequence that is left), UNSUPPORTED_OPERATION,
     *     CORRUPTION, IO_ERROR
     */
    public Result<Long> replayFrom(long sequence, Consumer<? super WalRecord> consumer) {
        return Result.attempt(() -> wal.log()
                .read(sequence, (at, typeCode, status, timestamp, buffer, offset, length) -> {
                    WalRecordType.requireUnderstood(at, typeCode);
                    consumer.accept(WalReader.record(at, typeCode, status, timestamp, buffer, offset, length));
                    return true;
                }));
    }

    /** Lets the log's files go, if this replayer opened them. Closing twice is fine. */
    @Override
    public void close() {
        if (owner) {
            wal.close();
        }
    }
}

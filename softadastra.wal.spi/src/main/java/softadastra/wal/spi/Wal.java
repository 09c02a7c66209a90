package softadastra.wal.spi;

import java.nio.file.Path;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/**
 * The handle that owns a log. It hands out writers, readers and replayers of that log, and closing it closes the log.
 *
 * <p>Thread-safe. One log has one owner: a second {@code open}, in this JVM or another process, is answered {@code LOCKED}
 * with who holds it.
 */
@CheckReturnValue
public final class Wal implements AutoCloseable {

    private final WalConfig config;
    private final WalLog log;

    private Wal(WalConfig config, WalLog log) {
        this.config = config;
        this.log = log;
    }

    /** Opens a durable log; see {@link #open(WalConfig)}. */
    public static Result<Wal> open(Path path) {
        return open(WalConfig.durable(path));
    }

    /** Opens a durable log; see {@link #open(WalConfig)}. */
    public static Result<Wal> open(String path) {
        return open(WalConfig.durable(path));
    }

    /**
     * Opens a log as its owner, creating it if there is none, and recovers it. Blocks while it reads what the last owner
     * left unproven.
     *
     * @return the handle, or an error. INVALID_ARGUMENT: the path is empty, is a file, or is a directory of other things.
     *     DIRECTORY_MISSING: the parent of the path does not exist. LOCKED: somebody has it open. WRONG_NODE: it belongs to
     *     another node. CORRUPTION: acknowledged records are damaged; the message names sequence, segment and offset, and
     *     nothing was changed. UNSUPPORTED_VERSION: a newer release wrote it; nothing was changed. PROVIDER_MISSING,
     *     PROVIDER_AMBIGUOUS, PROVIDER_MISMATCH: see {@link WalProviders}. PERMISSION_DENIED, NO_SPACE, IO_ERROR
     */
    public static Result<Wal> open(WalConfig config) {
        return open(config, OpenMode.OWN);
    }

    static Result<Wal> open(WalConfig config, OpenMode mode) {
        if (config.recovery() == RecoveryMode.SALVAGE && mode == OpenMode.OWN) {
            return Result.err(salvageRefusal("opened to be written"));
        }
        return WalProviders.find(config, mode)
                .flatMap(provider -> provider.open(config, mode))
                .map(log -> new Wal(config, log));
    }

    /**
     * Makes a log that does not begin empty, for engines that copy what they keep to another place; see {@link
     * WalProvider#seed}.
     *
     * @param config where the log is to be
     * @param seed what it begins with
     * @return what takes the content of its checkpoint and makes it a log, or an error as of {@link WalProvider#seed}, or a
     *     provider that cannot be found
     */
    public static Result<WalCheckpointWriter> seed(WalConfig config, WalSeed seed) {
        return WalProviders.find(config, OpenMode.OWN).flatMap(provider -> provider.seed(config, seed));
    }

    static SoftadastraError salvageRefusal(String use) {
        return SoftadastraError.of(
                ErrorCode.INVALID_ARGUMENT,
                "invalid recovery mode SALVAGE: a log with holes is read and never " + use
                        + "; wal repair (WalInspector.repair) makes a new log of what is left of it");
    }

    /** The configuration it was opened with. */
    public WalConfig config() {
        return config;
    }

    /** Who the log is, and whose. */
    public WalIdentity identity() {
        return log.identity();
    }

    /** What opening the log found and did. */
    public WalRecovery recovery() {
        return log.recovery();
    }

    /** Counters, at this moment. */
    public WalStats stats() {
        return log.stats();
    }

    /** A writer for this log. Closing it flushes, and leaves the log open. */
    public WalWriter writer() {
        return new WalWriter(this, false);
    }

    /** A reader of this log. Closing it leaves the log open. */
    public WalReader reader() {
        return new WalReader(this, false);
    }

    /** A replayer of this log. Closing it leaves the log open. */
    public WalReplayer replayer() {
        return new WalReplayer(this, false);
    }

    /**
     * Goes on after a failed write or force (a full disk with room again, say) without closing the log: what is on disk is
     * verified anew, and appends continue behind it. Does nothing where nothing has failed. Blocks while it reads the log.
     *
     * <p>Records that were answered INDETERMINATE are in the log or not; the report's last sequence tells. A store that stands
     * on this log must be opened again instead.
     *
     * @return what was found, or an error as of {@link #open(WalConfig)}; the log refuses appends as before then, and this may be
     *     tried again
     */
    public Result<WalRecovery> recover() {
        return Result.attempt(log::recover);
    }

    /** The log itself, for engines that stand on one; checkpoints are theirs to write. */
    public WalLog log() {
        return log;
    }

    /**
     * Makes everything appended durable and lets the log go. Closing twice is fine.
     *
     * @throws softadastra.core.SoftadastraException if the last flush failed; the log is closed all the same
     */
    @Override
    public void close() {
        log.close();
    }
}

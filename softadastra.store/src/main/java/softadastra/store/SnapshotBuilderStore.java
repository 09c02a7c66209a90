package softadastra.store;

import java.nio.file.Path;
import java.util.Optional;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalReader;

/**
 * Builds a snapshot from a log, without opening it for writing: it creates, locks and changes nothing.
 *
 * <p>It sees what a {@link WalReader} sees: beside an owner in another process what that one's log proves to be durable, else
 * all that a recovery would keep.
 */
@CheckReturnValue
public final class SnapshotBuilderStore {

    private static final int ATTEMPTS = 5;

    private SnapshotBuilderStore() {}

    /**
     * Builds a snapshot from a durable log; see {@link #build(WalConfig)}.
     *
     * @param path the log's directory
     * @return the snapshot, or an error
     */
    public static Result<Snapshot> build(Path path) {
        return build(WalConfig.durable(path));
    }

    /**
     * Builds a snapshot from a durable log; see {@link #build(WalConfig)}.
     *
     * @param path the log's directory
     * @return the snapshot, or an error
     */
    public static Result<Snapshot> build(String path) {
        return build(WalConfig.durable(path));
    }

    /**
     * Builds a snapshot from a log. Blocks while it reads; takes as much memory as a store with the same entries.
     *
     * @param config the log
     * @return the snapshot, or an error. As of {@link WalReader#open(WalConfig)}; DECODE_FAILED, UNSUPPORTED_VERSION or
     *     UNSUPPORTED_OPERATION, naming the sequence, for an operation that is damaged or of a newer release; HISTORY_GONE if
     *     the log no longer has its first records; CORRUPTION
     */
    public static Result<Snapshot> build(WalConfig config) {
        return WalReader.open(config).flatMap(reader -> {
            try (reader) {
                return read(reader);
            } catch (SoftadastraException e) {
                return Result.err(e.error());
            }
        });
    }

    private static Result<Snapshot> read(WalReader reader) {
        for (int attempt = 1; ; attempt++) {
            Result<Snapshot> snapshot = Result.attempt(() -> readOnce(reader));
            if (snapshot.isOk() || snapshot.error().code() != ErrorCode.HISTORY_GONE || attempt == ATTEMPTS) {
                return snapshot;
            }
            // The owner has put another checkpoint in the place of the one that was being read.
        }
    }

    private static Snapshot readOnce(WalReader reader) {
        WalIdentity identity = reader.identity();
        Versions versions = new Versions(new Origin(identity.node(), identity.epoch()));
        Optional<WalCheckpoint> checkpoint = reader.checkpoint().orElseThrow();
        if (checkpoint.isPresent()) {
            load(checkpoint.get(), versions);
        }
        long behind = versions.added();
        Replay replay = new Replay(versions, done -> {});
        // From the very first one: a log whose history has gone would make half a snapshot.
        replay.run(RecordSource.of(reader), behind + 1);
        versions.begin();
        return StoreSnapshot.of(
                View.now(versions),
                new StoreSnapshot.Moment(
                        Math.max(behind, replay.lastSequence()),
                        versions.reached().entries,
                        versions.localOperations(versions.counters())));
    }

    private static void load(WalCheckpoint checkpoint, Versions versions) {
        try (Base base = Base.open(checkpoint)) {
            versions.recover(base);
            versions.loadAll(base);
        }
    }
}

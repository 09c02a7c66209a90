package softadastra.store;

import java.time.Duration;
import java.util.Optional;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLog;

/**
 * What makes a store of a log: the state that its records add up to, and the way for new ones, which goes on where they end.
 *
 * @param applied the state
 * @param commits the way for writes: counters, versions and stamps are above all that the log has
 * @param recovery the report
 */
record Opening(Applied applied, Commits commits, StoreRecovery recovery) {

    @CheckReturnValue
    static Result<Opening> run(StoreConfig config, Wal wal) {
        return config.wal().node().flatMap(wanted -> {
            NodeId node = wal.identity().node();
            Optional<NodeId> other = wanted.filter(id -> !id.equals(node));
            return other.isPresent() ? Result.err(wrongNode(other.get(), node)) : replay(config, wal);
        });
    }

    private static SoftadastraError wrongNode(NodeId wanted, NodeId node) {
        return SoftadastraError.of(
                ErrorCode.WRONG_NODE, "failed to open store: its log belongs to node " + node + ", not " + wanted);
    }

    private static Result<Opening> replay(StoreConfig config, Wal wal) {
        WalLog log = wal.log();
        if (log.checkpoint().isPresent()) {
            return Result.err(
                    ErrorCode.HISTORY_GONE,
                    "failed to open store: its log begins with sequence " + log.firstSequence()
                            + ", behind a checkpoint that no store has written; open the log with what wrote that");
        }
        WalIdentity identity = log.identity();
        Applied applied = new Applied(new Origin(identity.node(), identity.epoch()));
        long first = log.firstSequence();
        Replay replay = new Replay(applied, first <= 1);
        long begin = System.nanoTime();
        try {
            log.read(first, replay);
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        }
        StoreRecovery recovery = new StoreRecovery(
                log.recovery(),
                replay.operations(),
                replay.skipped(),
                applied.size(),
                log.lastSequence(),
                Duration.ofNanos(System.nanoTime() - begin));
        HybridClock clock = HybridClock.startAfter(config.wal().clock(), log.lastTimestamp());
        return Result.ok(new Opening(applied, new Commits(log, clock, config.autoFlush(), applied), recovery));
    }
}

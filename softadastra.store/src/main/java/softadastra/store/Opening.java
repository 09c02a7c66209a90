package softadastra.store;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
import softadastra.wal.spi.WalProgress;

/**
 * What makes a store of a log: the state that its records add up to, and the way for new ones, which goes on where they end.
 *
 * @param versions the state
 * @param commits the way for writes: counters, versions and stamps are above all that the log has
 * @param recovery the report
 * @param carries whether there are records that the store does not know and its checkpoints carry on
 */
record Opening(Versions versions, Commits commits, StoreRecovery recovery, boolean carries) {
    /** Progress is told each time so many records are done. */
    private static final int RECORDS_BETWEEN = 4096;

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
        long begin = System.nanoTime();
        WalIdentity identity = log.identity();
        Versions versions = new Versions(new Origin(identity.node(), identity.epoch()));
        try {
            Base base = log.checkpoint().map(Base::open).orElse(null);
            try {
                return Result.ok(replay(config, log, versions, base, begin));
            } catch (RuntimeException | Error e) {
                if (base != null) {
                    base.close();
                }
                throw e;
            }
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        }
    }

    private static Opening replay(StoreConfig config, WalLog log, Versions versions, @Nullable Base base, long begin) {
        long behind = 0;
        if (base != null) {
            versions.recover(base);
            behind = base.head().sequence();
        }
        long from = behind + 1;
        if (base == null && log.firstSequence() > 1) {
            throw new SoftadastraException(
                    ErrorCode.HISTORY_GONE,
                    "failed to open store: its log begins with sequence " + log.firstSequence()
                            + ", and has no checkpoint of what was before");
        }
        long last = log.lastSequence();
        long total = last - from + 1;
        WalProgress progress = config.progress();
        Replay replay = new Replay(versions, done -> {
            if (done % RECORDS_BETWEEN == 0 || done == total) {
                progress.progress("recovery", done, total);
            }
        });
        replay.run(RecordSource.of(log), from);
        versions.begin();
        StoreRecovery recovery = new StoreRecovery(
                log.recovery(),
                behind,
                replay.operations(),
                replay.skipped(),
                versions.reached().entries,
                last,
                Duration.ofNanos(System.nanoTime() - begin));
        HybridClock clock = HybridClock.startAfter(config.wal().clock(), log.lastTimestamp());
        LogGrowth growth = new LogGrowth(config.checkpoints(), replay.bytes(), replay.operations() + replay.skipped());
        Commits commits = new Commits(log, clock, config.autoFlush(), versions, growth);
        boolean carries = replay.skippable() > 0 || (base != null && base.hasCarried());
        return new Opening(versions, commits, recovery, carries);
    }
}

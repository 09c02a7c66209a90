package softadastra.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProgress;

/**
 * Writes checkpoints, one at a time, from a snapshot: writers and readers go on, and the entries are written one by one, without
 * a copy of the store.
 */
final class Checkpointer {

    private final ReentrantLock one = new ReentrantLock();
    private final WalConfig config;
    private final WalLog log;
    private final Versions versions;
    private final Commits commits;
    private final WalProgress progress;
    private final @Nullable Loader loader;

    /** Whether the log may have records that the store does not know and is to carry on. */
    private final boolean carries;

    /** Sums up the notes; null while nobody does. */
    private volatile @Nullable Supplier<? extends NoteSummary> summaries;

    private volatile boolean closed;

    Checkpointer(
            Wal wal,
            Versions versions,
            Commits commits,
            WalProgress progress,
            @Nullable Loader loader,
            boolean carries) {
        this.config = wal.config();
        this.log = wal.log();
        this.versions = versions;
        this.commits = commits;
        this.progress = progress;
        this.loader = loader;
        this.carries = carries;
    }

    /** Sets who sums the notes up, from the next checkpoint on. */
    void summarise(Supplier<? extends NoteSummary> owner) {
        summaries = owner;
    }

    /** Writes a checkpoint of what is visible. */
    StoreCheckpoint run() {
        one.lock();
        try {
            requireOpen();
            awaitLoaded();
            long begin = System.nanoTime();
            StoreEvents.Span span = StoreEvents.inUse().checkpoint(Words.location(config));
            // Whether removals are remembered stays as it is meanwhile: see FirstContact.
            Lock beginning = versions.graves().beginning();
            beginning.lock();
            try (WalCheckpointWriter writer = log.beginCheckpoint()) {
                // So that a snapshot has all records below.
                long grown = commits.awaitAdded(writer.beginSequence() - 1);
                commits.awaitVisible(writer.beginSequence() - 1);
                Versions.Held held = versions.hold();
                try {
                    write(writer, held, "checkpoint");
                } finally {
                    versions.views().close(held.sequence());
                    commits.prune();
                }
                WalCheckpoint done = writer.publish(held.sequence());
                commits.checkpointed(grown);
                span.end(held.sequence(), held.entries(), done.length());
                return new StoreCheckpoint(
                        held.sequence(), held.entries(), done.length(), Duration.ofNanos(System.nanoTime() - begin));
            } finally {
                beginning.unlock();
            }
        } catch (RuntimeException | Error e) {
            commits.checkpointFailed();
            throw e;
        } finally {
            one.unlock();
        }
    }

    /** Writes a backup of what is visible to another log. */
    StoreBackup backUp(WalConfig target) {
        one.lock();
        try {
            requireOpen();
            CopyTarget copy = new CopyTarget("back up", target);
            copy.requireFree(config);
            awaitLoaded();
            Versions.Held held = holdDurable();
            try {
                return copy.write(log.identity(), held.sequence(), log.lastTimestamp(), writer -> {
                    write(writer, held, "backup");
                    return held.entries();
                });
            } finally {
                versions.views().close(held.sequence());
                commits.prune();
            }
        } finally {
            one.unlock();
        }
    }

    /**
     * Has everything stay that the log has now, once it is durable: what the log might yet lose is not to be in a backup. A store
     * that is read-only, since its log has failed, has what readers see of it.
     */
    private Versions.Held holdDurable() {
        Optional<SoftadastraException> failure = Optional.empty();
        try {
            long last = log.lastSequence();
            long unused = commits.awaitAdded(last);
            commits.awaitVisible(last);
        } catch (SoftadastraException e) {
            failure = Optional.of(e);
        }
        Versions.Held held = versions.hold();
        try {
            if (failure.isEmpty()) {
                // Without automatic flush more has become visible since.
                commits.awaitVisible(held.sequence());
            } else if (commits.durable() < held.sequence()) {
                throw failure.get();
            }
            return held;
        } catch (RuntimeException | Error e) {
            versions.views().close(held.sequence());
            throw e;
        }
    }

    void awaitLoaded() {
        if (loader != null) {
            try {
                loader.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SoftadastraException(ErrorCode.INTERRUPTED, "interrupted while the checkpoint was loaded");
            }
        }
        requireOpen();
        Throwable failure = loader == null ? null : loader.failure();
        if (failure != null) {
            ErrorCode code = failure instanceof SoftadastraException known ? known.code() : ErrorCode.IO_ERROR;
            throw SoftadastraError.of(
                            code,
                            "the checkpoint could not be loaded as a whole, and the store is read-only: "
                                    + failure.getMessage(),
                            failure)
                    .toException();
        }
    }

    private void write(WalCheckpointWriter writer, Versions.Held held, String task) {
        CheckpointEncoder.Carried carried = CheckpointEntries.write(writer, versions, held, (done, total) -> {
            requireOpen();
            progress.progress(task, done, total);
        });
        if (carries || held.keepsRemovals()) {
            Supplier<? extends NoteSummary> owner = summaries;
            NoteSummary summary = owner == null ? null : owner.get();
            new CarryOn(carried, summary, () -> closed, this::requireOpen).run(log, held.sequence());
        }
        carried.end();
    }

    private void requireOpen() {
        if (closed) {
            throw StoreEngine.closedError().toException();
        }
    }

    /** Has what is being written end, and writes no more. */
    void stop() {
        closed = true;
    }

    /** As {@link #stop}, and waits for that. */
    void close() {
        closed = true;
        one.lock();
        try {
            // Whoever was writing has ended by now, and whoever comes will be refused.
            assert closed;
        } finally {
            one.unlock();
        }
    }
}

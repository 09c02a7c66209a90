package softadastra.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalLog;

/** The watches of a store. Without one, whoever makes something visible looks at an empty list and goes on. */
final class Watchers {

    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    /** Run whenever something has become visible, by whoever made it so. */
    private final List<Runnable> signals = new CopyOnWriteArrayList<>();

    /** Why there are to be no more, null while there may be. */
    private volatile @Nullable SoftadastraError ended;

    /** Begins a watch behind what is visible. */
    Watch watch(Versions versions, WalLog log, KeyRange range, WatchListener listener) {
        versions.changes().hold();
        Change from = versions.reached();
        return start(versions, () -> new Watcher(versions, log, range, listener, this, from.sequence(), from));
    }

    /**
     * Begins a watch from a sequence on.
     *
     * @param fromSequence the first that may be told of; 0 or less for the first that the log has
     * @throws SoftadastraException HISTORY_GONE
     */
    Watch watch(Versions versions, WalLog log, KeyRange range, WatchListener listener, long fromSequence) {
        long first = log.firstSequence();
        if (fromSequence > 0 && fromSequence < first) {
            throw new SoftadastraException(
                    ErrorCode.HISTORY_GONE,
                    "failed to watch from sequence " + fromSequence + ": the log begins with " + first);
        }
        long behind = (fromSequence > 0 ? fromSequence : first) - 1;
        versions.changes().hold();
        return start(versions, () -> new Watcher(versions, log, range, listener, this, behind, versions.reached()));
    }

    /** Makes and starts a watcher, for which the chain of changes is held; it lets that go when it ends. */
    private Watch start(Versions versions, Supplier<Watcher> made) {
        Watcher watcher;
        try {
            watcher = made.get();
            watchers.add(watcher);
        } catch (RuntimeException | Error e) {
            versions.changes().release();
            throw e;
        }
        try {
            watcher.start();
        } catch (RuntimeException | Error e) {
            remove(watcher, versions.changes());
            throw e;
        }
        // Whoever ends all of them may have looked before it was among them.
        SoftadastraError reason = ended;
        if (reason != null) {
            watcher.end(reason);
        }
        return watcher;
    }

    /** Something has become visible. */
    void published(Versions versions) {
        if (!watchers.isEmpty()) {
            Change reached = versions.reached();
            for (Watcher watcher : watchers) {
                watcher.published(reached);
            }
        }
        if (!signals.isEmpty()) {
            signals.forEach(Runnable::run);
        }
    }

    void addSignal(Runnable signal) {
        signals.add(signal);
    }

    void removeSignal(Runnable signal) {
        signals.remove(signal);
    }

    /** How many there are. */
    int size() {
        return watchers.size();
    }

    /** Takes out a watch, and lets go what was held for it. */
    void remove(Watcher watcher, Changes changes) {
        if (watchers.remove(watcher)) {
            changes.release();
        }
    }

    /** Ends all, for a reason that their listeners are told. */
    void end(SoftadastraError reason) {
        ended = reason;
        watchers.forEach(watcher -> watcher.end(reason));
    }
}

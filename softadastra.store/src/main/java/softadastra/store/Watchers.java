package softadastra.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.WalLog;

/** The watches of a store. Without one, whoever makes something visible looks at an empty list and goes on. */
final class Watchers {

    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    /** Begins a watch behind what is visible. */
    Watch watch(Versions versions, WalLog log, KeyRange range, WatchListener listener) {
        Change from = versions.reached();
        return start(new Watcher(versions, log, range, listener, this, from.sequence(), from));
    }

    /** Begins a watch behind a sequence. */
    Watch watch(Versions versions, WalLog log, KeyRange range, WatchListener listener, long behind) {
        return start(new Watcher(versions, log, range, listener, this, behind, versions.reached()));
    }

    private Watch start(Watcher watcher) {
        watchers.add(watcher);
        watcher.start();
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
    }

    /** How many there are. */
    int size() {
        return watchers.size();
    }

    void remove(Watcher watcher) {
        watchers.remove(watcher);
    }

    /** Ends all, for a reason that their listeners are told. */
    void end(SoftadastraError reason) {
        watchers.forEach(watcher -> watcher.end(reason));
    }
}

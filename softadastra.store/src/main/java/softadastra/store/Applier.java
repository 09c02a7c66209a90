package softadastra.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Applies what the log has taken, in the order of its sequences.
 *
 * <p>Writers add their commits under the writers' lock, so the queue is in log order. Whoever finds out that the log is
 * durable up to some sequence applies everything in the queue up to there, for all that wait; the others find their own
 * already applied. Values that wait are {@link #pending}, for the writers, whose decisions rest on what the log has.
 */
final class Applier {

    private final ReentrantLock lock = new ReentrantLock();
    private final Applied applied;

    /** The youngest value of each key that waits. Put there by writers, taken away once it is in the index. */
    private final Map<Key, Stored> pending = new ConcurrentHashMap<>();

    /** The commit that was applied last; what waits hangs on it. Guarded by the lock. */
    private Commit head = Commit.none();

    /** The commit that was added last. Guarded by the writers' lock. */
    private Commit tail = head;

    /** The last sequence that was added. Guarded by the writers' lock. */
    private long added;

    /** The last sequence that was applied. */
    private volatile long done;

    Applier(Applied applied) {
        this.applied = applied;
        this.added = applied.sequence();
        this.done = added;
    }

    /** The last sequence that was applied. */
    long done() {
        return done;
    }

    /** Whether nothing waits. For the holder of the writers' lock. */
    boolean isIdle() {
        return added == done;
    }

    /** The value of a key that waits to be applied; maybe a tombstone. */
    @Nullable
    Stored pending(Key key) {
        return pending.get(key);
    }

    /** Adds a commit that is to be applied once it is durable. For the holder of the writers' lock. */
    void add(Commit commit) {
        for (int i = 0; i < commit.keys().length; i++) {
            pending.put(commit.keys()[i], commit.values()[i]);
        }
        added = commit.lastSequence();
        // The queue gets the commit only now: whoever applies may do so at once.
        Commit last = tail;
        tail = commit;
        last.next = commit;
    }

    /** Applies a commit at once. For the holder of the writers' lock, while nothing waits. */
    void applyNow(Commit commit) {
        lock.lock();
        try {
            added = commit.lastSequence();
            apply(commit);
            done = added;
        } finally {
            lock.unlock();
        }
    }

    /** Applies what waits, up to a sequence. */
    void applyThrough(long sequence) {
        if (done >= sequence) {
            return;
        }
        lock.lock();
        try {
            for (Commit commit = head.next; commit != null; commit = commit.next) {
                long last = commit.lastSequence();
                if (last > sequence) {
                    return;
                }
                apply(commit);
                for (int i = 0; i < commit.keys().length; i++) {
                    pending.remove(commit.keys()[i], commit.values()[i]);
                }
                commit.release();
                head = commit;
                done = last;
            }
        } finally {
            lock.unlock();
        }
    }

    private void apply(Commit commit) {
        Stored[] values = commit.values();
        if (values.length == 1) {
            applied.apply(commit.keys()[0], values[0]);
        } else {
            applied.applyAll(commit.keys(), values);
        }
        Stored last = values[values.length - 1];
        applied.advance(last.origin, last.counter, last.sequence);
    }
}

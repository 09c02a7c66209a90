package softadastra.wal.file;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait on a log: for their records to be durable, for room, for others to join a group, for more to follow.
 * Guarded by the log's lock, which every wait lets go, except {@link #await}.
 */
final class CommitWaiters {

    private final Gathering gathering = new Gathering();

    /** Where those wait whose records are being written, and those whose records are behind. */
    private List<GroupWaiter> inGroup = new ArrayList<>();

    private List<GroupWaiter> behind = new ArrayList<>();
    /** The last sequence of the group that is being written, 0 if none is. */
    private long groupThrough;

    /** Who is to lead once others have joined; in none of the lists. */
    private @Nullable GroupWaiter gatherer;

    private final CommitLock lock;

    /** Where those wait who need room, or the end of what is under way. */
    private final Condition changed;

    /** Where followers wait for more to be durable, and how many do. */
    private final Condition advanced;

    private int followers;

    CommitWaiters(CommitLock lock) {
        this.lock = lock;
        changed = lock.newCondition();
        advanced = lock.newCondition();
    }

    /** Takes note of a thread that begins to wait for a sequence. */
    void join(long sequence) {
        gathering.join(sequence <= groupThrough);
    }

    /** Lists the calling thread as one that waits for a sequence, while somebody else writes; it is then to {@link #await}. */
    GroupWaiter enqueue(long sequence) {
        GroupWaiter waiter = new GroupWaiter(0);
        (sequence <= groupThrough ? inGroup : behind).add(waiter);
        return waiter;
    }

    /**
     * What the calling thread is to wait for before it leads, while nobody writes: for others to join, where that pays, or for
     * the one who does so already. Whoever completes the group leads it, without waking that one first.
     *
     * @return how to {@link #await}; null to lead now
     */
    @Nullable
    GroupWaiter beforeLeading() {
        if (gatherer != null) {
            return gathering.isComplete() ? null : enqueue(Long.MAX_VALUE);
        }
        long patience = gathering.patience();
        if (patience > 0) {
            gatherer = new GroupWaiter(patience);
        }
        return gatherer;
    }

    /**
     * Waits, with the lock not held, until what was waited for may be durable, or nobody leads; the caller looks again then.
     *
     * @return whether others were waited for long enough, and the caller is to lead if nobody does
     */
    boolean await(GroupWaiter waiter) {
        if (waiter.await()) {
            return false;
        }
        lock.relock();
        try {
            if (gatherer == waiter) {
                gatherer = null;
                gathering.waited();
                return true;
            }
        } finally {
            lock.unlock();
        }
        // Somebody else leads the group by now.
        waiter.awaitRelease();
        return false;
    }

    /** Waits for whoever writes or makes the spare, in need of room; the caller looks again then. */
    @SuppressWarnings("WaitNotInLoop")
    void awaitRoom() {
        changed.awaitUninterruptibly();
    }

    /** Waits for the end of what is under way; the caller looks again then. */
    @SuppressWarnings("WaitNotInLoop")
    void awaitChange() {
        changed.awaitUninterruptibly();
    }

    /**
     * Waits until more than a sequence is durable, without making it so.
     *
     * @param ended is asked after each wake-up whether to go on
     */
    void awaitBeyond(long sequence, LongSupplier durable, long maxNanos, BooleanSupplier ended)
            throws InterruptedException {
        followers++;
        try {
            long left = maxNanos;
            while (durable.getAsLong() <= sequence && left > 0 && !ended.getAsBoolean()) {
                left = advanced.awaitNanos(left);
            }
        } finally {
            followers--;
        }
    }

    /** A group up to a sequence is about to be written. */
    void groupStarts(long through) {
        groupThrough = through;
        if (gatherer != null) {
            behind.add(gatherer);
            gatherer = null;
            gathering.waited();
        }
        List<GroupWaiter> done = inGroup;
        inGroup = behind;
        behind = done;
        gathering.started();
    }

    /** The group is durable, after so long. */
    void groupIsDurable(long nanos) {
        gathering.finished(nanos);
        groupEnds();
        wakeFollowers(false);
    }

    /** The group is written and not yet durable. */
    void groupIsWritten() {
        gathering.unfinished();
        behind.addAll(inGroup);
        inGroup.clear();
        groupEnds();
    }

    private void groupEnds() {
        groupThrough = 0;
        if (!behind.isEmpty()) {
            // One of those behind leads next.
            behind.remove(behind.size() - 1).release();
        }
        releaseGroup();
        changed.signalAll();
    }

    private void releaseGroup() {
        if (!inGroup.isEmpty()) {
            // They wake each other by the list, so it is theirs from here on.
            List<GroupWaiter> next = new ArrayList<>();
            List<GroupWaiter> group = inGroup;
            inGroup = next;
            GroupWaiter.releaseAll(group);
        }
    }

    /** Everything is durable, with whatever had joined: a segment has ended. */
    void segmentEnds() {
        gathering.started();
        gathering.letGo();
        wakeAll();
    }

    /** What was written before is durable, while others may write. */
    void forcedBeside() {
        wakeAll();
    }

    void spareIsDecided() {
        changed.signalAll();
    }

    void wakeFollowers(boolean always) {
        if (always || followers > 0) {
            advanced.signalAll();
        }
    }

    /** Has everybody look again: the log has failed, or was closed, or a segment has ended. Needs no memory. */
    void wakeAll() {
        groupThrough = 0;
        GroupWaiter leading = gatherer;
        gatherer = null;
        if (leading != null) {
            leading.release();
        }
        releaseEach(inGroup);
        releaseEach(behind);
        changed.signalAll();
        advanced.signalAll();
    }

    private static void releaseEach(List<GroupWaiter> waiters) {
        for (int i = 0; i < waiters.size(); i++) {
            waiters.get(i).release();
        }
        waiters.clear();
    }
}

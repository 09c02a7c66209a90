package softadastra.wal.file;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The threads that wait on a log: for their records to be durable, for room, for others to join a group, for more to follow.
 * Guarded by the log's lock, which every wait lets go.
 */
final class CommitWaiters {

    private final Gathering gathering = new Gathering();

    /** Where those wait whose records are being written, and those whose records are behind. */
    private Condition inGroup;

    private Condition behind;
    /** The last sequence of the group that is being written, 0 if none is. */
    private long groupThrough;

    /** Where a leader waits for others to join its group. */
    private final Condition gathered;

    /** Where those wait who need room, or the end of what is under way. */
    private final Condition changed;

    private int waitingForRoom;

    /** Where followers wait for more to be durable, and how many do. */
    private final Condition advanced;

    private int followers;

    CommitWaiters(ReentrantLock lock) {
        inGroup = lock.newCondition();
        behind = lock.newCondition();
        gathered = lock.newCondition();
        changed = lock.newCondition();
        advanced = lock.newCondition();
    }

    /** Takes note of a thread that begins to wait for a sequence. */
    void join(long sequence) {
        gathering.join(sequence <= groupThrough);
        if (gathering.isComplete()) {
            gathered.signal();
        }
    }

    /** Waits until a sequence may be durable, or nobody leads; the caller looks again then. */
    @SuppressWarnings("WaitNotInLoop")
    void awaitGroup(long sequence) {
        if (sequence <= groupThrough) {
            inGroup.awaitUninterruptibly();
        } else {
            behind.awaitUninterruptibly();
        }
    }

    /** How many nanoseconds the next leader is to wait at most for others to join; 0 for not at all. */
    long patience() {
        return gathering.patience();
    }

    /** Waits for others to join, while that pays. An interrupt ends this wait and nothing else. */
    void gather(long patience) {
        try {
            long left = patience;
            while (left > 0 && !gathering.isComplete() && waitingForRoom == 0) {
                left = gathered.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            gathering.waited();
        }
    }

    /** Waits for whoever writes or makes the spare, in need of room; the caller looks again then. */
    @SuppressWarnings("WaitNotInLoop")
    void awaitRoom() {
        // So that a leader does not wait for an append that waits for the leader.
        waitingForRoom++;
        gathered.signal();
        try {
            changed.awaitUninterruptibly();
        } finally {
            waitingForRoom--;
        }
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
        Condition done = inGroup;
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
        groupEnds();
    }

    private void groupEnds() {
        groupThrough = 0;
        inGroup.signalAll();
        // One of those behind leads next.
        behind.signal();
        changed.signalAll();
    }

    /** Everything is durable, with whatever had joined: a segment has ended. */
    void segmentEnds() {
        gathering.started();
        gathering.letGo();
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

    /** Has everybody look again: the log has failed, or was closed. */
    void wakeAll() {
        groupThrough = 0;
        inGroup.signalAll();
        behind.signalAll();
        changed.signalAll();
        advanced.signalAll();
    }
}

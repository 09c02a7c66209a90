package softadastra.wal.file;

/**
 * Decides how long a leader waits for others to join its group.
 *
 * <p>Threads that append in a loop come back right after their group is durable. A leader that writes at once takes only those
 * who came during the force before, and so two half groups take turns for ever. So it waits until as many have joined as there
 * were when the last group was done, but no longer than a force takes, and the time that the processors need to bring so many
 * threads back. Where they do not come back, since they have other things to do, it waits ever more seldom. A single thread
 * never waits.
 *
 * <p>Guarded by its log's lock.
 */
final class Gathering {

    /** About what it takes a thread to wake up, append again and go to sleep. */
    private static final long RETURN_NANOS = 5_000;

    private static final long MAX_NANOS = 5_000_000;

    /** At least one group in so many waits. */
    private static final int MAX_SKIPPED = 63;

    /** The threads that wait for the group that is being written. */
    private int inGroup;

    /** The threads that wait for the one behind it. */
    private int joined;

    /** How many there were when the last group was done: those it let go, and those behind. */
    private int expected;

    /** How long a write and its force take, smoothed. */
    private long groupNanos;

    /** How many groups go without waiting after the next vain wait, and how many of these are left. */
    private int skipNext;

    private int skip;

    /** Counts a thread that begins to wait; in the group being written, or behind it. */
    void join(boolean written) {
        if (written) {
            inGroup++;
        } else {
            joined++;
        }
    }

    /** Whether there is nobody to wait for. */
    boolean isComplete() {
        return joined >= expected;
    }

    /** How many nanoseconds the leader of the next group is to wait at most; 0 for not at all. */
    long patience() {
        if (expected < 2 || isComplete()) {
            return 0;
        }
        if (skip > 0) {
            skip--;
            return 0;
        }
        return Math.min(MAX_NANOS, groupNanos + expected * RETURN_NANOS);
    }

    /** Takes note that a leader has waited. */
    void waited() {
        if (joined >= expected - expected / 4) {
            skipNext = 0;
        } else {
            skipNext = Math.min(MAX_SKIPPED, 2 * skipNext + 1);
            skip = skipNext;
        }
    }

    /** Takes note that everybody who has joined is now being written. */
    void started() {
        inGroup += joined;
        joined = 0;
    }

    /** Takes note that what was being written is durable. */
    void finished(long nanos) {
        groupNanos += (nanos - groupNanos) / 8;
        letGo();
    }

    /** Takes note that what was being written is written and not yet durable. */
    void unfinished() {
        joined += inGroup;
        inGroup = 0;
    }

    /** Takes note that nobody of the group waits any more. */
    void letGo() {
        expected = inGroup + joined;
        inGroup = 0;
    }
}

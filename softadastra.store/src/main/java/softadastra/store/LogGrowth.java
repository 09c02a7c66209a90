package softadastra.store;

/**
 * How much the log has grown since the last checkpoint, and whether that calls for another one. For the holder of the writers'
 * lock.
 */
final class LogGrowth {

    /** About what the log and the store's own encoding add to key and value of an operation. */
    private static final int OVERHEAD = 64;

    /** So much more must have been logged before a full disk calls for another checkpoint. */
    private static final int RETRY_BYTES = 64 << 10;

    private final CheckpointPolicy policy;
    private long bytes;
    private long threshold;

    /** Whether a checkpoint has been asked for, and not been written. */
    private boolean asked;

    /** How much had been logged when one was asked for that has not been written. */
    private long askedAt;

    /**
     * Begins with what the log had grown when it was opened.
     *
     * @param bytes of keys and values that were logged since the last checkpoint
     * @param records in how many records
     */
    LogGrowth(CheckpointPolicy policy, long bytes, long records) {
        this.policy = policy;
        this.bytes = bytes + records * OVERHEAD;
    }

    /**
     * Takes note of records that were logged.
     *
     * @param live the bytes of all keys and values that the store has
     * @param entries how many they are
     * @return whether a checkpoint is due, and none has been asked for
     */
    boolean add(long newBytes, int records, long live, long entries) {
        bytes += newBytes + (long) records * OVERHEAD;
        if (bytes <= threshold) {
            return false;
        }
        threshold = policy.threshold(live + entries * OVERHEAD);
        if (bytes <= threshold || asked) {
            return false;
        }
        ask();
        return true;
    }

    private void ask() {
        asked = true;
        askedAt = bytes;
    }

    /**
     * Takes note that the log has found no room. A checkpoint lets the log before it go, so one is worth a try before the log has
     * grown as far as the policy allows; and one that is overdue is tried again as soon as something can be logged, before that
     * takes all the room there is.
     *
     * @return whether a checkpoint is due, and none has been asked for
     */
    boolean full() {
        if (asked || !policy.automatic()) {
            return false;
        }
        long retryAt = askedAt + RETRY_BYTES;
        threshold = Math.min(threshold, retryAt);
        if (bytes <= retryAt) {
            return false;
        }
        ask();
        return true;
    }

    /** What has been logged so far, to be taken off once a checkpoint of it is written. */
    long bytes() {
        return bytes;
    }

    /** A checkpoint was written. */
    void written(long upTo) {
        bytes -= upTo;
        threshold = 0;
        asked = false;
        askedAt = 0;
    }

    /** A checkpoint failed: it is tried again when the log has grown by a part of what it has. */
    void failed() {
        asked = false;
        threshold = bytes + Math.max(RETRY_BYTES, bytes / 16);
    }
}

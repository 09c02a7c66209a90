package softadastra.store;

/**
 * How much the log has grown since the last checkpoint, and whether that calls for another one. For the holder of the writers'
 * lock.
 */
final class LogGrowth {

    /** About what the log and the store's own encoding add to key and value of an operation. */
    private static final int OVERHEAD = 64;

    private final CheckpointPolicy policy;
    private long bytes;
    private long threshold;

    /** Whether a checkpoint has been asked for, and not been written. */
    private boolean asked;

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
        asked = true;
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
    }

    /** A checkpoint failed: it is tried again when the log has grown by half as much again. */
    void failed() {
        asked = false;
        threshold = bytes + bytes / 2;
    }
}

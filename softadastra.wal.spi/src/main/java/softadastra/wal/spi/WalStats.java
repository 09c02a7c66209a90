package softadastra.wal.spi;

/**
 * Counters of an open log, taken at one moment.
 *
 * @param firstSequence the first sequence the log holds
 * @param lastSequence the last sequence given out
 * @param durableSequence the last one proven durable
 * @param checkpointSequence the last sequence that the checkpoint in force covers, 0 if there is none
 * @param appended records appended through this handle
 * @param groups writes to the device that carried records; {@code appended / groups} is the mean group commit
 * @param largestGroup the most records that one write carried
 * @param forces forces of records
 * @param forceLatency how long a write and its force took
 * @param segments files that hold records
 * @param bytes bytes the log takes on disk, or in memory; pre-allocated space and the checkpoint included
 */
public record WalStats(
        long firstSequence,
        long lastSequence,
        long durableSequence,
        long checkpointSequence,
        long appended,
        long groups,
        long largestGroup,
        long forces,
        WalLatency forceLatency,
        long segments,
        long bytes) {

    /** Counters of a log that measures no latencies, counts no group sizes, and keeps no checkpoints. */
    public WalStats(
            long firstSequence,
            long lastSequence,
            long durableSequence,
            long appended,
            long groups,
            long forces,
            long segments,
            long bytes) {
        this(
                firstSequence,
                lastSequence,
                durableSequence,
                0,
                appended,
                groups,
                0,
                forces,
                WalLatency.NONE,
                segments,
                bytes);
    }

    /** The mean number of records that one write carried, 0 before the first. */
    public double meanGroup() {
        return groups == 0 ? 0 : (double) appended / groups;
    }
}

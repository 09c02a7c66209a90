package softadastra.wal.spi;

/**
 * Counters of an open log, taken at one moment.
 *
 * @param firstSequence the first sequence the log holds
 * @param lastSequence the last sequence given out
 * @param durableSequence the last one proven durable
 * @param appended records appended through this handle
 * @param groups writes to the device that carried records; {@code appended / groups} is the mean group commit
 * @param forces forces of records
 * @param segments files that hold records
 * @param bytes bytes the log takes on disk, or in memory; pre-allocated space included
 */
public record WalStats(
        long firstSequence,
        long lastSequence,
        long durableSequence,
        long appended,
        long groups,
        long forces,
        long segments,
        long bytes) {}

package softadastra.wal.file;

/** What a log has done since it was opened. Guarded by its log's lock. */
final class CommitCounters {

    private final LatencyHistogram latency = new LatencyHistogram();
    private long appended;
    private long groups;
    private long largestGroup;
    private long forces;

    void appended(int records) {
        appended += records;
    }

    /** A write that carried so many records, 0 for none. */
    void wrote(long records) {
        if (records > 0) {
            groups++;
            largestGroup = Math.max(largestGroup, records);
        }
    }

    /** A force, and how long it took with the write before it. */
    void forced(long nanos) {
        forces++;
        latency.add(nanos);
    }

    long appended() {
        return appended;
    }

    long groups() {
        return groups;
    }

    long largestGroup() {
        return largestGroup;
    }

    long forces() {
        return forces;
    }

    LatencyHistogram latency() {
        return latency;
    }
}

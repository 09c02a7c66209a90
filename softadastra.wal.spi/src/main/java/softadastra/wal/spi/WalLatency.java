package softadastra.wal.spi;

/**
 * How long something took, over many times; all in nanoseconds. The percentiles are upper bounds, at most an eighth above the
 * truth.
 *
 * @param count how often it was measured; all others are 0 if never
 * @param mean the mean
 * @param p50 the median
 * @param p99 what 99 of 100 stayed below
 * @param p999 what 999 of 1,000 stayed below
 * @param max the longest
 */
public record WalLatency(long count, long mean, long p50, long p99, long p999, long max) {

    /** Nothing was measured. */
    public static final WalLatency NONE = new WalLatency(0, 0, 0, 0, 0, 0);
}

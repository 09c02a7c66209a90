package softadastra.wal.file;

import softadastra.wal.spi.WalLatency;

/**
 * Counts durations in buckets that get wider as they get longer, eight to each doubling, so that a percentile is known to an
 * eighth. Constant in size; guarded by its log's lock.
 */
final class LatencyHistogram {

    private static final int SUB_BITS = 3;
    private static final int SUB = 1 << SUB_BITS;

    private final long[] buckets = new long[(Long.SIZE - SUB_BITS) * SUB];
    private long count;
    private long sum;
    private long max;

    void add(long nanos) {
        long value = Math.max(0, nanos);
        buckets[bucket(value)]++;
        count++;
        sum += value;
        max = Math.max(max, value);
    }

    WalLatency summary() {
        return count == 0
                ? WalLatency.NONE
                : new WalLatency(count, sum / count, percentile(500), percentile(990), percentile(999), max);
    }

    /** What so many of a thousand stayed below. */
    private long percentile(int ofThousand) {
        // Rounded up without a product that could overflow.
        long wanted = count - count / 1000 * (1000 - ofThousand) - count % 1000 * (1000 - ofThousand) / 1000;
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= wanted) {
                return Math.min(max, upperBound(i));
            }
        }
        return max;
    }

    private static int bucket(long value) {
        if (value < SUB) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - SUB_BITS;
        return (shift << SUB_BITS) + (int) (value >>> shift);
    }

    private static long upperBound(int bucket) {
        if (bucket < 2 * SUB) {
            return bucket;
        }
        int shift = (bucket >>> SUB_BITS) - 1;
        return (((long) (bucket & (SUB - 1)) + SUB + 1) << shift) - 1;
    }
}

package softadastra.core;

import java.time.Instant;

/**
 * A stamp of the hybrid logical clock: 48 bits of milliseconds since 1970 and a 16-bit counter, in one unsigned long.
 *
 * <pre>
 *  63                                    16 15            0
 * +----------------------------------------+---------------+
 * |       milliseconds since 1970 UTC      |    counter    |
 * +----------------------------------------+---------------+
 * </pre>
 *
 * <p>The order is that of the unsigned packed value: by milliseconds, then by counter. Where the counter is used up the
 * next stamp is the first of the next millisecond. The milliseconds last until the year 10889.
 *
 * @param packed the 64 bits; every value is a valid stamp
 * @see HybridClock
 */
public record HybridTimestamp(long packed) implements Comparable<HybridTimestamp> {
    /** The number of low bits that hold the counter. */
    public static final int COUNTER_BITS = 16;

    /** The largest counter. */
    public static final int MAX_COUNTER = (1 << COUNTER_BITS) - 1;

    /** The largest number of milliseconds. */
    public static final long MAX_MILLIS = (1L << (Long.SIZE - COUNTER_BITS)) - 1;

    /** The smallest stamp: before everything that a clock issues. */
    public static final HybridTimestamp ZERO = new HybridTimestamp(0);

    /** The largest stamp; it has no {@link #next()}. */
    public static final HybridTimestamp MAX = new HybridTimestamp(-1L);

    /**
     * The stamp with the given parts.
     *
     * @param millis milliseconds since 1970 UTC, 0 to {@link #MAX_MILLIS}
     * @param counter 0 to {@link #MAX_COUNTER}
     * @return the stamp
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where a part is out of range
     */
    public static HybridTimestamp of(long millis, int counter) {
        if (millis < 0 || millis > MAX_MILLIS) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid timestamp: " + millis + " milliseconds do not fit 48 bits");
        }
        if (counter < 0 || counter > MAX_COUNTER) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid timestamp: counter " + counter + " does not fit 16 bits");
        }
        return new HybridTimestamp(pack(millis, counter));
    }

    /**
     * The stamp with the given 64 bits.
     *
     * @param packed the bits, as {@link #packed()} answered them
     * @return the stamp
     */
    public static HybridTimestamp ofPacked(long packed) {
        return packed == 0 ? ZERO : new HybridTimestamp(packed);
    }

    /**
     * Compares two packed stamps, without making objects of them.
     *
     * @param a the packed form of one stamp
     * @param b the packed form of another
     * @return negative, zero or positive, as a is before, equal to or after b
     */
    public static int comparePacked(long a, long b) {
        return Long.compareUnsigned(a, b);
    }

    /**
     * The stamp after a packed one, in packed form.
     *
     * @param packed the packed form of a stamp
     * @return the packed form of the next one
     * @throws SoftadastraException with {@link ErrorCode#INVALID_STATE} after {@link #MAX}
     */
    public static long nextPacked(long packed) {
        if (packed == -1L) {
            throw new SoftadastraException(ErrorCode.INVALID_STATE, "timestamp overflow: there is none after the last");
        }
        return packed + 1;
    }

    static long pack(long millis, int counter) {
        return (millis << COUNTER_BITS) | counter;
    }

    /**
     * The physical part.
     *
     * @return milliseconds since 1970 UTC
     */
    public long millis() {
        return packed >>> COUNTER_BITS;
    }

    /**
     * The logical part, which orders stamps within one millisecond.
     *
     * @return the counter, 0 to {@link #MAX_COUNTER}
     */
    public int counter() {
        return (int) (packed & MAX_COUNTER);
    }

    /**
     * The physical part as an instant.
     *
     * @return the instant, in whole milliseconds
     */
    public Instant toInstant() {
        return Instant.ofEpochMilli(millis());
    }

    /**
     * The smallest stamp after this one; a full counter carries into the milliseconds.
     *
     * @return the next stamp
     * @throws SoftadastraException with {@link ErrorCode#INVALID_STATE} where this is {@link #MAX}
     */
    public HybridTimestamp next() {
        return new HybridTimestamp(nextPacked(packed));
    }

    /**
     * Whether this stamp is after another one.
     *
     * @param other the other stamp
     * @return true where this one is larger
     */
    public boolean isAfter(HybridTimestamp other) {
        return comparePacked(packed, other.packed) > 0;
    }

    @Override
    public int compareTo(HybridTimestamp other) {
        return comparePacked(packed, other.packed);
    }

    /** The instant and the counter, such as {@code 2024-05-01T10:00:00.123Z#7}. */
    @Override
    public String toString() {
        return toInstant() + "#" + counter();
    }
}

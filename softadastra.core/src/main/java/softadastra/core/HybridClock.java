package softadastra.core;

import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A hybrid logical clock: issues stamps that stay close to physical time, never repeat, and never go back.
 *
 * <p>Each stamp is larger than all that this clock issued, and than all that it was shown by {@link #atLeast} or, within
 * a bound, by {@link #observe}. So a stamp is larger than those of the events that it may depend on, whatever physical
 * clocks say. When physical time stands still or goes back, the counter counts; when the counter is used up, it carries
 * into the milliseconds.
 *
 * <p>The idea is that of S. Kulkarni, M. Demirbas, D. Madappa, B. Avva and M. Leone, <em>Logical Physical Clocks and
 * Consistent Snapshots in Globally Distributed Databases</em> (2014). Stamps here are one 64-bit word whose counter may
 * carry, so issuing one is a single compare-and-set.
 *
 * <p>Safe for use by many threads: lock-free, never blocking. The clock lives in memory only: after a restart, begin it
 * above the last stamp that was recorded ({@link #startAfter}).
 */
public final class HybridClock {
    private final InstantSource source;

    /** The largest stamp that was issued or observed, packed. */
    private final AtomicLong last;

    /**
     * A clock that has issued nothing yet.
     *
     * @param source where physical time is read from; it may jump in either direction
     */
    public HybridClock(InstantSource source) {
        this(source, 0);
    }

    private HybridClock(InstantSource source, long last) {
        this.source = Objects.requireNonNull(source, "source");
        this.last = new AtomicLong(last);
    }

    /**
     * A clock that has issued nothing yet and reads the system's time.
     *
     * @return a new clock
     */
    public static HybridClock system() {
        return new HybridClock(InstantSource.system());
    }

    /**
     * A clock whose stamps are all larger than the given one, such as the last that a log recorded.
     *
     * @param source where physical time is read from
     * @param stamp the stamp to begin above
     * @return a new clock
     */
    public static HybridClock startAfter(InstantSource source, HybridTimestamp stamp) {
        return new HybridClock(source, stamp.packed());
    }

    /**
     * Issues a stamp.
     *
     * @return a stamp larger than all before
     * @throws SoftadastraException with {@link ErrorCode#INVALID_STATE} where there is none after the last one
     */
    public HybridTimestamp now() {
        return HybridTimestamp.ofPacked(nowPacked());
    }

    /**
     * Issues a stamp in its packed form, without allocating.
     *
     * @return the packed form of a stamp larger than all before
     * @throws SoftadastraException with {@link ErrorCode#INVALID_STATE} where there is none after the last one
     */
    public long nowPacked() {
        long physical = HybridTimestamp.pack(physicalMillis(), 0);
        while (true) {
            long previous = last.get();
            long next = HybridTimestamp.comparePacked(physical, previous) > 0
                    ? physical
                    : HybridTimestamp.nextPacked(previous);
            if (last.compareAndSet(previous, next)) {
                return next;
            }
        }
    }

    /**
     * The largest stamp that this clock issued or was raised to; the next one is larger.
     *
     * @return the stamp, {@link HybridTimestamp#ZERO} where there is none
     */
    public HybridTimestamp last() {
        return HybridTimestamp.ofPacked(last.get());
    }

    /**
     * Makes all later stamps larger than a floor, however far ahead it is. For stamps that this node recorded itself; use
     * {@link #observe} for those of others.
     *
     * @param floor the stamp to go on above
     */
    public void atLeast(HybridTimestamp floor) {
        raise(floor.packed());
    }

    /**
     * Makes all later stamps larger than one that another node issued, but follows it no further than a bound beyond
     * physical time, so that one wrong clock does not drag all the others along.
     *
     * @param remote the stamp that was seen
     * @param maxForwardMillis how many milliseconds beyond physical time the clock may be raised, 0 or more
     * @return true where the bound cut it short, so that later stamps may be smaller than the one that was seen
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where the bound is negative
     */
    @CanIgnoreReturnValue
    public boolean observe(HybridTimestamp remote, long maxForwardMillis) {
        if (maxForwardMillis < 0) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid clock bound: " + maxForwardMillis + " milliseconds");
        }
        long physical = physicalMillis();
        long limitMillis = maxForwardMillis > HybridTimestamp.MAX_MILLIS - physical
                ? HybridTimestamp.MAX_MILLIS
                : physical + maxForwardMillis;
        long limit = HybridTimestamp.pack(limitMillis, HybridTimestamp.MAX_COUNTER);
        boolean beyond = HybridTimestamp.comparePacked(remote.packed(), limit) > 0;
        long reached = raise(beyond ? limit : remote.packed());
        return HybridTimestamp.comparePacked(reached, remote.packed()) < 0;
    }

    /**
     * Physical time as this clock sees it: that of its source, kept within what a stamp can hold.
     *
     * @return milliseconds since 1970 UTC, 0 to {@link HybridTimestamp#MAX_MILLIS}
     */
    public long physicalMillis() {
        return Math.min(Math.max(source.millis(), 0), HybridTimestamp.MAX_MILLIS);
    }

    /** Raises the last stamp to at least the given one, and answers what it is then. */
    @CanIgnoreReturnValue
    private long raise(long floor) {
        while (true) {
            long previous = last.get();
            if (HybridTimestamp.comparePacked(floor, previous) <= 0) {
                return previous;
            }
            if (last.compareAndSet(previous, floor)) {
                return floor;
            }
        }
    }
}

package softadastra.wal.file;

import org.jspecify.annotations.Nullable;

/**
 * Where the last readings of a log have ended. Frames are verified one after the other, each by the one before it; whoever reads on
 * where a reading ended need not begin with the segment again, which would make reading a log in small pieces quadratic.
 *
 * <p>For as long as the log lives: what was verified there does not change, until the log fails and is recovered. Thread-safe.
 */
final class ReadPositions {

    /** So many readers that go on in turn are served. */
    private static final int KEPT = 16;

    /**
     * A place between two frames.
     *
     * @param salt the salt of its segment
     * @param offset where the next frame starts
     * @param nextSequence the sequence that the next record has
     * @param chain the header CRC of the frame before it, or the CRC of the segment's header
     */
    record Position(int salt, long offset, long nextSequence, int chain) {}

    private final @Nullable Position[] kept = new Position[KEPT];
    private int oldest;

    /** Keeps a position, in place of the one that was kept first. */
    synchronized void keep(Position position) {
        for (Position each : kept) {
            if (position.equals(each)) {
                return;
            }
        }
        kept[oldest] = position;
        oldest = (oldest + 1) % KEPT;
    }

    /** The last known position of a segment before a sequence; null if there is none. */
    synchronized @Nullable Position before(SegmentHeader segment, long sequence) {
        Position last = null;
        for (Position each : kept) {
            if (each != null
                    && each.salt == segment.salt()
                    && each.nextSequence >= segment.firstSequence()
                    && each.nextSequence <= sequence
                    && (last == null || each.offset > last.offset)) {
                last = each;
            }
        }
        return last;
    }
}

package softadastra.wal.tck.fault;

import java.util.random.RandomGenerator;

/**
 * Decides what a crash leaves on a disk. The disk asks once for every thing that is open: for each sector with writes that
 * were not forced, which of its versions; for each file, which of its lengths; for each change of the directory, whether it
 * is there. The questions come in the same order for the same disk, so the answers can also be counted through.
 */
@FunctionalInterface
public interface CrashChoice {

    /**
     * Picks one of several states.
     *
     * @param alternatives how many there are, at least 2
     * @return 0 for the oldest, as it was last forced, to {@code alternatives - 1} for the newest, as it was last written
     */
    int choose(int alternatives);

    /** Nothing that was not forced has reached the disk. */
    static CrashChoice nothingWritten() {
        return alternatives -> 0;
    }

    /** Everything has reached the disk. */
    static CrashChoice everythingWritten() {
        return alternatives -> alternatives - 1;
    }

    /**
     * Picks at random, for one crash. How much of the newest there is, is drawn first, so that crashes that lose next to
     * nothing and crashes that lose next to everything come up as often as those in between.
     */
    static CrashChoice random(RandomGenerator random) {
        return withNewest(random.nextInt(5) / 4.0, random);
    }

    /** As {@link #random}, for who has looked at {@link #everythingWritten} already: that is not among them. */
    static CrashChoice lossy(RandomGenerator random) {
        return withNewest(random.nextInt(4) / 4.0, random);
    }

    private static CrashChoice withNewest(double newest, RandomGenerator random) {
        return alternatives -> random.nextDouble() < newest ? alternatives - 1 : random.nextInt(alternatives);
    }
}

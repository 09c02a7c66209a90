package softadastra.bench;

/**
 * How much is measured.
 *
 * @param block durable operations a block, of one thread
 * @param blockOfMany durable operations a block of each of many threads
 * @param rounds blocks that count
 * @param warmup blocks before
 * @param records records of the works that do not wait for the disk
 */
record Sizes(int block, int blockOfMany, int rounds, int warmup, int records) {

    /** What the figures in the documentation are taken with. */
    static final Sizes FULL = new Sizes(500, 200, 40, 6, 1_000_000);

    /** Enough to see that everything works. */
    static final Sizes TINY = new Sizes(5, 3, 3, 1, 2_000);

    /** How many blocks a peer may write to find its settings. */
    int calibration() {
        return Math.min(250, block);
    }

    /** How many durable operations one thread does in all. */
    long durable() {
        return (long) block * (rounds + warmup);
    }
}

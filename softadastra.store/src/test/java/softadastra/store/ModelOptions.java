package softadastra.store;

/**
 * How a store under test is opened, as bits of one number.
 *
 * @param bits the sum of the constants
 */
record ModelOptions(int bits) {

    /** Without automatic flush. */
    static final int LAZY = 1;

    /** With checkpoints that the store writes by itself, soon. */
    static final int AUTOMATIC = 2;

    /** On a log that the test holds. */
    static final int HELD = 4;

    /** The checkpoint is loaded at once. */
    static final int LOADED = 8;

    /** One more than the largest. */
    static final int ALL = 16;

    boolean autoFlush() {
        return (bits & LAZY) == 0;
    }

    boolean held() {
        return (bits & HELD) != 0;
    }

    boolean loaded() {
        return (bits & LOADED) != 0;
    }

    CheckpointPolicy checkpoints() {
        return (bits & AUTOMATIC) == 0
                ? CheckpointPolicy.manual()
                : CheckpointPolicy.whenGrown().withGrowth(0.5).withMinimumBytes(1_500);
    }
}

package softadastra.store;

import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;

/**
 * When a store writes checkpoints by itself. A checkpoint makes opening faster and lets the log before it go; with it go the
 * records that are no entries, such as file events, unless somebody has pinned the log's history.
 *
 * <p>Immutable.
 *
 * @param automatic whether it does
 * @param growth how many times the live data the log may grow beyond the last checkpoint; more than 0
 * @param minimumBytes how many bytes the log may grow at least, 0 or more
 */
public record CheckpointPolicy(boolean automatic, double growth, long minimumBytes) {

    private static final CheckpointPolicy DEFAULT = new CheckpointPolicy(true, 1, 16L << 20);

    /**
     * Refuses what makes no sense.
     *
     * @throws SoftadastraException INVALID_ARGUMENT
     */
    public CheckpointPolicy {
        if (!(growth > 0) || minimumBytes < 0) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid checkpoint policy: growth is " + growth + " and must be more than 0, minimum is "
                            + minimumBytes + " bytes and must not be negative");
        }
    }

    /**
     * The default: a checkpoint when the log has grown by as much as the live data, and by 16 MiB. So the log and its checkpoint
     * take about twice the space of the live data; while a checkpoint is written, up to three times, and what is written to the
     * store meanwhile. Beside that the log holds up to three segments that are not full, of 256 KiB to 8 MiB each.
     *
     * <p>A full disk calls for one before its time, and one that failed is tried again before the log has taken what room there is.
     *
     * @return the policy
     */
    public static CheckpointPolicy whenGrown() {
        return DEFAULT;
    }

    /**
     * Checkpoints only when {@link StoreEngine#checkpoint()} is called. The log keeps everything until then.
     *
     * @return the policy
     */
    public static CheckpointPolicy manual() {
        return new CheckpointPolicy(false, DEFAULT.growth, DEFAULT.minimumBytes);
    }

    /**
     * With another growth.
     *
     * @param value how many times the live data the log may grow; more than 0
     * @return the changed policy
     * @throws SoftadastraException INVALID_ARGUMENT
     */
    public CheckpointPolicy withGrowth(double value) {
        return new CheckpointPolicy(automatic, value, minimumBytes);
    }

    /**
     * With another minimum.
     *
     * @param value how many bytes the log may grow at least
     * @return the changed policy
     * @throws SoftadastraException INVALID_ARGUMENT
     */
    public CheckpointPolicy withMinimumBytes(long value) {
        return new CheckpointPolicy(automatic, growth, value);
    }

    /** Says when checkpoints are written. */
    @Override
    public String toString() {
        return automatic
                ? "CheckpointPolicy[growth " + growth + ", at least " + minimumBytes + " bytes]"
                : "CheckpointPolicy[manual]";
    }

    /** How much the log may grow, given what the store holds. */
    long threshold(long liveBytes) {
        return automatic ? Math.max(minimumBytes, (long) (growth * liveBytes)) : Long.MAX_VALUE;
    }
}

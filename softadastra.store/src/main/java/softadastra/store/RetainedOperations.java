package softadastra.store;

import java.util.Objects;

/**
 * How many operations of one origin a store can still hand on: those whose records the log holds, and of those before, the
 * ones whose values are still current.
 *
 * @param origin the origin
 * @param lastCounter the counter of its last operation that was applied
 * @param count how many are retained
 */
public record RetainedOperations(Origin origin, long lastCounter, long count) {

    /** Refuses null. */
    public RetainedOperations {
        Objects.requireNonNull(origin, "origin");
    }
}

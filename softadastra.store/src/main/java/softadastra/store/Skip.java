package softadastra.store;

import java.util.Objects;

/**
 * Operations of one origin that are not wanted here, one behind the other: what they did stays elsewhere, and here they count as held.
 *
 * @param origin whose they are
 * @param from the counter of the first one, from 1
 * @param through the counter of the last one
 */
public record Skip(Origin origin, long from, long through) {

    /** Refuses null, and a range that is none. */
    public Skip {
        Objects.requireNonNull(origin, "origin");
        if (from < 1 || through < from) {
            throw new IllegalArgumentException("invalid range of operations: " + from + " to " + through);
        }
    }
}

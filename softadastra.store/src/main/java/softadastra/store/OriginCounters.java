package softadastra.store;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last counter of each origin but this store's own, in the order in which they first occurred: a version vector (Parker et
 * al., "Detection of mutual inconsistency in distributed systems", IEEE TSE 9(3), 1983). Thread-safe.
 */
final class OriginCounters {

    private final Map<Origin, Long> counters = new LinkedHashMap<>();

    /** The last counter of an origin, 0 if there was none. */
    synchronized long get(Origin origin) {
        return counters.getOrDefault(origin, 0L);
    }

    /** Notes a counter; those of an origin never go back. */
    synchronized void note(Origin origin, long counter) {
        counters.merge(origin, counter, Math::max);
    }

    /** All of them; a copy. */
    synchronized Map<Origin, Long> copy() {
        return new LinkedHashMap<>(counters);
    }
}

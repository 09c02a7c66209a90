package softadastra.store;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last counter of each origin but this store's own, in the order in which they first occurred: a version vector (Parker et
 * al., "Detection of mutual inconsistency in distributed systems", IEEE TSE 9(3), 1983). Thread-safe.
 */
final class OriginCounters {

    private final Map<Origin, Long> counters = new LinkedHashMap<>();

    /** Counters of batches that may not be visible yet, in log order. */
    private final ArrayDeque<Noted> pending = new ArrayDeque<>();

    /** Counters that a batch has brought, and its last sequence. */
    private record Noted(long sequence, Map<Origin, Long> counters) {}

    /** The last counter of an origin, visible or not; 0 if there was none. */
    synchronized long newest(Origin origin) {
        Iterator<Noted> latestFirst = pending.descendingIterator();
        while (latestFirst.hasNext()) {
            Long counter = latestFirst.next().counters.get(origin);
            if (counter != null) {
                return counter;
            }
        }
        return counters.getOrDefault(origin, 0L);
    }

    /** Notes the counters that a batch has brought, which is visible once its last sequence is. */
    synchronized void note(long sequence, Map<Origin, Long> brought, long visible) {
        while (!pending.isEmpty() && pending.peek().sequence <= visible) {
            counters.putAll(pending.remove().counters);
        }
        pending.add(new Noted(sequence, Map.copyOf(brought)));
    }

    /** Notes a counter; those of an origin never go back. */
    synchronized void note(Origin origin, long counter) {
        counters.merge(origin, counter, Math::max);
    }

    /** All of them as of a sequence that is visible; a copy. */
    synchronized Map<Origin, Long> copy(long sequence) {
        Map<Origin, Long> copy = new LinkedHashMap<>(counters);
        for (Noted noted : pending) {
            if (noted.sequence <= sequence) {
                copy.putAll(noted.counters);
            }
        }
        return copy;
    }
}

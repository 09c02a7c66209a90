package softadastra.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a batch of other nodes' operations leaves out, and how much of that counts as held by now. What it comes to is to be in the log
 * before the operation that follows on it, so that counters in the log never jump.
 */
final class SkipPlan {

    private final Map<Origin, TreeMap<Long, Long>> ranges = new HashMap<>();

    /** What counts as held and is not in the batch yet. */
    private final TreeMap<Origin, Long> unsaid = new TreeMap<>();

    SkipPlan(Origin self, List<Skip> skips) {
        for (Skip skip : skips) {
            // What this store has written is here, whatever anybody says.
            if (!skip.origin().equals(self)) {
                ranges.computeIfAbsent(skip.origin(), origin -> new TreeMap<>())
                        .merge(skip.from(), skip.through(), Math::max);
            }
        }
    }

    /** Up to where operations of an origin count as held, given that they do up to a counter. */
    long reach(Origin origin, long held) {
        TreeMap<Long, Long> all = ranges.get(origin);
        if (all == null) {
            return held;
        }
        long reached = held;
        for (Map.Entry<Long, Long> each = all.firstEntry();
                each != null && each.getKey() <= reached + 1;
                each = all.firstEntry()) {
            reached = Math.max(reached, each.getValue());
            all.remove(each.getKey());
        }
        if (reached > held) {
            unsaid.put(origin, reached);
        }
        return reached;
    }

    /** The origins that something is left out of. */
    Iterable<Origin> origins() {
        return List.copyOf(ranges.keySet());
    }

    /** What is to be logged before anything that follows; it is asked for once. */
    Map<Origin, Long> say() {
        Map<Origin, Long> all = new TreeMap<>(unsaid);
        unsaid.clear();
        return all;
    }
}

package softadastra.sync;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;

/** What goes to a peer in one message: operations, in order, and which others are left out. */
final class Outgoing {

    private final List<OperationRecord> operations = new ArrayList<>();
    private final List<Skip> skips = new ArrayList<>();

    /** The place of the last range of each origin. */
    private final Map<Origin, Integer> last = new HashMap<>();

    private long left;

    void add(OperationRecord operation) {
        operations.add(operation);
    }

    /** Leaves operations out; those that follow on others are one range with them. */
    void skip(Origin origin, long from, long through) {
        left += through - from + 1;
        Integer place = last.get(origin);
        Skip before = place == null ? null : skips.get(place);
        if (place != null && before != null && before.through() + 1 == from) {
            skips.set(place, new Skip(origin, before.from(), through));
        } else {
            last.put(origin, skips.size());
            skips.add(new Skip(origin, from, through));
        }
    }

    List<OperationRecord> operations() {
        return operations;
    }

    List<Skip> skips() {
        return skips;
    }

    boolean isEmpty() {
        return operations.isEmpty() && skips.isEmpty();
    }

    /** How many operations are left out. */
    long left() {
        return left;
    }

    /** The last counter of an origin that it tells of; 0 if there is none. */
    long through(Origin origin) {
        long through = leftThrough().getOrDefault(origin, 0L);
        for (OperationRecord operation : operations) {
            if (operation.id().origin().equals(origin)) {
                through = Math.max(through, operation.id().counter());
            }
        }
        return through;
    }

    /** Of each origin that something is left out of, the last counter. */
    Map<Origin, Long> leftThrough() {
        Map<Origin, Long> through = new TreeMap<>();
        skips.forEach(skip -> through.merge(skip.origin(), skip.through(), Math::max));
        return through;
    }
}

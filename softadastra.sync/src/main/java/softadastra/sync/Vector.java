package softadastra.sync;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import softadastra.store.CausalContext;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/** A version vector that grows: the highest counter of each origin. For one thread. */
final class Vector {

    private final TreeMap<Origin, Long> counters;

    Vector() {
        counters = new TreeMap<>();
    }

    Vector(SortedMap<Origin, Long> counters) {
        this.counters = new TreeMap<>(counters);
    }

    Vector copy() {
        return new Vector(counters);
    }

    SortedMap<Origin, Long> counters() {
        return counters;
    }

    CausalContext toContext() {
        return CausalContext.of(counters);
    }

    long counter(Origin origin) {
        return counters.getOrDefault(origin, 0L);
    }

    boolean includes(OperationId id) {
        return counter(id.origin()) >= id.counter();
    }

    boolean includes(Vector other) {
        return includes(other.counters);
    }

    boolean includes(CausalContext other) {
        return includes(other.counters());
    }

    private boolean includes(SortedMap<Origin, Long> others) {
        for (Map.Entry<Origin, Long> each : others.entrySet()) {
            if (counter(each.getKey()) < each.getValue()) {
                return false;
            }
        }
        return true;
    }

    /** How many operations are held that another one does not. */
    long beyond(Vector other) {
        return counters.entrySet().stream()
                .mapToLong(each -> Math.max(0, each.getValue() - other.counter(each.getKey())))
                .sum();
    }

    /** Raises the counter of an origin; it never goes back. */
    void raise(Origin origin, long counter) {
        counters.merge(origin, counter, Math::max);
    }

    /** Takes a counter back. */
    void lower(Origin origin, long counter) {
        if (counter == 0) {
            counters.remove(origin);
        } else {
            counters.put(origin, counter);
        }
    }

    /** Raises all counters to those of another one; whether that changed anything. */
    boolean merge(Vector other) {
        boolean changed = false;
        for (Map.Entry<Origin, Long> each : other.counters.entrySet()) {
            if (counter(each.getKey()) < each.getValue()) {
                counters.put(each.getKey(), each.getValue());
                changed = true;
            }
        }
        return changed;
    }

    /** Of each origin the lower one of two counters: what is held by both. */
    Vector leastOf(Vector other) {
        Vector least = new Vector();
        counters.forEach((origin, counter) -> {
            long lower = Math.min(counter, other.counter(origin));
            if (lower > 0) {
                least.raise(origin, lower);
            }
        });
        return least;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vector that && counters.equals(that.counters);
    }

    @Override
    public int hashCode() {
        return counters.hashCode();
    }

    @Override
    public String toString() {
        return counters.toString();
    }
}

package softadastra.store;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;

/**
 * A version vector: which operations somebody knew, as the highest counter of each origin. Since the operations of an origin
 * have no gaps, it knew all those before as well.
 *
 * <p>Immutable.
 *
 * @param counters the highest counter known of each origin, all 1 or more, in the order of the origins
 */
public record CausalContext(SortedMap<Origin, Long> counters) {

    /** Knows nothing. */
    public static final CausalContext EMPTY = new CausalContext(new TreeMap<>());

    /**
     * Copies the map.
     *
     * @throws SoftadastraException INVALID_ARGUMENT if a counter is below 1
     */
    public CausalContext {
        Objects.requireNonNull(counters, "counters");
        SortedMap<Origin, Long> own = counters instanceof Own made ? made : new TreeMap<Origin, Long>(counters);
        own.forEach((origin, counter) -> {
            if (counter < 1) {
                throw new SoftadastraException(
                        ErrorCode.INVALID_ARGUMENT,
                        "invalid causal context: counter " + counter + " of " + origin + " is below 1");
            }
        });
        counters = Collections.unmodifiableSortedMap(own);
    }

    /** Counters that were made for a context, by this class: nobody else has them, so they are not copied once more. */
    private static final class Own extends TreeMap<Origin, Long> {

        private static final long serialVersionUID = 1;

        Own() {}

        Own(SortedMap<Origin, Long> counters) {
            super(counters);
        }
    }

    private static CausalContext of(Own counters) {
        return counters.isEmpty() ? EMPTY : new CausalContext(counters);
    }

    /**
     * The context with the given counters.
     *
     * @param counters the highest counter known of each origin, all 1 or more
     * @return the context
     * @throws SoftadastraException INVALID_ARGUMENT if a counter is below 1
     */
    public static CausalContext of(Map<Origin, Long> counters) {
        if (counters.isEmpty()) {
            return EMPTY;
        }
        boolean inOrder = counters instanceof SortedMap<Origin, Long> sorted && sorted.comparator() == null;
        return new CausalContext(inOrder ? (SortedMap<Origin, Long>) counters : new TreeMap<>(counters));
    }

    /** The context with the given counters, without those that are 0: operations of theirs are there, and those before are not. */
    static CausalContext ofHeld(Map<Origin, Long> counters) {
        Own held = new Own();
        counters.forEach((origin, counter) -> {
            if (counter != 0) {
                held.put(origin, counter);
            }
        });
        return of(held);
    }

    /**
     * The highest counter known of an origin.
     *
     * @param origin the origin
     * @return the counter, 0 if nothing of it is known
     */
    public long counter(Origin origin) {
        Long counter = counters.get(origin);
        return counter == null ? 0 : counter;
    }

    /**
     * Whether an operation is among those known.
     *
     * @param id the operation
     * @return whether it is known
     */
    public boolean includes(OperationId id) {
        return counter(id.origin()) >= id.counter();
    }

    /**
     * Whether everything that another context knows is known.
     *
     * @param other the other context
     * @return whether this one includes it
     */
    public boolean includes(CausalContext other) {
        for (Map.Entry<Origin, Long> each : other.counters.entrySet()) {
            if (counter(each.getKey()) < each.getValue()) {
                return false;
            }
        }
        return true;
    }

    /**
     * What this context knows together with another.
     *
     * @param other the other context
     * @return the higher counter of each origin
     */
    public CausalContext merge(CausalContext other) {
        Own merged = new Own(counters);
        other.counters.forEach((origin, counter) -> merged.merge(origin, counter, Math::max));
        return of(merged);
    }

    /**
     * What this context knows and another does not: {@code earlier.merge(later.since(earlier))} is {@code later} where later
     * includes earlier. This is how the contexts of one origin's operations are told in few bytes.
     *
     * @param earlier the other context
     * @return the counters that are higher here
     */
    public CausalContext since(CausalContext earlier) {
        Own changed = new Own();
        counters.forEach((origin, counter) -> {
            if (counter > earlier.counter(origin)) {
                changed.put(origin, counter);
            }
        });
        return of(changed);
    }
}

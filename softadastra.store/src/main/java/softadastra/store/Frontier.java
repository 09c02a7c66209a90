package softadastra.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;

/**
 * A version of a key with more to it than one operation: several stand beside each other, none of whose writers knew the others; or
 * an operation with a later stamp was passed over. What is shown goes by the last of those that stand, and has its value, or what
 * they were merged to.
 */
final class Frontier extends Stored {

    private static final Comparator<Stored> LAST_FIRST = (one, other) -> {
        int byStamp = HybridTimestamp.comparePacked(other.stamp, one.stamp);
        int byOrigin = byStamp != 0 ? byStamp : other.origin.compareTo(one.origin);
        return byOrigin != 0 ? byOrigin : Long.compare(other.counter, one.counter);
    };

    /** As their writers made them, the last one first; the version shown itself, if it is alone. */
    private final List<Stored> siblings;

    private final long floor;
    private final boolean merged;

    private Frontier(byte @Nullable [] shown, Stored last, List<Stored> siblings, long floor, boolean merged) {
        super(shown, last.version, last.stamp, last.origin, last.counter);
        this.siblings = siblings;
        this.floor = floor;
        this.merged = merged;
    }

    /** What stands under a key that shows the last of some operations; the stamp is one that what follows must be above. */
    static Stored of(List<Stored> operations, long floor) {
        List<Stored> ordered = ordered(operations);
        Stored last = ordered.get(0);
        boolean above = HybridTimestamp.comparePacked(floor, last.stamp) > 0;
        if (ordered.size() == 1 && !above) {
            return new Stored(last.value, last.version, last.stamp, last.origin, last.counter);
        }
        return new Frontier(last.value, last, ordered, above ? floor : last.stamp, false);
    }

    /** What stands under a key that shows what two operations or more were merged to. */
    static Stored merged(List<Stored> operations, byte @Nullable [] shown, long floor) {
        List<Stored> ordered = ordered(operations);
        Stored last = ordered.get(0);
        boolean above = HybridTimestamp.comparePacked(floor, last.stamp) > 0;
        return new Frontier(shown, last, ordered, above ? floor : last.stamp, true);
    }

    /** The order of what stands under a key: the last one first. */
    static List<Stored> ordered(List<Stored> operations) {
        List<Stored> ordered = new ArrayList<>();
        for (Stored each : operations) {
            // A version leads to those before it, and what is kept here is not to.
            ordered.add(new Stored(each.value, each.version, each.stamp, each.origin, each.counter));
        }
        ordered.sort(LAST_FIRST);
        return List.copyOf(ordered);
    }

    @Override
    long floor() {
        return floor;
    }

    @Override
    List<Stored> siblings() {
        return siblings;
    }

    @Override
    boolean isContested() {
        return siblings.size() > 1;
    }

    /** Whether what is shown is not the last one's value, but what they were merged to. */
    @Override
    boolean isMerged() {
        return merged;
    }
}

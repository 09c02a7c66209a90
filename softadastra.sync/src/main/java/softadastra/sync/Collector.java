package softadastra.sync;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Retention;

/**
 * Finds out which removals may be forgotten: those that no operation can arrive any more which they would have to win against.
 *
 * <p>It works in rounds. A round takes one cut of each member: what it holds, and a stamp that all its later operations are above.
 * Once this node holds everything that any of the cuts does, an operation that it does not hold was written behind a cut, and so has
 * a stamp above all promises. Then every removal that all cuts have, and whose stamp no promise is below, may go.
 *
 * <p>Vector and promise of a cut come from one message: of a later vector and an earlier promise, or the other way round, nothing
 * follows.
 */
class Collector implements Retention {

    /** The cuts of the round. */
    private final TreeMap<Origin, Cut> cuts = new TreeMap<>();

    private boolean complete;
    private boolean ready;
    private @Nullable Vector acknowledged;
    private long promised;

    /** Begins a round with a cut of each member. */
    void begin(Map<Origin, Cut> members) {
        cuts.clear();
        members.forEach((member, cut) -> cuts.put(
                member, new Cut(cut.sequence(), cut.held().copy(), cut.promise(), cut.members(), cut.returning())));
        complete = true;
        ready = false;
    }

    /** Ends the round. */
    void end() {
        cuts.clear();
        complete = false;
        ready = false;
    }

    boolean isRunning() {
        return complete;
    }

    /** Whether removals may go, given what this node holds. */
    boolean isReady(Vector held) {
        if (complete && !ready && cuts.values().stream().allMatch(cut -> held.includes(cut.held()))) {
            ready = true;
            Vector least = null;
            promised = -1L;
            for (Cut cut : cuts.values()) {
                least = least == null ? cut.held() : least.leastOf(cut.held());
                promised = HybridTimestamp.comparePacked(cut.promise(), promised) < 0 ? cut.promise() : promised;
            }
            acknowledged = least;
        }
        return ready;
    }

    @Override
    public boolean mayForget(OperationId removal, HybridTimestamp stamp) {
        Vector least = acknowledged;
        return ready
                && least != null
                && least.includes(removal)
                && HybridTimestamp.comparePacked(stamp.packed(), promised) <= 0;
    }
}

package softadastra.sync;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Standing;
import softadastra.store.Value;

/**
 * An operation, and what its writer held and knew: of keys that it wants all of what it held, and what stood there, which may have
 * come before the operations that it belongs to.
 */
record Written(OperationRecord operation, CausalContext context, CausalContext known, Set<OperationId> stood) {

    /**
     * An operation of a node that wants some of the keys: of one that it is told nothing of, it knows what it has written
     * itself in the epoch that its log is in.
     */
    static Written by(
            Subscription subscription, OperationRecord operation, CausalContext held, Set<OperationId> stood) {
        if (subscription.matches(operation.operation().key())) {
            return new Written(operation, held, held, stood);
        }
        Map<Origin, Long> own = new TreeMap<>(held.counters());
        own.keySet().removeIf(origin -> !origin.equals(operation.id().origin()));
        return new Written(operation, held, CausalContext.of(own), stood);
    }

    OperationId id() {
        return operation.id();
    }

    Key key() {
        return operation.operation().key();
    }

    Optional<Value> value() {
        return operation.operation().value();
    }

    /** Whether it is no removal. */
    boolean isValue() {
        return value().isPresent();
    }

    boolean knew(OperationId other) {
        return known.includes(other) || stood.contains(other);
    }

    boolean isAfter(Written other) {
        return LastWriteWins.compare(operation.stamp(), id(), other.operation.stamp(), other.id()) > 0;
    }

    /** Whether it stands among others by its id. */
    boolean isAmong(List<Standing> standing) {
        return standing.stream().anyMatch(each -> each.id().equals(id()));
    }

    /** The operations that no other one of them took the place of, the last one first. */
    static List<Written> frontier(ConflictPolicy policy, List<Written> all) {
        return all.stream()
                .filter(each -> all.stream()
                        .noneMatch(
                                other -> policy.keepsAll() ? other.context.includes(each.id()) : other.knew(each.id())))
                .sorted((one, other) -> one.isAfter(other) ? -1 : 1)
                .toList();
    }

    /** What stands of some operations under a key. */
    static List<Written> last(ConflictPolicy policy, List<Written> all) {
        List<Written> frontier = frontier(policy, all);
        return policy.keepsAll() ? frontier : List.of(frontier.get(0));
    }

    /** Some operations in words, a line each. */
    static String describe(List<Written> all) {
        StringBuilder text = new StringBuilder();
        all.forEach(each -> text.append("\n  ")
                .append(each.id())
                .append(" at ")
                .append(each.operation.stamp())
                .append(' ')
                .append(each.operation.operation().type())
                .append(" knowing ")
                .append(each.context.counters()));
        return text.toString();
    }
}

package softadastra.sync;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import softadastra.store.CausalContext;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.StoreEngine;

/** Knows every operation that was ever written, and what follows from them. */
final class SimulationOracle {

    /**
     * An operation, and what its writer knew: all of what it held, and what stood there, which may have come before the operations
     * that it belongs to.
     */
    private record Written(OperationRecord operation, CausalContext context, Optional<OperationId> stood) {

        boolean knew(OperationId other) {
            return context.includes(other) || stood.equals(Optional.of(other));
        }

        OperationId id() {
            return operation.id();
        }

        boolean isAfter(Written other) {
            return LastWriteWins.compare(operation.stamp(), id(), other.operation.stamp(), other.id()) > 0;
        }
    }

    private final Map<Origin, List<Written>> byOrigin = new TreeMap<>();

    /** Takes note of the operations of a write, which is the last thing that its node did. */
    void written(
            StoreEngine store,
            CausalContext before,
            Map<Key, OperationId> stood,
            long firstSequence,
            HybridFloor floor) {
        CausalContext[] context = {before};
        long unused = store.operations(firstSequence, (sequence, record) -> {
                    Written written = new Written(
                            record,
                            context[0],
                            Optional.ofNullable(stood.get(record.operation().key())));
                    requireAbove(written, floor);
                    List<Written> all = byOrigin.computeIfAbsent(record.id().origin(), origin -> new ArrayList<>());
                    require(record.id().counter() == all.size() + 1L, "I4: " + record.id() + " after " + all.size());
                    all.add(written);
                    context[0] = context[0].merge(CausalContext.of(
                            Map.of(record.id().origin(), record.id().counter())));
                    return true;
                })
                .orElseThrow();
    }

    /** What a stamp must be above. */
    interface HybridFloor {

        long packed();
    }

    private void requireAbove(Written written, HybridFloor floor) {
        for (Written other : of(written.operation.operation().key())) {
            if (written.knew(other.id())) {
                require(
                        written.isAfter(other),
                        "I10: " + written.id() + " at " + written.operation.stamp() + " knew " + other.id() + " at "
                                + other.operation.stamp());
            }
        }
        require(
                Long.compareUnsigned(written.operation.stamp().packed(), floor.packed()) > 0,
                "I11: " + written.id() + " is not above what was promised");
    }

    /** A node has come back: what it had written and not made durable may be gone. */
    void restarted(Origin origin, long lastCounter) {
        List<Written> all = byOrigin.getOrDefault(origin, List.of());
        require(lastCounter <= all.size(), "I4: " + origin + " has " + lastCounter + " operations of " + all.size());
        while (all.size() > lastCounter) {
            all.remove(all.size() - 1);
        }
    }

    private List<Written> of(Key key) {
        List<Written> found = new ArrayList<>();
        byOrigin.values()
                .forEach(all -> all.stream()
                        .filter(each -> each.operation.operation().key().equals(key))
                        .forEach(found::add));
        return found;
    }

    long operations() {
        return byOrigin.values().stream().mapToLong(List::size).sum();
    }

    /** What all nodes are to have, once they have everything. */
    Map<Key, OperationId> expected() {
        Map<Key, Written> last = new TreeMap<>();
        byOrigin.values()
                .forEach(all -> all.forEach(each -> last.merge(
                        each.operation.operation().key(), each, (one, other) -> one.isAfter(other) ? one : other)));
        Map<Key, OperationId> expected = new TreeMap<>();
        last.forEach((key, each) -> {
            if (each.operation.operation().value().isPresent()) {
                expected.put(key, each.id());
            }
        });
        return expected;
    }

    /**
     * Checks the values of a node that has everything, and what it has reported.
     *
     * @param reported the losers that it has told of
     * @param taken those that some node's application has dealt with: who was away is not told of them again
     */
    void check(String node, StoreEngine store, Set<OperationId> reported, Set<OperationId> taken) {
        Map<Key, OperationId> expected = expected();
        Set<Key> keys = new TreeSet<>();
        store.entries().forEach(entry -> keys.add(entry.key()));
        require(keys.equals(expected.keySet()), "I8/I9: " + node + " has " + keys + ", not " + expected.keySet());
        store.entries().forEach(entry -> checkValue(node, entry, Objects.requireNonNull(expected.get(entry.key()))));
        Set<OperationId> known = new HashSet<>(reported);
        known.addAll(taken);
        checkReported(node, known);
    }

    private void checkValue(String node, Entry entry, OperationId id) {
        Written written = byOrigin.getOrDefault(id.origin(), List.of()).get((int) id.counter() - 1);
        require(
                entry.value().equals(written.operation.operation().value().orElseThrow())
                        && entry.version() == written.operation.version()
                        && entry.timestamp().equals(written.operation.stamp()),
                "I8: " + node + " has " + entry + " and not " + written.operation);
    }

    /** Every value that no other operation knew and that does not stand has been reported. */
    private void checkReported(String node, Set<OperationId> reported) {
        Map<Key, List<Written>> byKey = new HashMap<>();
        byOrigin.values()
                .forEach(all -> all.forEach(
                        each -> byKey.computeIfAbsent(each.operation.operation().key(), key -> new ArrayList<>())
                                .add(each)));
        byKey.values().forEach(all -> checkLosers(node, all, reported));
    }

    private static void checkLosers(String node, List<Written> all, Set<OperationId> reported) {
        Written winner = all.stream()
                .reduce((one, other) -> one.isAfter(other) ? one : other)
                .orElseThrow();
        for (Written each : all) {
            boolean seen = all.stream().anyMatch(other -> other.knew(each.id()));
            boolean isValue = each.operation.operation().value().isPresent();
            if (!seen && isValue && !each.equals(winner)) {
                require(
                        reported.contains(each.id()),
                        "I14: " + node + " never reported " + each.id() + " of " + describe(all));
            }
        }
    }

    private static String describe(List<Written> all) {
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

    static void require(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}

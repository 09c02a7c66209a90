package softadastra.sync;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import softadastra.store.CausalContext;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Knows every operation that was ever written, and what follows from them. */
final class SimulationOracle {

    /**
     * An operation, and what its writer held and knew: of keys that it wants all of what it held, and what stood there, which may have
     * come before the operations that it belongs to.
     */
    private record Written(
            OperationRecord operation, CausalContext context, CausalContext known, Set<OperationId> stood) {

        boolean knew(OperationId other) {
            return known.includes(other) || stood.contains(other);
        }

        OperationId id() {
            return operation.id();
        }

        boolean isAfter(Written other) {
            return LastWriteWins.compare(operation.stamp(), id(), other.operation.stamp(), other.id()) > 0;
        }
    }

    private final SimulationCounts counts;
    private final Map<Origin, List<Written>> byOrigin = new TreeMap<>();
    private final Map<Key, List<Written>> byKey = new TreeMap<>();

    SimulationOracle(SimulationCounts counts) {
        this.counts = counts;
    }

    /** Takes note of the operations of a write, which is the last thing that its node did. */
    void written(
            StoreEngine store,
            CausalContext before,
            Map<Key, Set<OperationId>> stood,
            long firstSequence,
            Subscription subscription,
            HybridFloor floor) {
        CausalContext[] context = {before};
        long unused = store.operations(firstSequence, (sequence, record) -> {
                    Written written = new Written(
                            record,
                            context[0],
                            known(record, context[0], subscription),
                            stood.getOrDefault(record.operation().key(), Set.of()));
                    requireAbove(written, floor);
                    List<Written> all = byOrigin.computeIfAbsent(record.id().origin(), origin -> new ArrayList<>());
                    require(
                            record.id().counter() == all.size() + 1L,
                            () -> "I4: " + record.id() + " after " + all.size());
                    all.add(written);
                    byKey.computeIfAbsent(record.operation().key(), key -> new ArrayList<>())
                            .add(written);
                    context[0] = context[0].merge(CausalContext.of(
                            Map.of(record.id().origin(), record.id().counter())));
                    return true;
                })
                .orElseThrow();
    }

    /** To a key that it is told nothing of, a node knows what it has written itself. */
    private static CausalContext known(OperationRecord record, CausalContext held, Subscription subscription) {
        if (subscription.matches(record.operation().key())) {
            return held;
        }
        Map<Origin, Long> own = new TreeMap<>(held.counters());
        own.keySet().removeIf(origin -> !origin.node().equals(record.id().node()));
        return CausalContext.of(own);
    }

    /** What a stamp must be above. */
    interface HybridFloor {

        long packed();
    }

    private void requireAbove(Written written, HybridFloor floor) {
        for (Written other : of(written.operation.operation().key())) {
            Key key = written.operation.operation().key();
            boolean saw =
                    SimulationRejections.mayReject(key) ? written.stood.contains(other.id()) : written.knew(other.id());
            if (saw) {
                counts.checked(Invariant.I10);
                require(
                        written.isAfter(other),
                        () -> "I10: " + written.id() + " at " + written.operation.stamp() + " knew " + other.id()
                                + " at " + other.operation.stamp());
            }
        }
        counts.checked(Invariant.I11);
        require(
                Long.compareUnsigned(written.operation.stamp().packed(), floor.packed()) > 0,
                () -> "I11: " + written.id() + " is not above what was promised");
    }

    /** A node has come back: what it had written and not made durable may be gone. */
    void restarted(Origin origin, long lastCounter) {
        List<Written> all = byOrigin.getOrDefault(origin, List.of());
        require(
                lastCounter <= all.size(),
                () -> "I4: " + origin + " has " + lastCounter + " operations of " + all.size());
        while (all.size() > lastCounter) {
            Written lost = all.remove(all.size() - 1);
            of(lost.operation.operation().key()).remove(lost);
        }
    }

    private List<Written> of(Key key) {
        return byKey.getOrDefault(key, List.of());
    }

    long operations() {
        return byOrigin.values().stream().mapToLong(List::size).sum();
    }

    /**
     * Checks what a node has that has everything, as far as it wants it, and what it has reported.
     *
     * @param reported the losers that it has told of
     * @param taken those that some node's application has dealt with: who was away is not told of them again
     */
    void check(SimulatedNode simulated, Set<OperationId> reported, Set<OperationId> taken) {
        String node = simulated.id().value();
        StoreEngine store = simulated.store();
        Set<Key> keys = new TreeSet<>();
        store.entries().forEach(entry -> keys.add(entry.key()));
        require(byKey.keySet().containsAll(keys), () -> "I8: " + node + " has " + keys);
        Set<OperationId> known = new HashSet<>(reported);
        known.addAll(taken);
        byKey.forEach((key, all) -> {
            if (!all.isEmpty() && simulated.subscription().matches(key)) {
                check(node, store, key, all, known);
            }
        });
    }

    /** The operations that no other one of them took the place of, the last one first. */
    private static List<Written> frontier(ConflictPolicy policy, List<Written> all) {
        return all.stream()
                .filter(each -> all.stream()
                        .noneMatch(
                                other -> policy.keepsAll() ? other.context.includes(each.id()) : other.knew(each.id())))
                .sorted((one, other) -> one.isAfter(other) ? -1 : 1)
                .toList();
    }

    /**
     * Checks that what another node lacks can be brought to it: the log has the operation still, or what has come of it stands.
     *
     * @param start from where on the log has all operations
     * @param other who is to have it
     * @param theirs what that holds
     */
    void checkServes(SimulatedNode node, LogStart start, SimulatedNode other, Vector theirs) {
        StoreEngine store = node.store();
        CausalContext held = store.context();
        byKey.forEach((key, all) -> {
            List<Written> known =
                    all.stream().filter(each -> held.includes(each.id())).toList();
            ConflictPolicy policy = SimulationPolicies.ALL.of(key);
            boolean wanted =
                    node.subscription().matches(key) && other.subscription().matches(key);
            if (known.isEmpty() || !wanted || !SimulationPolicies.converges(key)) {
                return;
            }
            List<Written> frontier = frontier(policy, known);
            for (Written each : policy.keepsAll() ? frontier : List.of(frontier.get(0))) {
                if (!theirs.includes(each.id()) && start.held().includes(each.id())) {
                    counts.checked(Invariant.I13);
                    List<Standing> standing = store.replication().standing(key).orElseThrow();
                    // What came before those it belongs to stands there too, and may have taken its place.
                    require(
                            standing.stream().anyMatch(one -> one.id().equals(each.id()) || !held.includes(one.id())),
                            () -> "I13: " + node.id() + " has let go, and " + other.id() + " lacks, "
                                    + describe(List.of(each)) + " and has " + standing);
                }
            }
        });
    }

    private void check(String node, StoreEngine store, Key key, List<Written> all, Set<OperationId> reported) {
        ConflictPolicy policy = SimulationPolicies.ALL.of(key);
        List<Written> frontier = frontier(policy, all);
        List<Standing> standing = store.replication().standing(key).orElseThrow();
        if (SimulationRejections.mayReject(key)) {
            require(
                    standing.stream()
                            .allMatch(each ->
                                    all.stream().anyMatch(other -> other.id().equals(each.id()))),
                    () -> "I8: " + node + " has " + standing + ", which nobody wrote");
            return;
        }
        switch (policy.kind()) {
            case LAST_WRITE_WINS -> {
                Written last = frontier.get(0);
                checkStanding(node, List.of(last), standing);
                checkShown(node, store, key, last, last.operation.operation().value());
                checkLosers(node, frontier, standing, reported);
            }
            case MANUAL, MERGE -> {
                checkStanding(node, frontier, standing);
                Optional<Value> shown = frontier.get(0).operation.operation().value();
                shown = frontier.size() > 1 ? policy.merge(key, standing) : shown;
                checkShown(node, store, key, frontier.get(0), shown);
            }
            // What they show depends on the order in which it came.
            case KEEP_LOCAL, KEEP_REMOTE -> checkLosers(node, frontier, standing, reported);
        }
    }

    private void checkStanding(String node, List<Written> expected, List<Standing> standing) {
        List<OperationId> ids = standing.stream().map(Standing::id).toList();
        counts.checked(isValue(expected.get(0)) ? Invariant.I8 : Invariant.I9);
        boolean forgotten = expected.size() == 1 && !isValue(expected.get(0)) && ids.isEmpty();
        require(
                forgotten || ids.equals(expected.stream().map(Written::id).toList()),
                () -> "I8/I9: " + node + " has " + standing + ", not " + describe(expected));
    }

    private static boolean isValue(Written written) {
        return written.operation.operation().value().isPresent();
    }

    private static void checkShown(String node, StoreEngine store, Key key, Written last, Optional<Value> shown) {
        Optional<Entry> entry = store.get(key);
        require(
                entry.map(Entry::value).equals(shown),
                () -> "I8/I9: " + node + " has " + entry + ", not " + shown + " of " + last.operation);
        require(
                entry.isEmpty()
                        || (entry.get().version() == last.operation.version()
                                && entry.get().timestamp().equals(last.operation.stamp())),
                () -> "I8: " + node + " has " + entry + " and not " + last.operation);
    }

    /** Every value that no other operation knew and that does not stand has been reported. */
    private void checkLosers(String node, List<Written> frontier, List<Standing> standing, Set<OperationId> reported) {
        for (Written each : frontier) {
            counts.checked(Invariant.I14);
            boolean stands = standing.stream().anyMatch(other -> other.id().equals(each.id()));
            require(
                    stands || !isValue(each) || reported.contains(each.id()),
                    () -> "I14: " + node + " never reported " + each.id() + " of " + describe(frontier));
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

    static void require(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new AssertionError(message.get());
        }
    }
}

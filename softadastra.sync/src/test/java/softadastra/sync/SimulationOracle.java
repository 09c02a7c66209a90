package softadastra.sync;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import softadastra.store.CausalContext;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Knows every operation that was ever written, and what follows from them. */
final class SimulationOracle {

    private final SimulationCounts counts;
    private final Map<Origin, List<Written>> byOrigin = new TreeMap<>();
    private final Map<Key, List<Written>> byKey = new TreeMap<>();

    /** Operations that somebody has had, also beyond a fence, who has written again what stood under their keys. */
    private final Set<OperationId> writtenOver = new HashSet<>();

    /** Operations that may be nowhere: the logs they were in were lost. */
    private final Set<OperationId> lost = new HashSet<>();

    /** Origins whose own logs were lost. */
    private final Set<Origin> lossy = new HashSet<>();

    /** Removals that somebody has forgotten, when everybody had them. */
    private final Set<OperationId> forgotten = new HashSet<>();

    /** What nodes had written that went on with earlier logs. */
    private final Map<Origin, List<Written>> late = new TreeMap<>();

    /** Removals that somebody may have dropped before it met anybody. */
    private final Set<OperationId> droppedAlone = new HashSet<>();

    /** Removals that some have agreed to forget while there were others: these had yet to meet them, or they were told to forget these. */
    private final Set<OperationId> agreedAlone = new HashSet<>();

    SimulationOracle(SimulationCounts counts) {
        this.counts = counts;
    }

    /**
     * Takes note of the operations of a write, which is the last thing that its node did.
     *
     * @param floor what a stamp must be above
     */
    void written(
            StoreEngine store,
            CausalContext before,
            Map<Key, Set<OperationId>> stood,
            long firstSequence,
            Subscription subscription,
            LongSupplier floor) {
        CausalContext[] context = {before};
        long unused = store.operations(firstSequence, (sequence, record) -> {
                    if (!record.isLocal()) {
                        return true;
                    }
                    Written written = Written.by(
                            subscription,
                            record,
                            context[0],
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

    /**
     * Takes note of what a node has written again, from a sequence on: it has known all that it holds.
     *
     * @param firstSequence behind it everything that is local was written again
     */
    void writtenAgain(SimulatedNode node, long firstSequence) {
        StoreEngine store = node.store();
        Members members = node.exchange().members();
        List<OperationId> again = new ArrayList<>();
        CausalContext all = store.context();
        long unused = store.operations(firstSequence, (sequence, record) -> {
                    if (record.isLocal()) {
                        again.add(record.id());
                        of(record.operation().key()).stream()
                                .map(Written::id)
                                .filter(all::includes)
                                .forEach(writtenOver::add);
                    }
                    return true;
                })
                .orElseThrow();
        if (!again.isEmpty()) {
            Map<Origin, Long> before =
                    new TreeMap<>(members.clamp(store.context()).counters());
            Origin self = again.get(0).origin();
            before.put(self, again.get(0).counter() - 1);
            before.values().removeIf(counter -> counter == 0);
            written(store, CausalContext.of(before), Map.of(), firstSequence, node.subscription(), () -> 0);
        }
    }

    private void requireAbove(Written written, LongSupplier floor) {
        for (Written other : of(written.key())) {
            boolean saw = SimulationRejections.mayReject(written.key())
                    ? written.stood().contains(other.id())
                    : written.knew(other.id());
            if (saw) {
                counts.checked(Invariant.I10);
                require(
                        written.isAfter(other),
                        () -> "I10: " + written.id() + " at "
                                + written.operation().stamp() + " knew " + other.id() + " at "
                                + other.operation().stamp());
            }
        }
        counts.checked(Invariant.I11);
        require(
                Long.compareUnsigned(written.operation().stamp().packed(), floor.getAsLong()) > 0,
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
            of(lost.key()).remove(lost);
        }
    }

    /**
     * A node goes on with an earlier log, and nobody whom it has heard knows of more. What it had written since is gone, unless some of it
     * is on its way still: see {@link #arrived}.
     */
    void outdated(Origin origin, long lastCounter) {
        List<Written> all = byOrigin.getOrDefault(origin, List.of());
        if (lastCounter < all.size()) {
            late.put(origin, List.copyOf(all.subList((int) lastCounter, all.size())));
        }
        restarted(origin, lastCounter);
    }

    /** What was on its way when its writer had gone on with an earlier log has come to be held. */
    void arrived(CausalContext held) {
        late.forEach((origin, some) -> some.stream()
                .filter(each -> held.includes(each.id())
                        && each.id().counter()
                                == byOrigin.getOrDefault(origin, List.of()).size() + 1L)
                .forEach(each -> {
                    byOrigin.computeIfAbsent(origin, absent -> new ArrayList<>())
                            .add(each);
                    byKey.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each);
                }));
    }

    private Stream<Written> all() {
        return byOrigin.values().stream().flatMap(List::stream);
    }

    /**
     * A node's log was lost, or an earlier one is in its place, and that of nobody else.
     *
     * @param words what the others are to hold: of that nothing is lost but what they have rejected
     */
    void lost(SimulatedNode node, List<SimulatedNode> nodes, SimulationWords words, SimulationRejections rejections) {
        byOrigin.forEach((origin, all) -> {
            // Of somebody else's it may have been the last copy too, if that has lost its own before.
            boolean isOwn = origin.node().equals(node.id());
            for (Written each : all) {
                boolean isElsewhere = nodes.stream()
                        .anyMatch(other -> other != node
                                && other.subscription().matches(each.key())
                                && words.heldBy(other.id()).includes(each.id())
                                && !rejections.hasRejected(other, each.id()));
                if (!isElsewhere && (isOwn || lossy.contains(origin))) {
                    lost.add(each.id());
                }
            }
            if (isOwn) {
                lossy.add(origin);
            }
        });
    }

    /** A node that has never met anybody has written a checkpoint: it has no removals, although the node may still show one. */
    void mayForget(SimulatedNode node) {
        CausalContext held = node.store().context();
        byKey.forEach((key, all) -> all.stream()
                .filter(each -> held.includes(each.id()) && !each.isValue())
                .forEach(each -> {
                    forgotten.add(each.id());
                    droppedAlone.add(each.id());
                }));
    }

    /**
     * Of what should stand, all but the removals that somebody has dropped before it met anybody, unless they stand; and if something does
     * that they have not removed, all but those that only some have agreed to forget.
     */
    private List<Written> remembered(List<Written> expected, List<Standing> standing) {
        return expected.stream()
                .filter(each -> each.isAmong(standing)
                        || !(droppedAlone.contains(each.id())
                                || (agreedAlone.contains(each.id()) && isBesides(each, standing))))
                .toList();
    }

    /** Whether something stands, and nothing of it was known to who has removed what there was. */
    private static boolean isBesides(Written removal, List<Standing> standing) {
        return !standing.isEmpty() && standing.stream().noneMatch(each -> removal.knew(each.id()));
    }

    /**
     * Takes note of the removals that a node does not remember any more. All who take part must have had them then, as far as it knows
     * who does; who comes later gets what stands, and needs none of them.
     *
     * @param apart whether there are nodes that it does not take for members, as they are
     */
    void forgotten(SimulatedNode node, SimulationWords words, boolean apart) {
        Members members = node.exchange().members();
        CausalContext held = members.clamp(node.store().context());
        byKey.forEach((key, all) -> {
            if (!SimulationPolicies.converges(key) || !node.subscription().matches(key)) {
                return;
            }
            List<Written> known =
                    all.stream().filter(each -> held.includes(each.id())).toList();
            boolean isForgotten = !known.isEmpty()
                    && node.store().replication().standing(key).orElseThrow().isEmpty();
            if (isForgotten) {
                for (Written each : Written.last(SimulationPolicies.ALL.of(key), known)) {
                    if (!each.isValue() && apart) {
                        agreedAlone.add(each.id());
                    }
                    if (!each.isValue() && forgotten.add(each.id())) {
                        counts.checked(Invariant.I9);
                        require(
                                words.isEverywhere(members, node.exchange().self(), each.id()),
                                () -> "I9: " + node.id() + " has forgotten " + Written.describe(List.of(each))
                                        + ", which not all of "
                                        + members.current() + " have said to hold: "
                                        + words.holders(members, each.id()));
                    }
                }
            }
        });
    }

    /**
     * Nothing has vanished that was in a log that was not lost, unless it was beyond a fence; and then its node has it, or has told. What
     * only others had, since its node had lost it, these have, or have told. What others have rejected its node has told as failed.
     */
    void checkNothingVanished(
            CausalContext held,
            Members members,
            SimulationReports reports,
            SimulationRejections rejections,
            SimulatedDifference difference) {
        byOrigin.forEach((origin, all) -> {
            for (Written each : all) {
                if (held.includes(each.id()) || lost.contains(each.id())) {
                    continue;
                }
                counts.checked(Invariant.I1);
                require(members.refuses(each.id()), () -> "I1/I7: " + each.id() + " is nowhere");
                boolean last = all.stream()
                        .filter(other -> other.key().equals(each.key()))
                        .allMatch(other -> other.id().counter() <= each.id().counter());
                // Somebody has written on top of it, or its node has written it again.
                boolean again = writtenOver.contains(each.id())
                        || of(each.key()).stream()
                                .anyMatch(other -> other.knew(each.id())
                                        || (other.id().node().equals(origin.node())
                                                && !other.id().origin().equals(origin)
                                                && other.isAfter(each)));
                boolean told = rejections.isFailed(each.id())
                        || (lossy.contains(origin)
                                ? reports.isTold(each.id())
                                : reports.isTold(origin.node(), each.id()));
                require(
                        !last || again || told || !each.isValue() || difference.isOf(each.key()),
                        () -> "what " + each.id() + " wrote to " + each.key() + " has vanished without a report of "
                                + (lossy.contains(origin) ? "anybody" : "its node") + Written.describe(of(each.key())));
            }
        });
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
     * @param reported the losers that it need not be told of any more
     * @param difference what was mended, and only that
     * @param cluster all nodes
     */
    void check(
            SimulatedNode simulated,
            Set<OperationId> reported,
            SimulatedDifference difference,
            SimulatedCluster cluster) {
        CausalContext held = simulated.exchange().held().toContext();
        String node = simulated.id().value();
        StoreEngine store = simulated.store();
        Set<Key> keys = new TreeSet<>();
        store.entries().forEach(entry -> keys.add(entry.key()));
        require(byKey.keySet().containsAll(keys), () -> "I8: " + node + " has " + keys);
        Set<OperationId> known = new HashSet<>(reported);
        all().filter(each -> difference.isOf(each.key())).forEach(each -> known.add(each.id()));
        byKey.forEach((key, all) -> {
            boolean isExcused = difference.excuses(key, simulated, cluster);
            List<Written> counting =
                    all.stream().filter(each -> held.includes(each.id())).toList();
            if (!counting.isEmpty() && simulated.subscription().matches(key) && !isExcused) {
                check(node, store, key, counting, known);
            }
        });
    }

    /**
     * Checks what stands under keys that some reject, at a node that has everything and was told of each operation: what would stand if
     * those that it has rejected had never been.
     */
    void checkRejected(SimulatedNode node, SimulationRejections rejections) {
        byKey.forEach((key, written) -> {
            if (!SimulationRejections.mayReject(key) || !rejections.isPlain(node)) {
                return;
            }
            CausalContext held = node.exchange().held().toContext();
            List<Written> admitted = written.stream()
                    .filter(each -> held.includes(each.id()) && !rejections.hasRejected(node, each.id()))
                    .toList();
            ConflictPolicy policy = SimulationPolicies.ALL.of(key);
            List<Written> all = policy.keepsAll()
                    ? Written.frontier(policy, admitted)
                    : admitted.stream()
                            .sorted((one, other) -> one.isAfter(other) ? -1 : 1)
                            .limit(1)
                            .toList();
            List<Standing> standing = node.store().replication().standing(key).orElseThrow();
            List<Written> last = remembered(all, standing);
            if (!all.isEmpty() && last.isEmpty() && !policy.keepsAll()) {
                // What was last is dropped, so that what came before it may stand.
                return;
            }
            if (last.isEmpty()) {
                counts.checked(Invariant.I8);
                require(standing.isEmpty(), () -> "I8: " + node.id() + " has " + standing + " of what it has rejected");
            } else {
                checkStanding(node.id().value(), last, standing);
            }
        });
    }

    /**
     * Checks that what another node lacks can be brought to it: the log has the operation still, or what has come of it stands.
     *
     * @param start from where on the log has all operations
     * @param other who is to have it
     * @param theirs what that holds
     * @param difference what the node may not have as it should
     */
    void checkServes(
            SimulatedNode node, LogStart start, SimulatedNode other, Vector theirs, SimulatedDifference difference) {
        StoreEngine store = node.store();
        CausalContext held = node.exchange().members().clamp(store.context());
        byKey.forEach((key, all) -> {
            List<Written> known =
                    all.stream().filter(each -> held.includes(each.id())).toList();
            ConflictPolicy policy = SimulationPolicies.ALL.of(key);
            boolean wanted =
                    node.subscription().matches(key) && other.subscription().matches(key);
            if (known.isEmpty() || !wanted || !SimulationPolicies.converges(key) || difference.isOf(key)) {
                return;
            }
            for (Written each : Written.last(policy, known)) {
                if (!theirs.includes(each.id()) && start.held().includes(each.id())) {
                    counts.checked(Invariant.I13);
                    List<Standing> standing = store.replication().standing(key).orElseThrow();
                    // What came before those it belongs to stands there too, and may have taken its place.
                    require(
                            forgotten.contains(each.id())
                                    || standing.stream()
                                            .anyMatch(one -> one.id().equals(each.id()) || !held.includes(one.id()))
                                    || isWrittenOver(each, held, standing),
                            () -> "I13: " + node.id() + " has let go, and " + other.id() + " lacks, "
                                    + Written.describe(List.of(each)) + " and has " + standing);
                }
            }
        });
    }

    /** Whether something that came before those it belongs to has taken the place of an operation, and was written over since. */
    private boolean isWrittenOver(Written operation, CausalContext held, List<Standing> standing) {
        return of(operation.key()).stream()
                .filter(each -> !held.includes(each.id()) && each.knew(operation.id()))
                .anyMatch(each -> standing.stream()
                        .anyMatch(one -> one.stamp().compareTo(each.operation().stamp()) > 0));
    }

    private void check(String node, StoreEngine store, Key key, List<Written> all, Set<OperationId> reported) {
        ConflictPolicy policy = SimulationPolicies.ALL.of(key);
        List<Standing> standing = store.replication().standing(key).orElseThrow();
        List<Written> frontier = remembered(Written.frontier(policy, all), standing);
        if (frontier.isEmpty()) {
            require(standing.isEmpty(), () -> "I9: " + node + " has " + standing);
            return;
        }
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
                checkShown(node, store, key, last, last.value());
                checkLosers(node, key, all, standing, reported);
            }
            case MANUAL, MERGE -> {
                checkStanding(node, frontier, standing);
                Optional<Value> shown = frontier.get(0).value();
                shown = frontier.size() > 1 ? policy.merge(key, standing) : shown;
                checkShown(node, store, key, frontier.get(0), shown);
            }
            // What they show depends on the order in which it came.
            case KEEP_LOCAL, KEEP_REMOTE -> checkLosers(node, key, all, standing, reported);
        }
    }

    private void checkStanding(String node, List<Written> expected, List<Standing> standing) {
        List<OperationId> ids = standing.stream().map(Standing::id).toList();
        counts.checked(expected.get(0).isValue() ? Invariant.I8 : Invariant.I9);
        boolean forgotten = expected.size() == 1 && !expected.get(0).isValue() && ids.isEmpty();
        require(
                forgotten || ids.equals(expected.stream().map(Written::id).toList()),
                () -> "I8/I9: " + node + " has " + standing + ", not " + Written.describe(expected));
    }

    private static void checkShown(String node, StoreEngine store, Key key, Written last, Optional<Value> shown) {
        Optional<Entry> entry = store.get(key);
        require(
                entry.map(Entry::value).equals(shown),
                () -> "I8/I9: " + node + " has " + entry + ", not " + shown + " of " + last.operation());
        require(
                entry.isEmpty()
                        || (entry.get().version() == last.operation().version()
                                && entry.get()
                                        .timestamp()
                                        .equals(last.operation().stamp())),
                () -> "I8: " + node + " has " + entry + " and not " + last.operation());
    }

    /** Every value that no other operation knew and that does not stand has been reported. */
    private void checkLosers(
            String node, Key key, List<Written> counting, List<Standing> standing, Set<OperationId> reported) {
        List<Written> frontier = Written.frontier(SimulationPolicies.ALL.of(key), counting);
        for (Written each : frontier) {
            counts.checked(Invariant.I14);
            // Whoever has replaced it knew it, also where that write does not count any more: it was beyond a fence, or
            // in a log that was lost.
            boolean isReplaced = of(key).stream().anyMatch(other -> other.knew(each.id()) && !counting.contains(other));
            require(
                    each.isAmong(standing) || isReplaced || !each.isValue() || reported.contains(each.id()),
                    () -> "I14: " + node + " never reported " + each.id() + " of " + Written.describe(frontier));
        }
    }

    static void require(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new AssertionError(message.get());
        }
    }
}

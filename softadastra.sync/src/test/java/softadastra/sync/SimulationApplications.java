package softadastra.sync;

import static softadastra.sync.Invariant.I1;
import static softadastra.sync.Invariant.I10;
import static softadastra.sync.Invariant.I14;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import softadastra.core.NodeId;
import softadastra.store.Batch;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/**
 * The applications of the nodes of a simulation: they write, and deal with conflicts and with what was rejected. The oracle is told of
 * what they write, also where the node was killed meanwhile, and nobody knows what is there until it is started.
 */
final class SimulationApplications {

    /** A write that may or may not be there, and what its writer had before. */
    private record Unsure(CausalContext before, Map<Key, Set<OperationId>> stood, long first, long floor) {}

    private final SimulatedCluster cluster;
    private final SimulationOracle oracle;
    private final SimulationWords words;
    private final SimulationReports reports;
    private final SimulationRejections rejections;
    private final SimulatedDifference difference;

    /** How many operations of each origin were acknowledged to who wrote them. */
    private final Map<Origin, Long> acknowledged = new HashMap<>();

    private final Map<NodeId, Unsure> unsures = new HashMap<>();

    /** From which sequence on nodes may have written something again when they were killed. */
    private final Map<NodeId, Long> unsureSince = new HashMap<>();

    private int value;

    SimulationApplications(
            SimulatedCluster cluster,
            SimulationOracle oracle,
            SimulationWords words,
            SimulationReports reports,
            SimulationRejections rejections,
            SimulatedDifference difference) {
        this.cluster = cluster;
        this.oracle = oracle;
        this.words = words;
        this.reports = reports;
        this.rejections = rejections;
        this.difference = difference;
    }

    /** A node was started: what was being written when it was killed may be there. */
    void started(SimulatedNode node) {
        Unsure unsure = unsures.remove(node.id());
        if (unsure != null) {
            oracle.written(
                    node.store(), unsure.before(), unsure.stood(), unsure.first(), node.subscription(), unsure::floor);
        }
        Long again = unsureSince.remove(node.id());
        if (again != null) {
            oracle.writtenAgain(node, again);
        }
    }

    /** What was acknowledged is there. */
    void checkKept(SimulatedNode node) {
        Origin self = node.exchange().self();
        long held = node.store().context().counter(self);
        long kept = acknowledged.getOrDefault(self, 0L);
        cluster.check(I1, held >= kept, () -> self + " acknowledged " + kept + " writes, and has " + held);
    }

    /** A node was killed in the middle of a step. */
    void killedInStep(SimulatedNode node, long first) {
        unsureSince.put(node.id(), first);
    }

    /** A node's log was lost, or an earlier one is in its place. */
    void lost(SimulatedNode node) {
        unsures.remove(node.id());
        unsureSince.remove(node.id());
        acknowledged.keySet().removeIf(origin -> origin.node().equals(node.id()));
    }

    /** A node goes on in another epoch than this one. */
    void renewed(Origin before) {
        acknowledged.remove(before);
    }

    /** From here on all that the node has written is to be there for ever. */
    void acknowledge(SimulatedNode node) {
        Origin self = node.exchange().self();
        acknowledged.merge(self, node.store().context().counter(self), Math::max);
    }

    /** Writes something. */
    void write(SimulatedNode node, SplittableRandom random) {
        if (!node.isUp()) {
            return;
        }
        StoreEngine store = node.store();
        writing(node, () -> {
            Key key = key(node, random);
            int kind = random.nextInt(10);
            if (kind < 1) {
                resolve(store, key, random);
            } else if (kind < 6) {
                var unused = store.put(key, value(random)).orElseThrow();
            } else if (kind < 9) {
                var unused = store.remove(key).orElseThrow();
            } else {
                Batch batch = new Batch().put(key, value(random)).remove(key(node, random));
                var unused =
                        store.write(batch.put(key(node, random), value(random))).orElseThrow();
            }
        });
    }

    /** Deals with some of what was told: conflicts, and what was rejected. */
    void deal(SimulatedNode node, SplittableRandom random) {
        takeConflicts(node, random);
        if (node.isUp()) {
            writing(node, () -> rejections.deal(node, random));
        }
    }

    /** The application takes some of the conflicts. */
    private void takeConflicts(SimulatedNode node, SplittableRandom random) {
        if (!node.isUp()) {
            return;
        }
        List<Conflict> some = node.exchange().conflicts().all().stream()
                .filter(conflict -> random.nextBoolean())
                .toList();
        List<OperationId> losers = some.stream().map(Conflict::loser).toList();
        cluster.check(
                I14,
                node.exchange().conflicts().take(losers).orElseThrow() == losers.size(),
                () -> "conflicts are not there any more");
        cluster.counts().conflicts += losers.size();
        some.forEach(conflict -> told(node, conflict));
        reports.take(losers);
    }

    /** The application of a node hears of a conflict. */
    void told(SimulatedNode node, Conflict conflict) {
        boolean first = reports.tell(node.id(), conflict.loser());
        // Where each node keeps something else, one may still have what has lost at another, and lose it too.
        cluster.check(
                I14,
                first || !SimulationPolicies.converges(conflict.key()) || difference.isOf(conflict.key()),
                () -> node.id() + " reported " + conflict.loser() + " twice");
    }

    /** The application of a node writes; the oracle is told of what comes of it. */
    private void writing(SimulatedNode node, Runnable action) {
        StoreEngine store = node.store();
        CausalContext before = node.exchange().members().clamp(store.context());
        Map<Key, Set<OperationId>> stood = new HashMap<>();
        for (Key key : SimulationPolicies.KEYS) {
            List<Standing> standing = store.replication().standing(key).orElseThrow();
            stood.put(key, standing.stream().map(Standing::id).collect(Collectors.toSet()));
        }
        long first = store.stats().lastSequence() + 1;
        long floor = words.promiseOf(node.exchange().self());
        boolean done = cluster.attempt(node, action);
        if (!node.isUp()) {
            unsures.put(node.id(), new Unsure(before, stood, first, floor));
            return;
        }
        oracle.written(store, before, stood, first, node.subscription(), () -> floor);
        if (done && node.autoFlush()) {
            acknowledge(node);
        }
    }

    /**
     * Any key. But one whose values stand beside each other is written by those who are told of them: who is not replaces what it counts
     * as held, and of that a part of what stands at it cannot tell.
     */
    private static Key key(SimulatedNode node, SplittableRandom random) {
        Key key = SimulationPolicies.key(random);
        while (!node.subscription().matches(key)
                && SimulationPolicies.ALL.of(key).keepsAll()) {
            key = SimulationPolicies.key(random);
        }
        return key;
    }

    /** The application chooses among what it sees to stand there; now and then it has seen something else. */
    private void resolve(StoreEngine store, Key key, SplittableRandom random) {
        List<Standing> standing = store.replication().standing(key).orElseThrow();
        // Who has never met anybody remembers no removals, but for the last one for a moment.
        boolean isForgotten = store.replication().remembered().orElseThrow() == 0
                && standing.stream().allMatch(each -> each.value().isEmpty());
        if (!standing.isEmpty() && !isForgotten) {
            boolean late = random.nextInt(4) == 0;
            long sequence = standing.get(0).sequence() - (late ? 1 : 0);
            Optional<Value> chosen =
                    standing.get(random.nextInt(standing.size())).value();
            cluster.check(
                    I10,
                    store.replication().resolve(key, chosen, sequence).orElseThrow() != late,
                    () -> "resolved " + standing);
        }
    }

    private Value value(SplittableRandom random) {
        int size = random.nextInt(20);
        if (random.nextInt(20) == 0) {
            size = random.nextInt(10) == 0 ? 100_000 : random.nextInt(5_000);
        }
        byte[] bytes = new byte[4 + size];
        bytes[0] = (byte) value;
        bytes[1] = (byte) (value++ >> 8);
        return Value.of(bytes);
    }
}

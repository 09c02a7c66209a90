package softadastra.sync;

import static softadastra.sync.Invariant.I1;
import static softadastra.sync.Invariant.I10;
import static softadastra.sync.Invariant.I11;
import static softadastra.sync.Invariant.I12;
import static softadastra.sync.Invariant.I14;
import static softadastra.sync.Invariant.I15;
import static softadastra.sync.Invariant.I16;
import static softadastra.sync.Invariant.I2;
import static softadastra.sync.Invariant.I3;
import static softadastra.sync.Invariant.I4;
import static softadastra.sync.Invariant.I5;
import static softadastra.sync.Invariant.I6;
import static softadastra.sync.Invariant.I7;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.Batch;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/**
 * A few nodes with real stores on real logs, in one thread and at one pace: what happens follows from a seed and a list of steps.
 * What the nodes guarantee is checked all the time, and at the end, when the network is healed, that they agree.
 */
final class Simulation implements AutoCloseable {

    private static final long START_MILLIS = 1_767_225_600_000L;
    private static final int MAX_HEAL_ROUNDS = 400;

    private final long seed;
    private final SplittableRandom setup;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final SimulatedNetwork network;
    private final SimulationCounts counts = new SimulationCounts();
    private final SimulationOracle oracle = new SimulationOracle(counts);
    private final SimulationRejections rejections = new SimulationRejections();
    private final CRC32C trace = new CRC32C();

    /** What a node has said to others that it holds, and its promise: from then on that is to be true for ever. */
    private final Map<NodeId, Vector> said = new HashMap<>();

    private final Map<NodeId, Long> promised = new HashMap<>();
    /** The losers that the application of each node was told of, and those that some of them has taken. */
    private final Map<NodeId, Set<OperationId>> reported = new HashMap<>();

    private final Set<OperationId> taken = new HashSet<>();

    /** How many operations of each origin were acknowledged to who wrote them. */
    private final Map<Origin, Long> acknowledged = new HashMap<>();

    private final Map<NodeId, Unsure> unsures = new HashMap<>();
    private long millis = START_MILLIS;
    private int value;

    Simulation(long seed, SimulationBug bug) {
        this.seed = seed;
        counts.seeds = 1;
        setup = new SplittableRandom(seed);
        network = new SimulatedNetwork(setup.nextLong(), setup.nextBoolean() ? 0 : setup.nextInt(41), this::sent);
        int count = 3 + setup.nextInt(setup.nextInt(8) == 0 ? 7 : 3);
        for (int i = 0; i < count; i++) {
            NodeId id = NodeId.of("n" + i).orElseThrow();
            boolean third = setup.nextInt(3) == 0;
            boolean onDisk = third || bug == SimulationBug.ACK_BEFORE_FORCE;
            boolean autoFlush = !onDisk || setup.nextBoolean();
            SimulatedNode node =
                    new SimulatedNode(id, onDisk, autoFlush, bug, setup.split(), () -> millis, this::advance);
            node.skew(skew(setup));
            nodes.add(node);
        }
        int kind = setup.nextInt(4);
        topology(kind, count);
        subscribe(kind, new SplittableRandom(~seed));
        nodes.forEach(this::start);
        meet();
    }

    /** Before anything is written everybody has heard of all others. */
    private void meet() {
        while (!nodes.stream().allMatch(this::everybodyKnows)) {
            rounds(1);
            advance(1_000);
        }
    }

    private static long skew(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0, 1 -> 0;
            case 2 -> random.nextLong(-3_000, 3_000);
            default -> random.nextLong(-3_600_000, 3_600_000);
        };
    }

    /** Mesh, mostly; or a hub, or a chain. */
    private void topology(int kind, int count) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                boolean exists = kind < 2 || (kind == 2 ? i == 0 || j == 0 : Math.abs(i - j) == 1);
                if (!exists) {
                    missing.add(nodes.get(i).id() + ">" + nodes.get(j).id());
                }
            }
        }
        network.without(missing);
    }

    /**
     * In half of the runs some nodes want some of the keys only, each others; on the way between any two is nobody but who wants all.
     */
    private void subscribe(int kind, SplittableRandom random) {
        if (random.nextBoolean()) {
            return;
        }
        List<List<String>> wishes = List.of(List.of("k"), List.of("k1", "m", "u"), List.of("u", "l", "r"));
        int last = nodes.size() - 1;
        int first = kind < 3 ? 1 : last;
        int wish = random.nextInt(wishes.size());
        for (int i = first; i <= last && i < first + wishes.size(); i++) {
            if (random.nextInt(3) > 0) {
                nodes.get(i).subscribe(Subscription.of(wishes.get(wish++ % wishes.size())));
            }
        }
    }

    private void start(SimulatedNode node) {
        boolean full = node.isFull();
        if (!node.start(network.of(node.id()))) {
            counts.crashes += full ? 0 : 1;
            counts.crashesInCalls += full ? 0 : 1;
            counts.refused += full ? 1 : 0;
            return;
        }
        Origin self = node.exchange().self();
        Unsure unsure = unsures.remove(node.id());
        if (unsure != null) {
            // What was being written when it was killed may be there.
            oracle.written(
                    node.store(), unsure.before(), unsure.stood(), unsure.first(), node.subscription(), unsure::floor);
        }
        Vector held = new Vector(node.store().context().counters());
        long kept = acknowledged.getOrDefault(self, 0L);
        check(I1, held.counter(self) >= kept, () -> self + " acknowledged " + kept + " writes, and has " + held);
        Vector before = said.getOrDefault(node.id(), new Vector());
        check(I3, held.includes(before), () -> node.id() + " said it held " + before + ", and has " + held);
        long floor = promised.getOrDefault(node.id(), 0L);
        long clock = node.store().replication().clock().orElseThrow().packed();
        check(I11, Long.compareUnsigned(clock, floor) >= 0, () -> node.id() + " has a clock below its promise");
        oracle.restarted(self, held.counter(self));
        rejections.see(node);
        checkOutbox(node);
    }

    /** A write that may or may not be there, and what its writer had before. */
    private record Unsure(CausalContext before, Map<Key, Set<OperationId>> stood, long first, long floor) {}

    /** Does something at a node whose disk may fail in the middle of it; whether it did it. */
    private boolean attempt(SimulatedNode node, Runnable action) {
        try {
            action.run();
            return !buried(node);
        } catch (SoftadastraException e) {
            if (!buried(node)) {
                check(
                        I1,
                        node.isFull() && e.code() == ErrorCode.NO_SPACE,
                        () -> node.id() + " failed with " + e.error().display());
                counts.refused++;
            }
            return false;
        }
    }

    private boolean buried(SimulatedNode node) {
        if (!node.isDead()) {
            return false;
        }
        node.bury();
        network.dropFor(node.id());
        counts.crashes++;
        counts.crashesInCalls++;
        return true;
    }

    /** Sees every message as it is sent. */
    private void sent(NodeId from, byte[] bytes) {
        trace.update(bytes);
        SyncMessage message = SyncMessageCodec.decode(bytes).orElseThrow();
        Cut cut = message.state().cut();
        boolean unused = said.computeIfAbsent(from, node -> new Vector()).merge(cut.held());
        for (var operation : message.operations()) {
            check(
                    I2,
                    cut.held().includes(operation.id()),
                    () -> from + " sent " + operation.id() + " and holds " + cut);
            said.get(from).raise(operation.id().origin(), operation.id().counter());
        }
        promised.merge(from, cut.promise(), (one, other) -> Long.compareUnsigned(one, other) > 0 ? one : other);
    }

    /** A list of steps for a seed; each is a number that says what to do. */
    static List<Long> steps(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1);
        List<Long> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(random.nextLong());
        }
        return steps;
    }

    /** Does the steps, heals, and checks that all agree. */
    SimulationCounts run(List<Long> steps) {
        for (long step : steps) {
            step(new SplittableRandom(step));
            counts.steps++;
        }
        heal();
        counts.operations = oracle.operations();
        counts.messages = network.sent();
        counts.lost = network.lost();
        return counts;
    }

    private void step(SplittableRandom random) {
        SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
        int choice = random.nextInt(100);
        advance(random.nextInt(30));
        node.disturb(random, counts);
        if (!node.isUp() && random.nextInt(4) == 0) {
            start(node);
        }
        if (choice < 25) {
            for (int i = random.nextInt(6); i >= 0; i--) {
                write(node, random);
            }
        } else if (choice < 80) {
            tick(node);
        } else if (choice < 85) {
            advance(random.nextInt(5_000));
        } else if (choice < 87) {
            cut(random);
        } else if (choice < 90) {
            network.cutOff(List.of());
        } else if (choice < 91) {
            node.skew(skew(random));
        } else if (choice < 94) {
            crash(node);
        } else if (choice < 95) {
            node.calm();
            takeConflicts(node, random);
            if (node.isUp()) {
                writing(node, () -> rejections.deal(node, random));
                node.settle();
            }
        } else if (choice < 97) {
            checkpoint(node);
        } else {
            rounds(1 + random.nextInt(3));
        }
    }

    private void checkpoint(SimulatedNode node) {
        boolean written = node.isUp()
                && attempt(node, () -> {
                    var unused = node.store().checkpoint().orElseThrow();
                });
        if (written) {
            node.settle();
            LogStart start = node.store().replication().start().orElseThrow();
            for (SimulatedNode other : nodes) {
                Vector theirs = said.getOrDefault(other.id(), new Vector());
                oracle.checkServes(node, start, other, theirs);
            }
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
        check(
                I14,
                node.exchange().takeConflicts(losers).orElseThrow() == losers.size(),
                () -> "conflicts are not there any more");
        node.settle();
        counts.conflicts += losers.size();
        some.forEach(conflict -> told(node, conflict));
        taken.addAll(losers);
    }

    private void told(SimulatedNode node, Conflict conflict) {
        boolean first =
                reported.computeIfAbsent(node.id(), id -> new HashSet<>()).add(conflict.loser());
        // Where each node keeps something else, one may still have what has lost at another, and lose it too.
        check(
                I14,
                first || !SimulationPolicies.converges(conflict.key()),
                () -> node.id() + " reported " + conflict.loser() + " twice");
    }

    /** A quiet while, in which everybody gets to say something. */
    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            for (SimulatedNode node : nodes) {
                advance(40);
                tick(node);
            }
        }
    }

    private void advance(long by) {
        millis += by;
        network.setTime(millis);
    }

    private void cut(SplittableRandom random) {
        List<NodeId> apart = new ArrayList<>();
        for (SimulatedNode node : nodes) {
            if (random.nextBoolean()) {
                apart.add(node.id());
            }
        }
        network.cutOff(apart);
        counts.partitions++;
    }

    private void crash(SimulatedNode node) {
        if (node.isUp()) {
            counts.compared += node.exchange().antiEntropy().compared();
            node.kill();
            network.dropFor(node.id());
            counts.crashes++;
        } else {
            start(node);
        }
    }

    /** From here on all that the node has written is to be there for ever. */
    private void acknowledge(SimulatedNode node) {
        Origin self = node.exchange().self();
        acknowledged.merge(self, node.store().context().counter(self), Math::max);
    }

    private void write(SimulatedNode node, SplittableRandom random) {
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

    /** The application of a node writes; the oracle is told of what comes of it. */
    private void writing(SimulatedNode node, Runnable action) {
        StoreEngine store = node.store();
        CausalContext before = store.context();
        Map<Key, Set<OperationId>> stood = new HashMap<>();
        for (Key key : SimulationPolicies.KEYS) {
            List<Standing> standing = store.replication().standing(key).orElseThrow();
            stood.put(key, standing.stream().map(Standing::id).collect(Collectors.toSet()));
        }
        long first = store.stats().lastSequence() + 1;
        long floor = promised.getOrDefault(node.id(), 0L);
        boolean done = attempt(node, action);
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
        if (!standing.isEmpty()) {
            boolean late = random.nextInt(4) == 0;
            long sequence = standing.get(0).sequence() - (late ? 1 : 0);
            Optional<Value> chosen =
                    standing.get(random.nextInt(standing.size())).value();
            check(
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

    private void tick(SimulatedNode node) {
        if (!node.isUp()) {
            return;
        }
        boolean done = attempt(node, () -> {
            Step did = node.exchange().tick(millis * 1_000_000).orElseThrow();
            counts.collected += did.collected();
        });
        if (!node.isUp()) {
            return;
        }
        node.settle();
        rejections.see(node);
        if (!done) {
            return;
        }
        acknowledge(node);
        check(I6, node.exchange().antiEntropy().diverged() == 0, () -> node.id() + " has found somebody to differ");
        check(
                I4,
                node.exchange().held().counters().equals(node.store().context().counters()),
                () -> node.id() + " counts " + node.exchange().held() + ", and its log "
                        + node.store().context());
        for (Peer peer : node.exchange().peers().values()) {
            check(I16, peer.isWithinWindow(), () -> peer.inFlight() + " operations in flight to " + peer.node());
            Vector theirs = said.getOrDefault(peer.node(), new Vector());
            check(I3, theirs.includes(peer.acknowledged()), () -> peer.node() + " never said " + peer.acknowledged());
        }
        checkOutbox(node);
        checkEqualOnes(node);
    }

    /** The outbox is what its parts come to, and has whatever is not known to be held by all. */
    private void checkOutbox(SimulatedNode node) {
        SyncState state = node.exchange().state();
        long parts = state.pendingCount() + state.queuedCount() + state.inFlightCount() + state.failedCount();
        Origin self = node.exchange().self();
        long least = node.store().context().counter(self);
        for (SimulatedNode other : nodes) {
            if (other != node) {
                least = Math.min(
                        least, said.getOrDefault(other.id(), new Vector()).counter(self));
            }
        }
        long lacking = node.store().context().counter(self) - least;
        check(
                I12,
                state.outboxSize() == parts && state.outboxSize() >= lacking,
                () -> node.id() + " has " + state + ", and others lack " + lacking);
    }

    /** Those who hold the same have the same; unless something stands there that came before those it belongs to. */
    private void checkEqualOnes(SimulatedNode node) {
        for (SimulatedNode other : nodes) {
            if (other.isUp()
                    && !other.equals(node)
                    && other.subscription().equals(node.subscription())
                    && other.store().context().equals(node.store().context())
                    && !node.contents().hasEarly()
                    && !other.contents().hasEarly()) {
                check(
                        I6,
                        node.contents().text().equals(other.contents().text()),
                        () -> node.id() + " and " + other.id() + " hold the same, and differ");
                check(
                        I6,
                        node.contents().sum() == other.contents().sum(),
                        () -> "sums of " + node.id() + " and " + other.id() + " differ");
            }
        }
    }

    private void heal() {
        network.heal();
        nodes.forEach(SimulatedNode::calm);
        nodes.stream().filter(node -> !node.isUp()).forEach(this::start);
        int rounds = 0;
        while (!converged() || !SimulationRejections.isQuiet(nodes)) {
            check(
                    I7,
                    rounds < MAX_HEAL_ROUNDS,
                    () -> "not converged after " + MAX_HEAL_ROUNDS + " rounds: " + vectors());
            rounds++;
            for (SimulatedNode node : nodes) {
                advance(50 + rounds * 5L);
                tick(node);
            }
        }
        rejections.check(nodes);
        counts.checked(I15, rejections.count());
        counts.rejected = rejections.count();
        counts.retried = rejections.retried();
        for (SimulatedNode node : nodes) {
            counts.compared += node.exchange().antiEntropy().compared();
            List<Conflict> left = node.exchange().conflicts().all();
            counts.conflicts += left.size();
            left.forEach(conflict -> told(node, conflict));
            oracle.check(node, reported.getOrDefault(node.id(), Set.of()), taken);
            trace.update(contents(node).text().getBytes(StandardCharsets.UTF_8));
        }
        repeat();
    }

    /** What a node shows, looked at now. */
    private static SimulatedContents contents(SimulatedNode node) {
        return SimulatedContents.of(node.store(), node.subscription());
    }

    /** What came before comes once more. */
    private void repeat() {
        for (SimulatedNode node : nodes) {
            SimulatedContents before = contents(node);
            CausalContext held = node.store().context();
            network.repeatFor(node.id());
            tick(node);
            SimulatedContents after = contents(node);
            boolean same = after.equals(before) && node.store().context().equals(held);
            check(I5, same, () -> node.id() + " had " + before + ", and after what came twice " + after);
        }
    }

    private boolean converged() {
        CausalContext first = nodes.get(0).store().context();
        return nodes.stream().allMatch(node -> node.store().context().equals(first))
                && nodes.stream().allMatch(this::everybodyKnows);
    }

    /** Whether a node knows that all others hold what it does; of those it has no link to others have told. */
    private boolean everybodyKnows(SimulatedNode node) {
        return node.exchange().peers().size() == nodes.size() - 1
                && node.exchange().peers().values().stream()
                        .allMatch(peer ->
                                peer.acknowledged().includes(node.exchange().held()));
    }

    private Map<NodeId, CausalContext> vectors() {
        Map<NodeId, CausalContext> vectors = new TreeMap<>();
        nodes.forEach(node -> vectors.put(node.id(), node.store().context()));
        return vectors;
    }

    /** A number that is the same for every run of the same steps from the same seed. */
    long trace() {
        return trace.getValue();
    }

    private void check(Invariant invariant, boolean holds, Supplier<String> message) {
        counts.checked(invariant);
        if (!holds) {
            throw new AssertionError(invariant + ": " + message.get() + " (seed " + seed + ")");
        }
    }

    @Override
    public void close() {
        nodes.forEach(SimulatedNode::close);
    }
}

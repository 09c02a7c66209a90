package softadastra.sync;

import static softadastra.sync.Invariant.I15;
import static softadastra.sync.Invariant.I6;
import static softadastra.sync.Invariant.I7;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import softadastra.core.NodeId;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/**
 * A few nodes with real stores on real logs, in one thread and at one pace: what happens follows from a seed and a list of steps.
 * What the nodes guarantee is checked all the time, and at the end, when the network is healed, that they agree.
 */
final class Simulation implements AutoCloseable {

    /** So close to the end something goes wrong with a node: before, mostly somebody would write over it. */
    private static final int ALTERED_WITHIN = 30;

    /** Whether nodes that want some of the keys come and go too, and somebody says of nodes that are there that they are not. */
    private static final boolean MIXED = Boolean.getBoolean("softadastra.sync.mixed");

    /** One in so many times that something becomes of a node, another one is forgotten there. */
    private static final int FORGETS = 8;

    private final SimulationBug bug;
    private final SimulationCounts counts = new SimulationCounts();
    private final SimulationOracle oracle = new SimulationOracle(counts);
    private final SimulationRejections rejections = new SimulationRejections();
    private final SimulationWords words = new SimulationWords();
    private final SimulationReports reports = new SimulationReports();
    private final CRC32C trace = new CRC32C();

    private final SimulatedDifference difference;
    private final SimulatedMoves moves;
    private final SimulatedNetwork network;
    private final SimulatedCluster cluster;
    private final List<SimulatedNode> nodes;
    private final SimulationApplications applications;
    private final SimulationChecks checks;
    private final SimulationDurability durability;

    Simulation(long seed, SimulationBug bug) {
        this.bug = bug;
        counts.seeds = 1;
        SplittableRandom setup = new SplittableRandom(seed);
        network = new SimulatedNetwork(setup.nextLong(), setup.nextBoolean() ? 0 : setup.nextInt(41), this::sent);
        int count = 3 + setup.nextInt(setup.nextInt(8) == 0 ? 7 : 3);
        // Planted bugs are looked for where nobody comes and goes, but for those of coming and going.
        boolean moving =
                bug.isOfMembership() || (bug == SimulationBug.NONE && new SplittableRandom(seed + 77).nextBoolean());
        difference = new SimulatedDifference(seed % 3 > 0, moving);
        moves = new SimulatedMoves(moving, new SplittableRandom(seed + 78));
        cluster = new SimulatedCluster(seed, network, counts);
        nodes = cluster.nodes();
        applications = new SimulationApplications(cluster, oracle, words, reports, rejections, difference);
        checks = new SimulationChecks(cluster, oracle, words, difference);
        durability = new SimulationDurability(cluster);
        for (int i = 0; i < count; i++) {
            NodeId id = NodeId.of("n" + i).orElseThrow();
            boolean third = setup.nextInt(3) == 0;
            boolean onDisk = third || bug.isOfDisks();
            boolean autoFlush = !onDisk || setup.nextBoolean();
            SimulatedNode node = new SimulatedNode(
                    id,
                    onDisk,
                    autoFlush,
                    bug,
                    moves.retentionNanos(),
                    setup.split(),
                    cluster::millis,
                    cluster::advance);
            node.skew(SimulationSetup.skew(setup));
            cluster.add(node);
            if (moving && i == count - 1 && new SplittableRandom(seed + 79).nextBoolean()) {
                moves.postpone(id);
            }
        }
        int kind = setup.nextInt(4);
        network.without(SimulationSetup.missing(kind, nodes));
        if (!moving || MIXED) {
            SimulationSetup.subscribe(kind, nodes, new SplittableRandom(~seed));
        }
        nodes.stream().filter(node -> !moves.isLater(node.id())).forEach(this::start);
        meet();
    }

    /** Before anything is written everybody has heard of all others. */
    private void meet() {
        int rounds = 0;
        while (!nodes.stream().filter(SimulatedNode::isUp).allMatch(this::hasMet)) {
            int met = rounds++;
            cluster.check(I7, met < SimulationHealing.MAX_ROUNDS, () -> "not met: " + cluster.describe());
            rounds(1);
            cluster.advance(1_000);
        }
    }

    private boolean hasMet(SimulatedNode node) {
        return SimulatedCluster.knowsAll(node, nodes.size() - 1 - moves.later());
    }

    private void start(SimulatedNode node) {
        if (!cluster.start(node)) {
            return;
        }
        applications.started(node);
        Origin last = cluster.goesBy(node.id(), node.exchange().self());
        if (last != null && !last.equals(node.exchange().self())) {
            // It was killed in the step in which it went on as another one.
            renewed(node, last);
        }
        // Who has an earlier log has less than it has said, and what of it somebody has it is yet to hear.
        if (!moves.isOutdated(node.id())) {
            Origin self = node.exchange().self();
            applications.checkKept(node);
            checks.started(node);
            oracle.restarted(self, node.store().context().counter(self));
            oracle.forgotten(node, words, cluster.isApart(node));
            checks.checkOutbox(node);
        }
        rejections.see(node);
    }

    /** Sees every message as it is sent. */
    private void sent(NodeId from, byte[] bytes) {
        trace.update(bytes);
        SyncMessage message = SyncMessageCodec.decode(bytes).orElseThrow();
        rejections.sent(message);
        words.sent(message);
        durability.sent(from, message);
        checks.sent(from, message);
    }

    /** A list of steps for a seed; each is a number that says what to do. */
    static List<Long> steps(long seed, int count) {
        // No multiple of what the generator adds by itself: the steps of one seed would be those of the one before but
        // for the first.
        SplittableRandom random = new SplittableRandom(seed ^ 0x2545F4914F6CDD1DL);
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
            if (steps.size() - counts.steps < ALTERED_WITHIN) {
                alter(nodes.get((int) (counts.steps % nodes.size())), new SplittableRandom(~step));
            }
        }
        end();
        counts.operations = oracle.operations();
        counts.messages = network.sent();
        counts.lost = network.lost();
        return counts;
    }

    /** From here on everything arrives, and in the end all agree. */
    private void end() {
        network.heal();
        nodes.forEach(SimulatedNode::calm);
        moves.gather();
        nodes.stream().filter(node -> !node.isUp()).forEach(this::start);
        SimulationHealing healing =
                new SimulationHealing(cluster, difference, moves.retentionNanos() / 1_000_000, this::tick);
        healing.heal();
        oracle.arrived(nodes.get(0).exchange().held().toContext());
        rejections.check(nodes);
        counts.checked(I15, rejections.count());
        counts.rejected = rejections.count();
        counts.retried = rejections.retried();
        for (SimulatedNode node : nodes) {
            counts.compared += node.exchange().antiEntropy().compared();
            List<Conflict> left = node.exchange().conflicts().all();
            counts.conflicts += left.size();
            left.forEach(conflict -> applications.told(node, conflict));
            oracle.check(node, reports.knownAt(node.id()), difference, cluster);
            oracle.checkRejected(node, rejections);
            counts.diverged += node.exchange().antiEntropy().diverged();
            trace.update(SimulatedContents.now(node).text().getBytes(StandardCharsets.UTF_8));
        }
        Exchange any = nodes.get(0).exchange();
        oracle.checkNothingVanished(any.held().toContext(), any.members(), reports, rejections, difference);
        healing.repeat();
    }

    private void step(SplittableRandom random) {
        SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
        int choice = random.nextInt(100);
        cluster.advance(random.nextInt(30));
        node.disturb(random, counts);
        if (!node.isUp() && !moves.isAway(node.id()) && random.nextInt(4) == 0) {
            start(node);
        }
        if (choice < 25) {
            for (int i = random.nextInt(6); i >= 0; i--) {
                write(node, random);
            }
        } else if (choice < 80) {
            tick(node);
        } else if (choice < 85) {
            cluster.advance(random.nextInt(5_000));
        } else if (choice < 87) {
            cut(random);
        } else if (choice < 90) {
            network.cutOff(List.of());
        } else if (choice < 91) {
            node.skew(SimulationSetup.skew(random));
        } else if (choice < 94 && moves.isMoving() && random.nextInt(5) < 3) {
            move(node, random);
        } else if (choice < 94) {
            crash(node);
        } else if (choice < 95) {
            node.calm();
            applications.deal(node, random);
        } else if (choice < 97) {
            checkpoint(node);
        } else {
            rounds(1 + random.nextInt(3));
        }
    }

    /** Something goes wrong with a node that nothing could know of. */
    private void alter(SimulatedNode node, SplittableRandom random) {
        difference.at(node, nodes, random).ifPresent(altering -> {
            counts.altered++;
            boolean unused = cluster.attempt(node, altering);
        });
    }

    /** Somebody comes for the first time, goes for long, loses what it has, or gets an earlier log. */
    private void move(SimulatedNode node, SplittableRandom random) {
        if (MIXED && random.nextInt(FORGETS) == 0) {
            forget(node, nodes.get(random.nextInt(nodes.size())));
            return;
        }
        SimulatedMoves.Move move = moves.next(node.id(), random);
        if (move == SimulatedMoves.Move.JOINS) {
            startAndWrite(node, random);
            return;
        }
        if (move == SimulatedMoves.Move.SAVES) {
            // Of a node that was killed it is not known yet what of its last write is there.
            if (node.isUp()) {
                node.save();
                reports.save(node.id());
                rejections.save(node.id());
            }
            return;
        }
        if (node.isUp()) {
            crash(node);
        }
        boolean putBack = move == SimulatedMoves.Move.IS_PUT_BACK;
        if (move != SimulatedMoves.Move.GOES && (putBack ? node.putBack() : node.wipe())) {
            counts.losses++;
            Origin unused = cluster.losesEpoch(node.id());
            moves.lost(node.id(), putBack);
            oracle.lost(node, nodes, words, rejections);
            words.lost(node.id());
            reports.lost(node.id(), putBack);
            rejections.lost(node.id(), putBack);
            applications.lost(node);
            if (bug == SimulationBug.COUNTERS_REUSED) {
                // Before it hears of what it had written.
                startAndWrite(node, random);
            }
        }
    }

    /** No identity stands for two contents, unless a log was put back. */
    private void checkForks(SimulatedNode node) {
        for (OperationId found : node.exchange().forks().found()) {
            cluster.check(
                    I6,
                    moves.wasPutBack(found.node()),
                    () -> node.id() + " says that " + found + " stands for two contents");
        }
    }

    private void startAndWrite(SimulatedNode node, SplittableRandom random) {
        start(node);
        for (int i = random.nextInt(4); i > 0; i--) {
            write(node, random);
        }
    }

    /** Somebody says at a node that another one will not come back, which may be wrong. */
    private void forget(SimulatedNode node, SimulatedNode other) {
        boolean unused = node.isUp()
                && cluster.attempt(node, () -> {
                    boolean any = node.exchange().forget(other.id()).orElseThrow();
                    counts.forgotten += any ? 1 : 0;
                });
    }

    private void checkpoint(SimulatedNode node) {
        boolean written = node.isUp()
                && cluster.attempt(node, () -> {
                    var unused = node.store().checkpoint().orElseThrow();
                });
        if (written) {
            checks.checkpointed(node);
        }
    }

    private void write(SimulatedNode node, SplittableRandom random) {
        if (!moves.isOutdated(node.id())) {
            applications.write(node, random);
        }
    }

    /** A quiet while, in which everybody gets to say something. */
    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            for (SimulatedNode node : nodes) {
                cluster.advance(40);
                tick(node);
            }
        }
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
            cluster.kill(node);
        } else if (!moves.isLater(node.id())) {
            start(node);
        }
    }

    private void tick(SimulatedNode node) {
        if (!node.isUp()) {
            return;
        }
        long first = node.store().stats().lastSequence() + 1;
        Origin before = node.exchange().self();
        checks.noteForgottenAlone(node);
        boolean[] collected = new boolean[1];
        long held = node.store().context().counter(before);
        boolean done = cluster.attempt(node, () -> {
            Step did = node.exchange().tick(cluster.millis() * 1_000_000).orElseThrow();
            counts.collected += did.collected();
            collected[0] = did.collected() > 0;
            counts.reissued += did.reissued();
        });
        if (!node.isUp()) {
            applications.killedInStep(node, first);
            return;
        }
        boolean isRenewed = !node.exchange().self().equals(before);
        boolean goesOn = hasHeardOfItself(node) || node.store().context().counter(before) > held;
        if (!isRenewed && goesOn && moves.isUpToDate(node.id())) {
            // Nobody knew of what it has lost, or can: it is on its way back. What it has written again with the same
            // step
            // goes on there.
            oracle.outdated(before, held);
        }
        if (node.store().stats().lastSequence() >= first) {
            oracle.writtenAgain(node, first);
        }
        if (isRenewed) {
            renewed(node, before);
        }
        if (collected[0]) {
            oracle.forgotten(node, words, cluster.isApart(node));
        }
        rejections.see(node);
        if (done) {
            applications.acknowledge(node);
            checks.stepped(node);
            checkForks(node);
        }
    }

    /** Whether a node was told what all that it knows know of it. */
    private static boolean hasHeardOfItself(SimulatedNode node) {
        return node.exchange().peers().values().stream()
                .allMatch(peer -> peer.cut() != null && (peer.hasEchoed() || !peer.isLinked()));
    }

    private void renewed(SimulatedNode node, Origin before) {
        Origin unused = cluster.goesBy(node.id(), node.exchange().self());
        counts.renewals++;
        moves.returned(node.id());
        // What it had written in a log that was put back stands for something else at others.
        words.renewed(node.id(), node.store().context());
        reports.renewed(node.id(), before, node.store().context().counter(before));
        applications.renewed(before);
    }

    /** A number that is the same for every run of the same steps from the same seed. */
    long trace() {
        return trace.getValue();
    }

    @Override
    public void close() {
        cluster.close();
    }
}

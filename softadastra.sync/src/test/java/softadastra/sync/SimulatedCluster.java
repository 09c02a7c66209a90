package softadastra.sync;

import static softadastra.sync.Invariant.I1;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.Origin;

/** The nodes of a simulation, the network between them, and the time that passes for all; whatever is done there may kill one of them. */
final class SimulatedCluster {

    private static final long START_MILLIS = 1_767_225_600_000L;

    private final long seed;
    private final List<SimulatedNode> nodes = new ArrayList<>();

    /** As what each node goes on, as far as it was looked at. */
    private final Map<NodeId, Origin> selves = new HashMap<>();

    private final SimulatedNetwork network;
    private final SimulationCounts counts;
    private long millis = START_MILLIS;

    SimulatedCluster(long seed, SimulatedNetwork network, SimulationCounts counts) {
        this.seed = seed;
        this.network = network;
        this.counts = counts;
    }

    void add(SimulatedNode node) {
        nodes.add(node);
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    /**
     * Takes note of the epoch that a node goes by.
     *
     * @return the one that it went by before; null if there was none, or its log was lost since
     */
    @Nullable
    Origin goesBy(NodeId id, Origin self) {
        return selves.put(id, self);
    }

    /** The log of a node is gone, and with it the epoch that it went by. */
    @Nullable
    Origin losesEpoch(NodeId id) {
        return selves.remove(id);
    }

    /** Whether there are nodes that one does not take for members, as they are. */
    boolean isApart(SimulatedNode node) {
        return !node.exchange().members().current().containsAll(selves.values());
    }

    SimulatedNode node(NodeId id) {
        return nodes.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
    }

    SimulatedNetwork network() {
        return network;
    }

    SimulationCounts counts() {
        return counts;
    }

    long millis() {
        return millis;
    }

    void advance(long by) {
        millis += by;
        network.setTime(millis);
    }

    /** Starts a node; whether it is up: it may have been killed meanwhile, or its disk be full. */
    boolean start(SimulatedNode node) {
        boolean full = node.isFull();
        if (!node.start(network.of(node.id()))) {
            counts.crashes += full ? 0 : 1;
            counts.crashesInCalls += full ? 0 : 1;
            counts.refused += full ? 1 : 0;
            return false;
        }
        return true;
    }

    /** Kills a node that is up. */
    void kill(SimulatedNode node) {
        counts.compared += node.exchange().antiEntropy().compared();
        node.kill();
        network.dropFor(node.id());
        counts.crashes++;
    }

    /** Does something at a node whose disk may fail in the middle of it; whether it did it. */
    boolean attempt(SimulatedNode node, Runnable action) {
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

    /** What a node holds of what is not beyond a fence. */
    static Vector counting(SimulatedNode node) {
        return node.exchange().members().clamp(new Vector(node.store().context().counters()));
    }

    /** Whether a node is a member as any, and not on its way back. */
    static boolean isTakingPart(SimulatedNode node) {
        return node.exchange().stage().takesPart();
    }

    /**
     * Whether a node knows that so many others hold what it does; of those it has no link to others have told.
     *
     * @param others how many there are
     */
    static boolean knowsAll(SimulatedNode node, int others) {
        return node.exchange().peers().size() == others
                && node.exchange().peers().values().stream()
                        .allMatch(peer ->
                                peer.acknowledged().includes(node.exchange().held()));
    }

    /** Fails unless something is so that nodes guarantee. */
    void check(Invariant invariant, boolean holds, Supplier<String> message) {
        counts.checked(invariant);
        if (!holds) {
            throw new AssertionError(invariant + ": " + message.get() + " (seed " + seed + ")");
        }
    }

    /** How all nodes are that are up. */
    String describe() {
        return nodes.stream()
                .filter(SimulatedNode::isUp)
                .map(SimulatedNode::exchange)
                .map(SimulatedCluster::describe)
                .collect(Collectors.joining());
    }

    private static String describe(Exchange each) {
        String peers = each.peers().values().stream()
                .map(peer -> peer.origin()
                        + (peer.isLinked() ? " linked" : "")
                        + (peer.cut() == null ? " unheard" : " " + peer.cut()))
                .collect(Collectors.joining("\n      ", "\n      ", ""));
        return "\n  " + each.self() + " " + each.stage() + " holds " + each.held() + " fenced "
                + each.members().fenced() + " as " + each.members().digest() + peers;
    }

    void close() {
        nodes.forEach(SimulatedNode::close);
    }
}

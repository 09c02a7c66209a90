package softadastra.sync;

import static softadastra.sync.Invariant.I11;
import static softadastra.sync.Invariant.I12;
import static softadastra.sync.Invariant.I16;
import static softadastra.sync.Invariant.I3;
import static softadastra.sync.Invariant.I4;
import static softadastra.sync.Invariant.I6;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Value;

/** What is checked all the time in a simulation: of a node by itself, and beside those that hold the same. */
final class SimulationChecks {

    private final SimulatedCluster cluster;
    private final SimulationOracle oracle;
    private final SimulationWords words;
    private final SimulatedDifference difference;
    private long outboxes;

    SimulationChecks(
            SimulatedCluster cluster, SimulationOracle oracle, SimulationWords words, SimulatedDifference difference) {
        this.cluster = cluster;
        this.oracle = oracle;
        this.words = words;
        this.difference = difference;
    }

    /** A node was started, on a log that it has said something from. */
    void started(SimulatedNode node) {
        Vector held = new Vector(node.store().context().counters());
        Vector before = node.exchange().members().clamp(words.heldBy(node.id()));
        cluster.check(I3, held.includes(before), () -> node.id() + " said it held " + before + ", and has " + held);
        long floor = words.promiseOf(node.exchange().self());
        long clock = node.store().replication().clock().orElseThrow().packed();
        cluster.check(I11, Long.compareUnsigned(clock, floor) >= 0, () -> node.id() + " has a clock below its promise");
    }

    /** A node sends a message: a part of what stands there is no longer than parts are to be, unless it is of one key. */
    void sent(NodeId from, SyncMessage message) {
        message.chunk().ifPresent(part -> {
            Set<Key> keys = new HashSet<>(part.known());
            long bytes = 0;
            for (OperationRecord each : part.survivors()) {
                keys.add(each.operation().key());
                bytes += each.operation().key().length()
                        + each.operation().value().map(Value::length).orElse(0);
            }
            for (Conflict each : part.conflicts()) {
                keys.add(each.key());
                bytes += each.key().length() + each.lost().map(Value::length).orElse(0);
            }
            part.rejected().forEach(each -> keys.add(each.key()));
            long length = bytes;
            cluster.check(
                    I16,
                    keys.size() <= 1 || length <= cluster.node(from).chunkBytes(),
                    () -> from + " sends a part of " + keys + " with " + length + " bytes");
        });
    }

    /** A node has done a step. */
    void stepped(SimulatedNode node) {
        long diverged = node.exchange().antiEntropy().diverged();
        cluster.check(I6, difference.isThere() || diverged == 0, () -> node.id() + " has found somebody to differ");
        cluster.check(
                I4,
                node.exchange().held().equals(SimulatedCluster.counting(node)),
                () -> node.id() + " counts " + node.exchange().held() + ", and its log "
                        + node.store().context());
        for (Peer peer : node.exchange().peers().values()) {
            cluster.check(
                    I16,
                    peer.inFlight().isWithinWindow(),
                    () -> peer.inFlight().size() + " operations in flight to " + peer.node());
            cluster.check(
                    I3,
                    words.saidBy(peer.origin()).includes(peer.acknowledged()),
                    () -> peer.origin() + " never said " + peer.acknowledged());
        }
        checkOutbox(node);
        checkEqualOnes(node);
    }

    /** Who has never met anybody forgets removals at once, but for the last one, and that before long. */
    void noteForgottenAlone(SimulatedNode node) {
        if (node.exchange().peers().isEmpty()) {
            oracle.forgotten(node, words, cluster.isApart(node));
        }
    }

    /** A node has written a checkpoint. */
    void checkpointed(SimulatedNode node) {
        if (node.exchange().peers().isEmpty()) {
            oracle.mayForget(node);
        }
        LogStart start = node.store().replication().start().orElseThrow();
        for (SimulatedNode other : cluster.nodes()) {
            oracle.checkServes(node, start, other, words.heldBy(other.id()), difference);
        }
    }

    /** The outbox is what its parts come to, and has whatever is not known to be held by all. */
    void checkOutbox(SimulatedNode node) {
        SyncState state = node.exchange().state();
        long parts = state.pendingCount() + state.queuedCount() + state.inFlightCount() + state.failedCount();
        Origin self = node.exchange().self();
        Members members = node.exchange().members();
        long lacking = 0;
        for (Map.Entry<Origin, Long> own :
                members.clamp(node.store().context()).counters().entrySet()) {
            if (own.getKey().node().equals(node.id())) {
                lacking += Math.max(0, own.getValue() - words.leastHeld(members, self, own.getKey()));
            }
        }
        long least = lacking;
        cluster.check(
                I12,
                state.outboxSize() == parts && state.outboxSize() >= least,
                () -> node.id() + " has " + state + ", and others lack " + least);
        if (outboxes++ % 32 == 0) {
            checkStatuses(node, state);
        }
    }

    /** The statuses of single operations come to the counts, and each one is what can be said of it. */
    private void checkStatuses(SimulatedNode node, SyncState state) {
        Exchange exchange = node.exchange();
        OutboxStatuses statuses = exchange.statuses();
        Map<SyncStatus, Long> counts = new EnumMap<>(SyncStatus.class);
        long unused = node.store()
                .retainedLocalOperations((sequence, record) -> {
                    OperationId id = record.id();
                    if (statuses.has(id)) {
                        counts.merge(statuses.of(id), 1L, Long::sum);
                        checkStatus(exchange, id, statuses.of(id));
                    }
                    return true;
                })
                .orElseThrow();
        long found = counts.values().stream().mapToLong(each -> each).sum();
        long written = state.outboxSize() + state.acknowledgedCount();
        boolean agree = exchange.hasMembers()
                && agree(counts, SyncStatus.PENDING, state.pendingCount(), found == written)
                && agree(counts, SyncStatus.QUEUED, state.queuedCount(), found == written)
                && agree(counts, SyncStatus.IN_FLIGHT, state.inFlightCount(), found == written)
                && agree(counts, SyncStatus.ACKNOWLEDGED, state.acknowledgedCount(), found == written)
                && agree(counts, SyncStatus.FAILED, state.failedCount(), found == written);
        cluster.check(
                I12,
                agree || !exchange.hasMembers(),
                () -> node.id() + " has " + state + ", and its operations are " + counts);
    }

    /** Behind a checkpoint not all of what counts is in the log. */
    private static boolean agree(Map<SyncStatus, Long> counts, SyncStatus status, long count, boolean hasAll) {
        long found = counts.getOrDefault(status, 0L);
        return hasAll ? found == count : found <= count;
    }

    private void checkStatus(Exchange exchange, OperationId id, SyncStatus status) {
        boolean everybodyHasIt = exchange.peers().values().stream()
                .allMatch(peer -> peer.acknowledged().includes(id));
        boolean isSent = exchange.peers().values().stream()
                .anyMatch(peer -> !peer.acknowledged().includes(id)
                        && peer.inFlight().through(id.node()).getOrDefault(id.origin(), 0L) >= id.counter());
        boolean isTrue = switch (status) {
            case PENDING, QUEUED ->
                !isSent && (!everybodyHasIt || exchange.peers().isEmpty());
            case IN_FLIGHT -> isSent && words.wasSent(id);
            case ACKNOWLEDGED -> everybodyHasIt;
            case FAILED -> exchange.rejecting().failedOperations().contains(id);
            case APPLIED -> false;
        };
        cluster.check(I12, isTrue, () -> id + " is said to be " + status);
    }

    /** Those who hold the same have the same; unless something stands there that came before those it belongs to. */
    private void checkEqualOnes(SimulatedNode node) {
        for (SimulatedNode other : cluster.nodes()) {
            if (other.isUp()
                    && !other.equals(node)
                    && other.subscription().equals(node.subscription())
                    && SimulatedCluster.isTakingPart(node)
                    && SimulatedCluster.isTakingPart(other)
                    && other.exchange().members().equals(node.exchange().members())
                    && other.store().context().equals(node.store().context())
                    && !node.contents().hasEarly()
                    && !other.contents().hasEarly()) {
                cluster.check(
                        I6,
                        node.contents().text().equals(other.contents().text()),
                        () -> node.id() + " and " + other.id() + " hold the same, and differ: "
                                + node.contents().text() + "and\n"
                                + other.contents().text());
                cluster.check(
                        I6,
                        node.contents().sum() == other.contents().sum(),
                        () -> "sums of " + node.id() + " and " + other.id() + " differ");
            }
        }
    }
}

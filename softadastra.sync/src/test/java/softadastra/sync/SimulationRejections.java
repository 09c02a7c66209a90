package softadastra.sync;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.sync.Rejections.Claim;

/** Which operations the nodes of a simulation reject for good, and what is to come of it: their writers know, and nothing waits. */
final class SimulationRejections {

    /** That a node has rejected an operation, in whatever epoch. */
    private record Rejected(NodeId by, OperationId id) {

        static Rejected of(Claim claim) {
            return new Rejected(claim.by().node(), claim.id());
        }
    }

    /** What was noted to be rejected, in the logs that the nodes have now, and what was ever said to be by those who did it. */
    private final Set<Rejected> rejected = new HashSet<>();

    private final Set<Rejected> said = new HashSet<>();

    /** Which of it its writers have ever noted; and have had dealt with, as their logs know. */
    private final Set<Rejected> failed = new HashSet<>();

    private final Set<Rejected> dealtWith = new HashSet<>();
    private long retried;

    /** What nodes had noted to be rejected when their logs were copied. */
    private final Map<NodeId, Set<Rejected>> saved = new HashMap<>();

    /** Who may have got a part of what stands elsewhere. */
    private final Set<NodeId> told = new HashSet<>();

    /** Sees what is said; those who get a part of what stands somewhere go without more than what they know of. */
    void sent(SyncMessage message) {
        NodeId from = message.from().node();
        message.refusals().words().stream()
                .filter(word -> word.by().node().equals(from))
                .forEach(word -> said.add(new Rejected(from, word.rejection().id())));
        if (message.chunk().isPresent()) {
            message.to().ifPresent(origin -> told.add(origin.node()));
        }
    }

    /** Whether what a node has follows from what it has rejected: it was told of every operation by itself. */
    boolean isPlain(SimulatedNode node) {
        return !told.contains(node.id()) && node.subscription().isEverything();
    }

    /** Whether a node has ever rejected an operation. */
    boolean hasRejected(SimulatedNode node, OperationId id) {
        return rejected.stream()
                .anyMatch(claim -> claim.id().equals(id) && claim.by().equals(node.id()));
    }

    /** Whether the writer of an operation has been told that somebody rejected it. */
    boolean isFailed(OperationId id) {
        return failed.stream().anyMatch(claim -> claim.id().equals(id));
    }

    /** A node's log is copied. */
    void save(NodeId node) {
        saved.put(
                node,
                Set.copyOf(
                        rejected.stream().filter(each -> each.by().equals(node)).toList()));
    }

    /**
     * A node's log was lost, or the copy is in its place: what it has rejected since it may have told nobody, nor know what is done.
     */
    void lost(NodeId node, boolean putBack) {
        rejected.removeIf(each -> each.by().equals(node));
        rejected.addAll(putBack ? saved.getOrDefault(node, Set.of()) : Set.of());
        dealtWith.removeIf(each -> each.id().node().equals(node));
    }

    /** Nodes may have rejected operations on such a key, each others. */
    static boolean mayReject(Key key) {
        return key.asString().charAt(0) >= 'x';
    }

    /** What a node takes: of the keys that some reject, each node rejects another quarter, and what is large. */
    static Admitting admission(NodeId self) {
        int quarter = self.hashCode() & 3;
        Admitting admitting = Admitting.of(
                self,
                (origin, operation) ->
                        operation.value().map(value -> value.bytes()[0] & 3).orElse(0) == quarter
                                ? Optional.of("not on " + self)
                                : Optional.empty(),
                90_000);
        return incoming -> mayReject(incoming.operation().key()) ? admitting.asked(incoming) : Optional.empty();
    }

    /** Takes note of what a node has noted by now. */
    void see(SimulatedNode node) {
        if (node.isUp()) {
            node.exchange().rejecting().untoldOperations().forEach(id -> rejected.add(new Rejected(node.id(), id)));
            claims(node).stream().map(Rejected::of).forEach(claim -> {
                SimulationOracle.require(!dealtWith.contains(claim), () -> "failed again: " + claim);
                failed.add(claim);
            });
        }
    }

    private static Collection<Claim> claims(SimulatedNode node) {
        return node.exchange().rejecting().claims();
    }

    /** The application retries or discards something that has failed. */
    void deal(SimulatedNode node, SplittableRandom random) {
        List<FailedOperation> all = node.exchange().rejecting().failed();
        List<FailedOperation> current =
                all.stream().filter(each -> isCurrent(node, each)).toList();
        boolean retrying = random.nextBoolean();
        List<FailedOperation> some = retrying && !current.isEmpty() ? current : all;
        if (!some.isEmpty()) {
            FailedOperation operation = some.get(random.nextInt(some.size()));
            Collection<Claim> claims = claims(node);
            if (retrying && retry(node, operation)) {
                retried++;
            } else {
                var unused = node.exchange().rejecting().discard(operation.id()).orElseThrow();
            }
            claims.stream()
                    .filter(claim -> claim.id().equals(operation.id()))
                    .forEach(claim -> dealtWith.add(Rejected.of(claim)));
        }
    }

    /** Whether it is what stands under its key, and alone. */
    private static boolean isCurrent(SimulatedNode node, FailedOperation operation) {
        return node.store().replication().standing(operation.key()).orElseThrow().stream()
                .anyMatch(each -> each.id().equals(operation.id()) && !each.contested());
    }

    private static boolean retry(SimulatedNode node, FailedOperation operation) {
        boolean current = isCurrent(node, operation);
        Result<Unit> retried = node.exchange().rejecting().retry(operation.id());
        boolean asExpected =
                current ? retried.isOk() : retried.isErr() && retried.error().code() == ErrorCode.INVALID_STATE;
        SimulationOracle.require(
                asExpected, () -> "retry of " + operation + " where it stands " + current + ": " + retried);
        return current;
    }

    /** Whether all writers know, as far as their nodes can tell. */
    static boolean isQuiet(List<SimulatedNode> nodes) {
        return nodes.stream()
                .allMatch(node -> node.exchange().rejecting().untoldOperations().isEmpty());
    }

    /** Checks nodes that hold the same: each writer knows, and nothing has waited for what was rejected. */
    void check(List<SimulatedNode> nodes) {
        for (SimulatedNode node : nodes) {
            Members members = node.exchange().members();
            CausalContext held = node.store().context();
            for (Rejected claim : rejected) {
                if (claim.by().equals(node.id())) {
                    // What is beyond a fence does not come back, so its writer need not know.
                    SimulationOracle.require(
                            failed.contains(claim) || members.refuses(claim.id()),
                            () -> "I15: the writer does not know that " + node.id() + " rejected " + claim);
                    checkNothingWaits(claim.id(), node, nodes);
                }
            }
            SyncState state = node.exchange().state();
            SimulationOracle.require(
                    state.outboxSize() == state.failedCount(),
                    () -> "I12: " + state + " of " + node.id() + " has more");
            SimulationOracle.require(
                    state.failedCount()
                            == claims(node).stream()
                                    .map(Claim::id)
                                    .filter(id -> members.clamp(held).includes(id))
                                    .distinct()
                                    .count(),
                    () -> "I12: " + state + " of " + node.id() + " where " + claims(node) + " failed");
        }
        SimulationOracle.require(said.containsAll(failed), () -> "I15: failed and not rejected");
    }

    private static void checkNothingWaits(OperationId rejected, SimulatedNode node, List<SimulatedNode> nodes) {
        Origin origin = rejected.origin();
        for (SimulatedNode writer : nodes) {
            boolean wrote = writer.exchange().self().equals(origin);
            SimulationOracle.require(
                    !wrote
                            || node.store().context().counter(origin)
                                    == writer.store().context().counter(origin),
                    () -> "I15: " + node.id() + " lacks what came behind " + rejected);
        }
    }

    /** How many operations have failed. */
    long count() {
        return failed.stream().map(Rejected::id).distinct().count();
    }

    long retried() {
        return retried;
    }
}

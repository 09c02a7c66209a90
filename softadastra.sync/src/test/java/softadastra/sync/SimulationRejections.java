package softadastra.sync;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.Origin;
import softadastra.sync.Rejections.Claim;

/** Which operations the nodes of a simulation reject for good, and what is to come of it: their writers know, and nothing waits. */
final class SimulationRejections {

    /** What was ever noted to be rejected, and which of it its writers have ever noted, or had dealt with. */
    private final Set<Claim> rejected = new HashSet<>();

    private final Set<Claim> failed = new HashSet<>();
    private final Set<Claim> dealtWith = new HashSet<>();
    private long retried;

    /** Nodes may have rejected operations on such a key, each others. */
    static boolean mayReject(Key key) {
        return key.asString().startsWith("x");
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
            Origin self = node.exchange().self();
            node.exchange().rejecting().untoldOperations().forEach(id -> rejected.add(new Claim(self, id)));
            claims(node).forEach(claim -> {
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
            claims.stream().filter(claim -> claim.id().equals(operation.id())).forEach(dealtWith::add);
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
            Origin self = node.exchange().self();
            CausalContext held = node.store().context();
            for (Claim claim : rejected) {
                if (claim.by().equals(self)) {
                    SimulationOracle.require(
                            failed.contains(claim),
                            () -> "I15: the writer does not know that " + self + " rejected " + claim);
                    for (SimulatedNode writer : nodes) {
                        boolean wrote =
                                writer.exchange().self().equals(claim.id().origin());
                        long written =
                                writer.store().context().counter(claim.id().origin());
                        SimulationOracle.require(
                                !wrote || held.counter(claim.id().origin()) == written,
                                () -> "I15: " + self + " lacks what came behind " + claim.id());
                    }
                }
            }
            SyncState state = node.exchange().state();
            SimulationOracle.require(
                    state.outboxSize() == state.failedCount()
                            && state.failedCount()
                                    == claims(node).stream()
                                            .map(Claim::id)
                                            .distinct()
                                            .count(),
                    () -> "I12: " + state + " of " + node.id() + " where " + claims(node) + " failed");
        }
        SimulationOracle.require(rejected.containsAll(failed), () -> "I15: failed and not rejected");
    }

    /** How many operations have failed. */
    long count() {
        return failed.stream().map(Claim::id).distinct().count();
    }

    long retried() {
        return retried;
    }
}

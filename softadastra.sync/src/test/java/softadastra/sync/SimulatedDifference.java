package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Replication;
import softadastra.store.Standing;

/**
 * What a damaged log or a wrong program may do to a node: once in a run, one of them goes back to an older value of a key, behind
 * everybody's back. In the end all are to have the last one again, or to know that they do not. Until then nothing is said of that key but that whoever writes to it
 * has seen the last one, and of what is lost under it there is nothing to be told for sure.
 */
final class SimulatedDifference {

    private final boolean enabled;
    private final boolean moving;
    private @Nullable Key key;

    /**
     * A difference that is not there yet.
     *
     * @param enabled whether there is to be one, where all nodes compare what they have: those who want all of it
     * @param moving whether nodes come and go
     */
    SimulatedDifference(boolean enabled, boolean moving) {
        this.enabled = enabled;
        this.moving = moving;
    }

    /** Whether it is under a key. */
    boolean isOf(Key other) {
        return Objects.equals(other, key);
    }

    boolean isThere() {
        return key != null;
    }

    /** What is to be done to a node; empty if there is nothing, or it was done. */
    Optional<Runnable> at(SimulatedNode node, List<SimulatedNode> nodes, SplittableRandom random) {
        boolean possible = enabled
                && key == null
                && node.isUp()
                && nodes.stream().allMatch(each -> each.subscription().isEverything());
        List<OperationRecord> older = possible ? older(node, nodes) : List.of();
        if (older.isEmpty()) {
            return Optional.empty();
        }
        OperationRecord chosen = older.get(random.nextInt(older.size()));
        key = chosen.operation().key();
        nodes.forEach(each -> each.leaveOut(chosen.operation().key()));
        Arbiter wrong = (incoming, standing) -> Effect.WON;
        return Optional.of(() -> {
            var unused = node.store().replication().mend(List.of(chosen), wrong).orElseThrow();
        });
    }

    /** The values in the log of a node that others have replaced since, which somebody else has as well. */
    private static List<OperationRecord> older(SimulatedNode node, List<SimulatedNode> nodes) {
        Replication replication = node.store().replication();
        List<OperationRecord> older = new ArrayList<>();
        long unused = node.store()
                .operations(replication.start().orElseThrow().sequence(), (sequence, record) -> {
                    Key of = record.operation().key();
                    boolean isPlain = SimulationPolicies.converges(of)
                            && !SimulationPolicies.ALL.of(of).keepsAll();
                    if (isPlain && record.operation().value().isPresent() && isReplaced(record, node, nodes)) {
                        older.add(OperationRecord.remote(
                                record.id(),
                                record.stamp(),
                                record.version(),
                                Effect.WON,
                                CausalContext.EMPTY,
                                record.operation()));
                    }
                    return true;
                })
                .orElseThrow();
        return older;
    }

    private static boolean isReplaced(OperationRecord record, SimulatedNode node, List<SimulatedNode> nodes) {
        Key of = record.operation().key();
        List<Standing> standing = standing(node, of);
        return standing.size() == 1
                && standing.get(0).value().isPresent()
                && node.store().context().includes(standing.get(0).id())
                && LastWriteWins.compare(
                                record.stamp(),
                                record.id(),
                                standing.get(0).stamp(),
                                standing.get(0).id())
                        < 0
                && nodes.stream()
                        .anyMatch(other -> other != node
                                && other.isUp()
                                && other.store()
                                        .context()
                                        .includes(standing.get(0).id())
                                && standing(other, of).stream()
                                        .anyMatch(each ->
                                                each.id().equals(standing.get(0).id())));
    }

    private static List<Standing> standing(SimulatedNode node, Key of) {
        return node.store().replication().standing(of).orElseThrow();
    }

    /** What stands under its key, by node. */
    String describe(List<SimulatedNode> nodes) {
        StringBuilder text = new StringBuilder();
        Key of = key;
        if (of != null) {
            for (SimulatedNode node : nodes) {
                text.append("\n  ").append(node.id()).append(' ').append(standing(node, of));
            }
        }
        return text.toString();
    }

    /**
     * Whether all have the same under its key; or all but those that have nothing, and that is told. A removal that lost everywhere
     * else may have won where the older value was, and be forgotten. Who has a way to such nodes only is told by nobody what is later.
     */
    boolean isOver(SimulatedCluster cluster) {
        List<SimulatedNode> nodes = cluster.nodes();
        if (key == null || nodes.stream().map(this::values).distinct().count() == 1) {
            return true;
        }
        boolean isTold =
                nodes.stream().anyMatch(node -> node.exchange().antiEntropy().diverged() > 0);
        return isTold
                && nodes.stream()
                        .allMatch(one -> neighbours(one, cluster).allMatch(other -> {
                            List<OperationId> ours = values(one);
                            List<OperationId> theirs = values(other);
                            return ours.isEmpty() || theirs.isEmpty() || ours.equals(theirs);
                        }));
    }

    private static Stream<SimulatedNode> neighbours(SimulatedNode node, SimulatedCluster cluster) {
        return cluster.nodes().stream()
                .filter(other -> other != node && cluster.network().isLinked(node.id(), other.id()));
    }

    private List<OperationId> values(SimulatedNode node) {
        return standing(node, Objects.requireNonNull(key)).stream()
                .filter(each -> each.value().isPresent())
                .map(Standing::id)
                .toList();
    }

    /**
     * Whether a node, of which all others have the same, may have this: nothing where there should be something. And where nodes come and
     * go, the older value: who comes back learns it, as what stands, from the one that was altered, and what it had itself counts as
     * replaced there; so if nobody else has that, it is gone. And where only nodes that have nothing could tell it of the later one.
     */
    boolean excuses(Key other, SimulatedNode node, SimulatedCluster cluster) {
        if (!isOf(other)) {
            return false;
        }
        List<OperationId> ours = values(node);
        List<List<OperationId>> told =
                neighbours(node, cluster).map(this::values).toList();
        boolean isCutOff =
                told.contains(List.of()) && told.stream().allMatch(theirs -> theirs.isEmpty() || theirs.equals(ours));
        return moving || ours.isEmpty() || isCutOff;
    }
}

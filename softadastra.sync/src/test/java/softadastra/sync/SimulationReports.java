package softadastra.sync;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import softadastra.core.NodeId;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/** Which values that have lost the applications of the nodes were told of, as far as their logs know. */
final class SimulationReports {

    private final Map<NodeId, Set<OperationId>> told = new HashMap<>();

    /** What a node was told of when its log was copied. */
    private final Map<NodeId, Set<OperationId>> saved = new HashMap<>();

    /** Those that some application has dealt with: who was away is not told of them again. */
    private final Set<OperationId> taken = new HashSet<>();

    /** The application of a node is told of a loser; whether it was not before. */
    boolean tell(NodeId node, OperationId loser) {
        return told.computeIfAbsent(node, absent -> new HashSet<>()).add(loser);
    }

    /** An application has dealt with some. */
    void take(Collection<OperationId> losers) {
        taken.addAll(losers);
    }

    /** Whether a node was told. */
    boolean isTold(NodeId node, OperationId loser) {
        return told.getOrDefault(node, Set.of()).contains(loser);
    }

    /** Whether anybody was told. */
    boolean isTold(OperationId loser) {
        return taken.contains(loser) || told.values().stream().anyMatch(losers -> losers.contains(loser));
    }

    /** All that need not be told to a node again. */
    Set<OperationId> knownAt(NodeId node) {
        Set<OperationId> known = new HashSet<>(taken);
        known.addAll(told.getOrDefault(node, Set.of()));
        return known;
    }

    /**
     * A node goes on in a new epoch. What it had written in the one before and does not count as held may be something else to others:
     * that it has lost there is told, whether or not it had lost here.
     */
    void renewed(NodeId node, Origin before, long held) {
        told.computeIfAbsent(node, absent -> new HashSet<>())
                .removeIf(loser -> loser.origin().equals(before) && loser.counter() > held);
    }

    /** A node's log is copied. */
    void save(NodeId node) {
        saved.put(node, new HashSet<>(told.getOrDefault(node, Set.of())));
    }

    /** A node's log was lost, or the copy is in its place. */
    void lost(NodeId node, boolean putBack) {
        told.put(node, putBack ? new HashSet<>(saved.getOrDefault(node, Set.of())) : new HashSet<>());
    }
}

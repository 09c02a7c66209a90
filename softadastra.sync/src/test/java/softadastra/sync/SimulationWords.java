package softadastra.sync;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;

/** What nodes have said to others: that they hold something, and what they have promised. */
final class SimulationWords {

    /** What nodes are to hold for ever, since they have said so from the logs that they have now. */
    private final Map<NodeId, Vector> held = new HashMap<>();

    /** All that was ever said from an epoch, whatever has become of its log. Nobody can know more of it. */
    private final Map<Origin, Vector> ever = new HashMap<>();

    /** The last operation of each origin that its node has ever told of. */
    private final Vector told = new Vector();

    private final Map<Origin, Long> promised = new HashMap<>();

    /** Those who have said last that they have yet to learn what stands elsewhere. */
    private final Set<Origin> learning = new HashSet<>();

    /** A message goes out. */
    void sent(SyncMessage message) {
        Cut cut = message.state().cut();
        boolean unused = heldBy(message.from().node()).merge(cut.held());
        boolean unusedToo = saidBy(message.from()).merge(cut.held());
        message.operations().stream().map(OperationRecord::id).forEach(id -> tell(message.from(), id));
        message.skips().forEach(skip -> tell(message.from(), new OperationId(skip.origin(), skip.through())));
        boolean unusedEither = cut.returning() ? learning.add(message.from()) : learning.remove(message.from());
        promised.merge(
                message.from(), cut.promise(), (one, other) -> Long.compareUnsigned(one, other) > 0 ? one : other);
    }

    private void tell(Origin by, OperationId id) {
        if (by.node().equals(id.node())) {
            told.raise(id.origin(), Math.max(told.counter(id.origin()), id.counter()));
        }
    }

    /** Whether an operation was ever sent by the node that wrote it, or told to be left out. */
    boolean wasSent(OperationId id) {
        return told.includes(id);
    }

    /** What a node is to hold. */
    Vector heldBy(NodeId node) {
        return held.computeIfAbsent(node, absent -> new Vector());
    }

    /** What an epoch has ever said that it holds. */
    Vector saidBy(Origin origin) {
        return ever.computeIfAbsent(origin, absent -> new Vector());
    }

    /** Below what an epoch is not to write; 0 if it has promised nothing. */
    long promiseOf(Origin origin) {
        return promised.getOrDefault(origin, 0L);
    }

    /** How many operations of an origin all members but one have said that they hold; all of them if there is no other. */
    long leastHeld(Members members, Origin but, Origin origin) {
        return members.current().stream()
                .filter(each -> !each.equals(but))
                .mapToLong(each -> saidBy(each).counter(origin))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /**
     * Whether all members have said that they hold an operation, but one, and those who have yet to learn what stands elsewhere: they
     * are members from when they are heard of on, which a round of forgetting that was under way need not wait for.
     */
    boolean isEverywhere(Members members, Origin but, OperationId id) {
        return members.current().stream()
                .filter(each -> !each.equals(but) && promiseOf(each) != 0 && !learning.contains(each))
                .allMatch(each -> saidBy(each).includes(id));
    }

    /** The members that have said that they hold an operation. */
    List<Origin> holders(Members members, OperationId id) {
        return members.current().stream()
                .filter(each -> saidBy(each).includes(id))
                .toList();
    }

    /** A node's log was lost, or an earlier one is in its place: it need not have what it has said. */
    void lost(NodeId node) {
        held.remove(node);
        promised.keySet().removeIf(origin -> origin.node().equals(node));
    }

    /** A node goes on in a new epoch: of its own earlier ones it is to hold what it has. */
    void renewed(NodeId node, CausalContext has) {
        Vector claimed = heldBy(node);
        for (Origin origin : Map.copyOf(claimed.counters()).keySet()) {
            if (origin.node().equals(node)) {
                claimed.lower(origin, Math.min(claimed.counter(origin), has.counter(origin)));
            }
        }
    }
}

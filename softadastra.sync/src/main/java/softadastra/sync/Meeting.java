package softadastra.sync;

import java.util.Optional;
import softadastra.core.NodeId;
import softadastra.store.Origin;

/**
 * What each of two nodes knows of members, where one has not let the other one in yet: they may be of two groups that have gone on without
 * each other.
 *
 * @param ours whom this node knows
 * @param self its id
 * @param theirs whom the other one knows
 * @param other its id
 */
record Meeting(Members ours, NodeId self, Members theirs, NodeId other) {

    /** Whether the other one takes part with nodes that were never members here. */
    boolean bringsOthers() {
        return othersOf(theirs, ours);
    }

    /** Whether this node takes part with nodes that were never members there. */
    boolean isToBringOthers() {
        return othersOf(ours, theirs);
    }

    private boolean othersOf(Members some, Members unknownTo) {
        return some.current().stream()
                .map(Origin::node)
                .anyMatch(node -> !node.equals(other) && !node.equals(self) && !unknownTo.knows(node));
    }

    /** Whether the other one knows of origins that this node does not. */
    boolean knowsOthers() {
        return !ours.joined().containsAll(theirs.joined());
    }

    /**
     * Whether the other one has the first of all origins that one of both does not know. Where it knows all that this node does, it has
     * none: it has let somebody in, and it is the other one that comes back.
     */
    boolean isNamedBefore() {
        Optional<Origin> here = firstOf(ours, theirs);
        Optional<Origin> there = firstOf(theirs, ours);
        return here.isPresent() && there.isPresent() && there.get().compareTo(here.get()) < 0;
    }

    private static Optional<Origin> firstOf(Members some, Members others) {
        return some.joined().stream()
                .filter(each -> !others.joined().contains(each))
                .findFirst();
    }

    /**
     * Ours with those fenced that the other one, which has begun to forget removals, has never heard of: these were let in by this node
     * while it did not know of the other one, and may have what is gone there. They come back as this node does.
     */
    Members withoutUnknown() {
        Members next = ours;
        for (Origin each : ours.current()) {
            next = theirs.knows(each.node()) || each.node().equals(self) ? next : next.fence(each, Members.OPEN);
        }
        return next;
    }
}

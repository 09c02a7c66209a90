package softadastra.sync;

import softadastra.store.Origin;

/**
 * Who the sender of a message is to this node, and this node to it, by what it says and as of the members that are known here.
 *
 * @param state what it says of itself
 * @param self this node
 * @param known the members that this node knows
 */
record Sender(SyncMessage.State state, Origin self, Members known) {

    Origin origin() {
        return state.from();
    }

    /** The members that it knows. */
    Members members() {
        return state.members();
    }

    /** Whether it is, or was, a member here. */
    boolean isMember() {
        return known.joined().contains(origin());
    }

    /** Whether it is fenced here. */
    boolean isFenced() {
        return known.fenced().containsKey(origin());
    }

    /** Whether this node, in the epoch that it has, is, or was, a member there. */
    boolean hasLetUsIn() {
        return members().joined().contains(self);
    }

    /** Whether this node is fenced there. */
    boolean hasFencedUs() {
        return members().fenced().containsKey(self);
    }

    /** What it has promised; packed, 0 for nothing. */
    long promise() {
        return state.cut().promise();
    }

    boolean hasPromised() {
        return promise() != 0;
    }

    /** Whether it is on its way back. */
    boolean isReturning() {
        return state.cut().returning();
    }

    /** Whether it is of those who may have forgotten removals: it takes part, and has promised. */
    boolean mayHaveForgotten() {
        return hasPromised() && !isReturning();
    }

    /** What it holds. */
    Vector held() {
        return state.cut().held();
    }

    /** What this node and the sender know of members. */
    Meeting meeting() {
        return new Meeting(known, self.node(), members(), origin().node());
    }
}

package softadastra.sync;

import java.util.Optional;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/**
 * What one node has to tell another one: all that is held here, if its subscription covers that of the other one. If it is the other
 * way round, what is here without a gap that the other one has yet to fill, and nothing is said of the rest. Else nothing: both hear of
 * each other's operations from those who cover both.
 *
 * <p>What the other one does not want it is told to be left out, by somebody who does not want everything once others do hold it who do.
 * So whoever lacks something gets it from somebody above, and nobody waits for one who waits for it.
 *
 * @param subscriptions who wants what
 * @param wanted what the other one wants
 * @param covers whether all of it is here, as far as it is held
 * @param acknowledged what the other one holds
 * @param above what those hold who want everything; nothing where one of the two does
 */
record Share(Subscriptions subscriptions, Subscription wanted, boolean covers, Vector acknowledged, Vector above) {

    /** Whether there is anything to tell. */
    boolean isAny() {
        return covers || wanted.covers(subscriptions.own());
    }

    /** Whether an operation is to be told of. */
    boolean has(OperationId id) {
        return covers || subscriptions.isComplete(id, acknowledged);
    }

    /** Whether all of an origin is here that the other one lacks, as far as it is held. */
    boolean isWhole(Origin origin) {
        return covers || subscriptions.isComplete(new OperationId(origin, Long.MAX_VALUE), acknowledged);
    }

    /** Whether the other one wants what is under a key, and is not only to hear that it was left out. */
    boolean wants(Key key) {
        return wanted.matches(key);
    }

    /** Whether the other one may be told by this node that an operation is left out. */
    boolean mayLeaveOut(OperationId id) {
        return isBetweenSome() ? above.includes(id) : true;
    }

    /** Whether neither of the two wants everything. */
    private boolean isBetweenSome() {
        return !wanted.isEverything() && !subscriptions.own().isEverything();
    }

    /** Whether a message to the other one may say that something is left out. */
    boolean mayLeaveOut() {
        return !wanted.isEverything() || !subscriptions.own().isEverything();
    }

    /** Of what is held here that which the other one can have from here. */
    Vector of(Vector held) {
        return covers ? held : subscriptions.complete(held, acknowledged);
    }

    /** Whether it lacks something that was before the log can be read operation by operation. */
    boolean isBehind(Peer peer, LogStart start) {
        if (covers) {
            return peer.isBehind(start.held());
        }
        return isAny()
                && peer.isBehind(subscriptions
                        .complete(new Vector(start.held()), acknowledged)
                        .toContext());
    }

    /**
     * What a peer that is behind holds once it has what stands here; empty if it is to get something from somebody else before.
     *
     * @param held what is held here
     */
    Optional<Vector> cut(Peer peer, LogStart start, Vector held) {
        if (covers && !isBetweenSome()) {
            return Optional.of(held.copy());
        }
        if (peer.parts().isWhole()) {
            return Optional.empty();
        }
        Vector before = new Vector(start.held());
        Vector told = of(before);
        if (!isReady(before, told)) {
            return Optional.empty();
        }
        if (isBetweenSome()) {
            // It counts all of it as held, and some of that it may not want.
            Vector safe = above.copy();
            boolean unused = safe.merge(acknowledged);
            if (!safe.includes(told)) {
                return Optional.empty();
            }
            return Optional.of(covers ? held.leastOf(safe) : told);
        }
        return Optional.of(told);
    }

    /**
     * Whether the other one has what the operations that it is told of knew: that is among what was held there, and without it, it would
     * hold them without.
     */
    private boolean isReady(Vector before, Vector told) {
        return before.origins().stream()
                .allMatch(each -> told.counter(each) >= before.counter(each)
                        || acknowledged.counter(each) >= before.counter(each));
    }
}

package softadastra.sync;

import java.util.Optional;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.OperationId;

/**
 * What one node has to tell another one: all that is held here, if its subscription covers that of the other one. If it is the other
 * way round, what is here without a gap, and nothing is said of the rest. Else nothing: both hear of each other's operations from those
 * who cover both.
 *
 * <p>So whoever lacks something gets it from somebody above, and nobody waits for one who waits for it.
 *
 * @param subscriptions who wants what
 * @param wanted what the other one wants
 * @param covers whether all of it is here, as far as it is held
 */
record Share(Subscriptions subscriptions, Subscription wanted, boolean covers) {

    /** Whether there is anything to tell. */
    boolean isAny() {
        return covers || wanted.covers(subscriptions.own());
    }

    /** Whether an operation is to be told of. */
    boolean has(OperationId id) {
        return covers || subscriptions.isComplete(id);
    }

    /** Whether the other one wants what is under a key, and is not only to hear that it was left out. */
    boolean wants(Key key) {
        return wanted.matches(key);
    }

    /** Whether a message to the other one may say that something is left out. */
    boolean mayLeaveOut() {
        return !wanted.isEverything() || !subscriptions.own().isEverything();
    }

    /** Of what is held here that which the other one can have from here. */
    Vector of(Vector held) {
        return covers ? held : subscriptions.complete(held);
    }

    /** Whether it lacks something that was before the log can be read operation by operation. */
    boolean isBehind(Peer peer, LogStart start) {
        if (covers) {
            return peer.isBehind(start.held());
        }
        return isAny()
                && peer.isBehind(subscriptions
                        .complete(new Vector(start.held().counters()))
                        .toContext());
    }

    /**
     * What a peer that is behind holds once it has what stands here; empty if it is to get something from somebody else before.
     *
     * @param held what is held here
     */
    Optional<Vector> cut(Peer peer, LogStart start, Vector held) {
        if (covers) {
            return Optional.of(held.copy());
        }
        Vector before = new Vector(start.held().counters());
        Vector complete = of(before);
        // What these operations knew is among what was held there; a peer that lacks some of it would hold them
        // without.
        boolean isReady = before.counters().entrySet().stream()
                .allMatch(each -> complete.counter(each.getKey()) >= each.getValue()
                        || peer.acknowledged().counter(each.getKey()) >= each.getValue());
        return isReady && !peer.isWhole() ? Optional.of(complete) : Optional.empty();
    }
}

package softadastra.sync;

import softadastra.store.Arbiter;
import softadastra.store.Origin;
import softadastra.store.StoreEngine;

/** A node's way back in a new epoch: why it takes that says {@link OwnEpoch}. For one thread. */
final class Returning {

    private final StoreEngine store;
    private final Membership membership;
    private final Mending mending;
    private final Subscriptions subscriptions;
    private final Peers peers;
    private final Incoming incoming;

    /** Whether it is to be written again what others may know as something else; a kill may have come before that was done. */
    private boolean writing;

    /** What some member had acknowledged before the engine was opened. */
    private final Vector acknowledgedBefore = new Vector();

    Returning(
            StoreEngine store,
            Membership membership,
            Mending mending,
            Subscriptions subscriptions,
            Peers peers,
            Incoming incoming,
            AckMarks acks) {
        this.store = store;
        this.membership = membership;
        this.mending = mending;
        this.subscriptions = subscriptions;
        this.peers = peers;
        this.incoming = incoming;
        this.writing = membership.stage() == Stage.WHOLE;
        acks.all().values().forEach(marks -> {
            boolean unused = acknowledgedBefore.merge(marks);
        });
    }

    /**
     * Goes on in a new epoch.
     *
     * @param lost whether others hold operations of this one which the log does not have: then what it has written since, as far as
     *     nobody had acknowledged that before, may be known to others by the same identities as something else
     */
    void begin(boolean lost) {
        Origin before = membership.self();
        membership.renew(lost ? acknowledgedBefore.counter(before) : Long.MAX_VALUE, this::subscribe);
        if (lost) {
            membership.forked(before);
        }
        incoming.startOver();
        peers.restart();
        writing |= lost;
    }

    /**
     * Writes again what stands here of this node's own and is not held: others may know something else by the same identities.
     *
     * @return how much that was; nothing unless that is to be done
     */
    int writeAgain() {
        if (!writing) {
            return 0;
        }
        int written = mending.writeAgain(
                id -> membership.isOwn(id.origin().node()) && !store.context().includes(id));
        writing = false;
        return written;
    }

    /** Whether that is still to be done, since the log has failed meanwhile. */
    boolean isWritingAgain() {
        return writing;
    }

    /**
     * Goes on having learned all that stands elsewhere. What was written meanwhile has known nothing of that by its place in the log,
     * and nobody has it yet: it is in an epoch of its own, and is written again too.
     */
    void learned() {
        if (store.context().counter(membership.self()) > 0) {
            membership.renewUnsent(this::subscribe);
        } else {
            membership.enter(Stage.REBASE);
        }
        peers.restart();
    }

    /** Says what this node wants under the origin that it goes on as. */
    private void subscribe(Origin renewed, Arbiter.NoteSink sink) {
        subscriptions.renewed(renewed).ifPresent(note -> sink.add(Subscriptions.NOTE, note));
    }
}

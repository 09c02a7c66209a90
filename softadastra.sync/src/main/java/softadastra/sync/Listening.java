package softadastra.sync;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import softadastra.core.Result;
import softadastra.store.Origin;
import softadastra.store.Replication;
import softadastra.store.StoreEngine;

/**
 * Listens to what others say of themselves: who wants what, who is let in, whether the log has lost something that others know, and how
 * each of them is. For one thread.
 */
final class Listening {

    private final StoreEngine store;
    private final Replication replication;
    private final InstantSource clock;
    private final Membership membership;
    private final Joining joining;
    private final Subscriptions subscriptions;
    private final Here here;
    private final Peers peers;
    private final Forgetting forgetting;
    private final Incoming incoming;
    private final Returning returning;
    private final Sending sending;

    Listening(
            StoreEngine store,
            InstantSource clock,
            Membership membership,
            Subscriptions subscriptions,
            Here here,
            Peers peers,
            Forgetting forgetting,
            Incoming incoming,
            Returning returning,
            Sending sending) {
        this.store = store;
        this.replication = store.replication();
        this.clock = clock;
        this.membership = membership;
        this.joining = new Joining(membership, peers, forgetting);
        this.subscriptions = subscriptions;
        this.here = here;
        this.peers = peers;
        this.forgetting = forgetting;
        this.incoming = incoming;
        this.returning = returning;
        this.sending = sending;
    }

    /** Takes in those who have spoken, and those they name; answers what may be taken of what they have sent. */
    List<SyncMessage> listen(List<SyncMessage> messages, Tally tally, long now) {
        // Before anything is noted of them: that would pass for what the log has lost.
        boolean lost = messages.stream().anyMatch(this::knowsMore);
        List<SyncMessage> heard = letIn(learn(messages, tally), tally, now);
        tally.attempt(() -> {
            if (lost) {
                heard.forEach(message -> membership.startAbove(
                        message.from(), message.state().cut().promise()));
            }
            if (lost || membership.epoch().isOver()) {
                // What was said to the old epoch is not said to the new one; nor to the old one, if it has to stay.
                heard.clear();
                returning.begin(lost);
            }
        });
        tally.attempt(() -> tally.reissued += returning.writeAgain());
        peers.admit();
        // Nothing is taken in before that is done: it would be taken for what others have let go.
        return returning.isWritingAgain() ? List.of() : heard;
    }

    /** Takes note of who wants what, before anything of theirs is decided on. */
    private List<SyncMessage> learn(List<SyncMessage> messages, Tally tally) {
        TreeMap<Origin, Subscription> news = new TreeMap<>();
        messages.stream()
                .filter(message -> joining.admits(message.from()))
                .forEach(message ->
                        news.putAll(subscriptions.news(message.state().subscriptions())));
        news.remove(membership.self());
        if (!news.isEmpty()) {
            byte[] note = Subscriptions.encode(news);
            Result<Long> noted = replication.note(Subscriptions.NOTE, note);
            if (noted.isErr()) {
                tally.attempt(noted::orElseThrow);
                return List.of();
            }
            subscriptions.read(note);
        }
        return messages;
    }

    /** Lets in who may be, with those they name; answers what members have said. */
    private List<SyncMessage> letIn(List<SyncMessage> messages, Tally tally, long now) {
        List<SyncMessage> heard = new ArrayList<>();
        Vector holds = new Vector(store.context());
        for (SyncMessage message : messages) {
            // Whoever is not let in is told how this node is, and so why.
            sending.greet(message.from().node());
            if (!joining.admits(message.from())) {
                joining.refuse(message.state(), now);
                continue;
            }
            tally.attempt(() -> {
                Stage before = membership.stage();
                try {
                    if (joining.letIn(message.state(), holds, now)) {
                        heard.add(message);
                    }
                } finally {
                    if (membership.stage() == Stage.WHOLE && before != Stage.WHOLE) {
                        incoming.startOver();
                    }
                }
            });
        }
        return heard;
    }

    /** Whether somebody, let in or not, knows this node's log to have had more. */
    private boolean knowsMore(SyncMessage message) {
        OwnEpoch epoch = membership.epoch();
        return membership.stage() != Stage.LEFT
                && !epoch.isOwn(message.from().node())
                && epoch.isAhead(message.state(), store.context(), here.said());
    }

    /** Takes note of how somebody is who was let in, and of what it tells of others; once what it has sent was taken in. */
    void hear(SyncMessage message, long now) {
        SyncMessage.State state = message.state();
        Peer peer = peers.get(state.from());
        if (peer != null) {
            peers.spoken(peer);
            peer.heard(state, now, clock.millis());
            if (state.relayed().containsKey(membership.self())) {
                peer.echoed();
            }
            membership.silences().heard(state.from(), now);
            forgetting.hear(state.want());
            forgetting.hear(state.cut().promise());
            state.relayed().forEach((origin, relayed) -> {
                Peer other = peers.get(origin);
                if (other != null) {
                    membership.silences().relayed(origin, relayed.silenceMillis() * 1_000_000L, now);
                    other.learn(relayed.cut(), relayed.accused(), now);
                }
            });
        }
    }
}

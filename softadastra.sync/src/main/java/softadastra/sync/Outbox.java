package softadastra.sync;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.StoreEngine;

/** What a node has yet to bring to others, and what is known of these, for people. For one thread. */
final class Outbox {

    private final StoreEngine store;
    private final Membership membership;
    private final Here here;
    private final Peers peers;
    private final Subscriptions subscriptions;
    private final Rejecting rejecting;
    private final Sending sending;

    Outbox(
            StoreEngine store,
            Membership membership,
            Here here,
            Peers peers,
            Subscriptions subscriptions,
            Rejecting rejecting,
            Sending sending) {
        this.store = store;
        this.membership = membership;
        this.here = here;
        this.peers = peers;
        this.subscriptions = subscriptions;
        this.rejecting = rejecting;
        this.sending = sending;
    }

    /**
     * How much of what this node has written, in any of its epochs, is yet to reach members; see {@link OutboxStatuses}. All of it waits
     * while there are none.
     */
    SyncState state() {
        long retries = peers.all().values().stream().mapToLong(Peer::retries).sum();
        return statuses().state(retries);
    }

    /** How many of this node's operations not all members hold, or have failed. */
    long size() {
        return known().state(0).outboxSize();
    }

    /** How far each operation of this node has come. Reads what is next for members, which is no more than a window each. */
    OutboxStatuses statuses() {
        OutboxStatuses statuses = known();
        NodeId self = membership.self().node();
        for (Peer peer : peers.all().values()) {
            statuses.add(peer.acknowledged(), peer.inFlight().through(self), sending.queued(peer));
        }
        return statuses;
    }

    /** What follows from the log alone. */
    private OutboxStatuses known() {
        // As of now, not of the last step: what was written since is not with anybody yet.
        // What a fence refuses is nobody's to have.
        Members members = membership.members();
        CausalContext context = members.clamp(store.context());
        // Who has rejected an operation holds it; it counts all the same, once, until the application has dealt with
        // it.
        Set<OperationId> failed = rejecting.failedOperations();
        failed.removeIf(id -> !context.includes(id));
        OutboxStatuses statuses = new OutboxStatuses(membership.self(), members, failed);
        NodeId self = membership.self().node();
        context.counters().forEach((origin, counter) -> {
            if (origin.node().equals(self)) {
                statuses.add(origin, counter, peers.leastAcknowledged(origin));
            }
        });
        return statuses;
    }

    /** How many of this node's operations all members hold. */
    long acknowledged() {
        Origin self = membership.self();
        long sum = 0;
        Vector held = here.held();
        for (Origin each : held.origins()) {
            // Somebody may have acknowledged what a fence refuses by now.
            boolean isOwn = each.node().equals(self.node());
            sum += isOwn ? Math.min(held.counter(each), peers.leastAcknowledged(each)) : 0;
        }
        return sum;
    }

    /** What is known of the members, at a time as of {@link Exchange#tick}. */
    List<PeerState> peerStates(List<TransportLink> links, long now) {
        Map<NodeId, String> addresses = new TreeMap<>();
        for (TransportLink link : links) {
            link.node().ifPresent(node -> addresses.put(node, link.address()));
        }
        return peers.all().values().stream()
                .map(peer -> new PeerState(
                        peer.node(),
                        Optional.ofNullable(addresses.get(peer.node())),
                        peer.isLinked(),
                        here.held().beyond(peer.acknowledged()),
                        peer.acknowledged().beyond(here.held()),
                        peer.inFlight().size(),
                        peer.retries(),
                        peer.isHeard() ? OptionalLong.of((now - peer.heardAt()) / 1_000_000) : OptionalLong.empty(),
                        peer.isHeard() ? OptionalLong.of(peer.clockOffsetMillis()) : OptionalLong.empty(),
                        subscriptions.of(peer.origin()).told()))
                .toList();
    }
}

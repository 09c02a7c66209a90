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
    private final Peer.Window window;

    Outbox(
            StoreEngine store,
            Membership membership,
            Here here,
            Peers peers,
            Subscriptions subscriptions,
            Rejecting rejecting,
            Peer.Window window) {
        this.store = store;
        this.membership = membership;
        this.here = here;
        this.peers = peers;
        this.subscriptions = subscriptions;
        this.rejecting = rejecting;
        this.window = window;
    }

    /**
     * How much of what this node has written, in any of its epochs, is yet to reach members. All of it while there are none.
     *
     * <p>In flight is what was sent to somebody and not acknowledged by all; queued is what is next for a member that there is a
     * way to; the rest is pending.
     */
    SyncState state() {
        // As of now, not of the last step: what was written since is not with anybody yet.
        // What a fence refuses is nobody's to have.
        Origin self = membership.self();
        CausalContext context = membership.members().clamp(store.context());
        long written = context.counters().entrySet().stream()
                .filter(each -> each.getKey().node().equals(self.node()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        // Who has rejected an operation holds it; it counts all the same, once, until the application has dealt with
        // it.
        Map<Origin, Long> least = new TreeMap<>();
        Set<OperationId> failed = rejecting.failedOperations();
        failed.removeIf(id -> !context.includes(id));
        long acknowledged = acknowledged()
                - failed.stream()
                        .filter(id -> least.computeIfAbsent(id.origin(), peers::leastAcknowledged) >= id.counter())
                        .count();
        long waiting = written - acknowledged - failed.size();
        long flying = 0;
        long retries = 0;
        boolean linked = false;
        long leastOwn = peers.leastAcknowledged(self);
        for (Peer peer : peers.all().values()) {
            flying = Math.max(flying, peer.inFlight(self) - leastOwn);
            retries += peer.retries();
            linked |= peer.isLinked();
        }
        long inFlight = Math.min(waiting, Math.max(0, flying));
        long queued = linked ? Math.min(waiting - inFlight, window.operations()) : 0;
        return new SyncState(
                waiting + failed.size(),
                queued,
                inFlight,
                acknowledged,
                failed.size(),
                waiting - inFlight - queued,
                retries);
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
                        peer.inFlight(),
                        peer.retries(),
                        peer.isHeard() ? OptionalLong.of((now - peer.heardAt()) / 1_000_000) : OptionalLong.empty(),
                        peer.isHeard() ? OptionalLong.of(peer.clockOffsetMillis()) : OptionalLong.empty(),
                        subscriptions.of(peer.origin()).told()))
                .toList();
    }
}

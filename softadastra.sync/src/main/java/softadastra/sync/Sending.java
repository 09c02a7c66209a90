package softadastra.sync;

import java.time.InstantSource;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import softadastra.core.CanIgnoreReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.Key;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.StoreEngine;

/**
 * Sends to each neighbour what it lacks: operations one after the other, or what stands here where the log does not have these any
 * more; and how this node is, when that is new, and now and then. For one thread.
 */
final class Sending {

    private static final long HEARTBEAT_NANOS = 5_000_000_000L;

    private static final int MAX_MESSAGES = 16;

    /** So much of the longest message is left for how this node is. */
    private static final int MAX_STATE_BYTES = 4 << 20;

    private final StoreEngine store;
    private final Membership membership;
    private final Mending mending;
    private final SyncTransport transport;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final Peer.Window window;
    private final Here here;
    private final Peers peers;
    private final LogTail log;
    private final Snapshots snapshots;
    private final Subscriptions subscriptions;
    private final BiPredicate<Subscriptions, Origin> covering;
    private final Conflicts conflicts;
    private final Incoming incoming;
    private final Forgetting forgetting;
    private final Rejecting rejecting;
    private final AntiEntropy antiEntropy;

    /** Neighbours that were told how this node is, and have not spoken yet. */
    private final Set<NodeId> greeted = new HashSet<>();

    private boolean begun;
    private long lastHeartbeat;
    private long sent;

    Sending(
            StoreEngine store,
            Membership membership,
            Mending mending,
            SyncTransport transport,
            RandomGenerator random,
            ExchangeRules rules,
            Here here,
            Peers peers,
            NoteState notes,
            Incoming incoming,
            Forgetting forgetting,
            Rejecting rejecting,
            AntiEntropy antiEntropy) {
        this.store = store;
        this.membership = membership;
        this.mending = mending;
        this.transport = transport;
        this.random = random;
        this.clock = rules.clock();
        this.window = rules.window();
        this.here = here;
        this.peers = peers;
        this.log = new LogTail(store, rules.remembered());
        this.snapshots = new Snapshots(
                store.replication(),
                membership.self().node(),
                Part.Limits.of(rules.chunkBytes(), Ways.MAX_MESSAGE_BYTES - MAX_STATE_BYTES),
                rules.arbiters());
        this.subscriptions = notes.subscriptions();
        this.covering = rules.covering();
        this.conflicts = notes.conflicts();
        this.incoming = incoming;
        this.forgetting = forgetting;
        this.rejecting = rejecting;
        this.antiEntropy = antiEntropy;
    }

    /** Has a node that is no member told how this node is, once more. */
    void greet(NodeId node) {
        greeted.remove(node);
    }

    /** In how many nanoseconds this node says again how it is. */
    long pause(long now) {
        return HEARTBEAT_NANOS - (now - lastHeartbeat);
    }

    /**
     * Sends what there is to send.
     *
     * @return how many operations that were
     */
    long send(long now) {
        sent = 0;
        boolean heartbeat = !begun || now - lastHeartbeat >= HEARTBEAT_NANOS;
        if (heartbeat) {
            begun = true;
            lastHeartbeat = now;
        }
        rejecting.prepare(peers.linkedNodes(), now);
        for (NodeId node : peers.neighbours()) {
            Peer peer = peers.at(node);
            if (peer != null) {
                send(peer, heartbeat, now);
            } else if (heartbeat || !greeted.contains(node)) {
                transmit(node, SyncMessage.of(state(null, now, Collections.emptySortedMap(), List.of())));
                greeted.add(node);
            }
        }
        greeted.retainAll(peers.neighbours());
        return sent;
    }

    private void send(Peer peer, boolean heartbeat, long now) {
        peer.expire(now);
        SortedMap<Origin, Relayed> relay =
                peer.relay(peers.all(), origin -> membership.silences().of(origin, now) / 1_000_000, heartbeat);
        boolean member = membership.stage().takesPart();
        Share share = share(peer);
        boolean told = false;
        if (member && !mending.isWanted()) {
            told = sendChunk(peer, share, relay, now);
        } else {
            peer.parts().stop();
        }
        for (int i = 0; member && i < MAX_MESSAGES; i++) {
            Outgoing out = next(peer, share, now);
            if (out.isEmpty()) {
                break;
            }
            membership.epoch().issue(out.through(membership.self()));
            SyncMessage.State state = state(peer, now, relay, out.operations());
            transmit(
                    peer.node(),
                    out.skips().isEmpty()
                            ? new SyncMessage(state, out.operations(), Optional.empty())
                            : SyncMessage.to(peer.origin(), state, out.operations(), Optional.empty(), out.skips()));
            sent += out.operations().size();
            told = true;
        }
        Refusals refusals = rejecting.next(peer.node());
        if (!refusals.isEmpty()) {
            transmit(
                    peer.node(),
                    new SyncMessage(
                            state(peer, now, relay, List.of()), List.of(), Optional.empty(), refusals, Contents.NONE));
            told = true;
        }
        boolean compares = member && heartbeat && subscriptions.isComparable(peer.origin());
        Contents contents = compares ? antiEntropy.next(peer.origin(), here.held()) : Contents.NONE;
        if (!contents.isEmpty()) {
            SyncMessage.State state = state(peer, now, relay, contents.entries());
            transmit(peer.node(), new SyncMessage(state, List.of(), Optional.empty(), Refusals.NONE, contents));
            told = true;
        }
        if (!told && (heartbeat || peer.isOwed() || !relay.isEmpty())) {
            transmit(peer.node(), SyncMessage.of(state(peer, now, relay, List.of())));
        }
        peer.told(relay);
    }

    /** Sends a message; how many bytes it has. */
    @CanIgnoreReturnValue
    private int transmit(NodeId to, SyncMessage message) {
        byte[] encoded = SyncMessageCodec.encode(message);
        transport.send(to, encoded);
        return encoded.length;
    }

    /**
     * How this node is.
     *
     * @param to who is told; null for somebody who is no member
     * @param relay the nodes that the message tells of
     * @param operations the operations that it has: what their writers had not been told of bears on what comes of them
     */
    private SyncMessage.State state(
            @Nullable Peer to, long now, SortedMap<Origin, Relayed> relay, List<OperationRecord> operations) {
        TreeSet<Origin> named = new TreeSet<>(relay.keySet());
        named.add(membership.self());
        operations.forEach(operation -> named.add(operation.id().origin()));
        TreeSet<Origin> lacking = new TreeSet<>();
        peers.all().forEach((origin, peer) -> {
            if (peer.isSilent(now)) {
                lacking.add(origin);
            }
        });
        if (to == null || !to.hasEchoed()) {
            // It may know more of this node than its log, if that was put back.
            lacking.add(membership.self());
        }
        return new SyncMessage.State(
                membership.self(),
                forgetting.cut(),
                peers.members(),
                forgetting.want(),
                clock.millis(),
                lacking,
                membership.silences().accused(membership.members(), membership.self(), now),
                relay,
                incoming.progress(),
                subscriptions.partial(named),
                membership.stage() == Stage.WHOLE || incoming.asksForAll(now));
    }

    /** What there is to tell a peer. */
    private Share share(Peer peer) {
        Subscription wanted = subscriptions.of(peer.origin());
        Vector above = new Vector();
        if (!wanted.isEverything() && !subscriptions.own().isEverything()) {
            peers.all().forEach((origin, other) -> {
                boolean unused = subscriptions.of(origin).isEverything() && above.merge(other.acknowledged());
            });
        }
        boolean covers = covering.test(subscriptions, peer.origin());
        return new Share(subscriptions, wanted, covers, peer.acknowledged(), above);
    }

    private Outgoing next(Peer peer, Share share, long now) {
        if (!share.isAny() || peer.parts().isWhole() || share.isBehind(peer, here.start())) {
            return new Outgoing();
        }
        try {
            return peer.next(log, here.durable(), here.held(), peers.members(), share, now, random);
        } catch (SoftadastraException e) {
            requireHistoryGone(e);
            // A checkpoint has taken the place of what it had yet to be sent.
            here.restart();
            peer.restart(here.start());
            return new Outgoing();
        }
    }

    /**
     * Of this node's operations, the last one of each origin that is taken up for a member: that goes to it with the next step, as the
     * window has room now; or, if it is told what stands here in parts, that it holds with the last one of these. None while there is no
     * way to it.
     */
    Map<Origin, Long> queued(Peer peer) {
        if (!peer.isLinked() || !membership.stage().takesPart()) {
            return Map.of();
        }
        Share share = share(peer);
        if (peer.parts().isWhole() || share.isBehind(peer, here.start())) {
            return peer.parts().through().counters();
        }
        if (!share.isAny()) {
            return Map.of();
        }
        long durable = store.replication().durable().orElseThrow();
        Vector held = new Vector(peers.members().clamp(store.context()));
        try {
            return peer.queued(
                    log,
                    durable,
                    held,
                    peers.members(),
                    share,
                    membership.self().node());
        } catch (SoftadastraException e) {
            requireHistoryGone(e);
            // It is to be told what stands here.
            return Map.of();
        }
    }

    private boolean sendChunk(Peer peer, Share share, SortedMap<Origin, Relayed> relay, long now) {
        boolean isOneByOne = share.isAny() && !peer.parts().isWhole() && !share.isBehind(peer, here.start());
        if (isOneByOne) {
            return false;
        }
        Optional<Vector> cutHere = share.isAny() ? share.cut(peer, here.start(), here.held()) : Optional.empty();
        if (cutHere.isEmpty()) {
            peer.parts().stop();
            return false;
        }
        boolean full = peer.parts().isWhole();
        Optional<Progress> theirs = peer.parts().progress().filter(each -> each.full() == full);
        Optional<Progress> ours = theirs.filter(each -> share.of(here.held()).includes(each.cut()));
        if (theirs.isPresent() && ours.isEmpty() && !peer.parts().isStalled(now)) {
            // Somebody else has begun, who holds what this node does not.
            peer.parts().stop();
            return false;
        }
        Optional<Key> behind = ours.map(Progress::through);
        if (!peer.parts().isDue(behind, now, random)) {
            return false;
        }
        Vector cut = ours.map(Progress::cut).orElseGet(cutHere::get);
        peer.parts().goThrough(cut);
        membership.epoch().issue(here.held().counter(membership.self()));
        Chunk chunk =
                snapshots.chunk(cut, behind, peer.acknowledged(), share, full, conflicts.all(), rejecting.missing());
        SyncMessage.State state = state(peer, now, relay, chunk.survivors());
        int bytes =
                transmit(peer.node(), SyncMessage.to(peer.origin(), state, List.of(), Optional.of(chunk), List.of()));
        peer.parts().carries(bytes - window.bytes());
        sent += chunk.survivors().size();
        return true;
    }

    private static void requireHistoryGone(SoftadastraException e) {
        if (e.code() != ErrorCode.HISTORY_GONE) {
            throw e;
        }
    }
}

package softadastra.sync;

import java.time.InstantSource;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.Key;
import softadastra.store.Origin;
import softadastra.store.StoreEngine;

/**
 * Sends to each neighbour what it lacks: operations one after the other, or what stands here where the log does not have these any
 * more; and how this node is, when that is new, and now and then. For one thread.
 */
final class Sending {

    private static final long HEARTBEAT_NANOS = 5_000_000_000L;

    private static final int MAX_MESSAGES = 16;

    private final Origin self;
    private final SyncTransport transport;
    private final RandomGenerator random;
    private final InstantSource clock;
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
            Origin self,
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
        this.self = self;
        this.transport = transport;
        this.random = random;
        this.clock = rules.clock();
        this.here = here;
        this.peers = peers;
        this.log = new LogTail(store, rules.remembered());
        this.snapshots = new Snapshots(store.replication(), rules.chunkBytes(), rules.arbiters());
        this.subscriptions = notes.subscriptions();
        this.covering = rules.covering();
        this.conflicts = notes.conflicts();
        this.incoming = incoming;
        this.forgetting = forgetting;
        this.rejecting = rejecting;
        this.antiEntropy = antiEntropy;
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
                transmit(node, SyncMessage.of(state(now, Collections.emptySortedMap())));
                greeted.add(node);
            }
        }
        greeted.retainAll(peers.neighbours());
        return sent;
    }

    private void send(Peer peer, boolean heartbeat, long now) {
        peer.expire(now, random);
        SortedMap<Origin, Cut> relay = peer.relay(peers.all(), heartbeat);
        boolean told = sendChunk(peer, relay, now);
        for (int i = 0; i < MAX_MESSAGES; i++) {
            Outgoing out = next(peer, now);
            if (out.isEmpty()) {
                break;
            }
            SyncMessage.State state = state(now, relay);
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
                    new SyncMessage(state(now, relay), List.of(), Optional.empty(), refusals, Contents.NONE));
            told = true;
        }
        boolean compares = heartbeat && subscriptions.isComparable(peer.origin());
        Contents contents = compares ? antiEntropy.next(peer.origin(), here.held()) : Contents.NONE;
        if (!contents.isEmpty()) {
            transmit(
                    peer.node(),
                    new SyncMessage(state(now, relay), List.of(), Optional.empty(), Refusals.NONE, contents));
            told = true;
        }
        if (!told && (heartbeat || peer.isOwed() || !relay.isEmpty())) {
            transmit(peer.node(), SyncMessage.of(state(now, relay)));
        }
        peer.told(relay);
    }

    private void transmit(NodeId to, SyncMessage message) {
        transport.send(to, SyncMessageCodec.encode(message));
    }

    private SyncMessage.State state(long now, SortedMap<Origin, Cut> relay) {
        TreeSet<Origin> lacking = new TreeSet<>();
        peers.all().forEach((origin, peer) -> {
            if (peer.isSilent(now)) {
                lacking.add(origin);
            }
        });
        return new SyncMessage.State(
                self,
                forgetting.cut(),
                peers.members(),
                forgetting.want(),
                clock.millis(),
                lacking,
                relay,
                incoming.progress(),
                subscriptions.partial(),
                false);
    }

    /** What there is to tell a peer. */
    private Share share(Peer peer) {
        return new Share(subscriptions, subscriptions.of(peer.origin()), covering.test(subscriptions, peer.origin()));
    }

    private Outgoing next(Peer peer, long now) {
        Share share = share(peer);
        if (!share.isAny() || share.isBehind(peer, here.start())) {
            return new Outgoing();
        }
        try {
            return peer.next(log, here.durable(), here.held(), share, now, random);
        } catch (SoftadastraException e) {
            requireHistoryGone(e);
            // A checkpoint has taken the place of what it had yet to be sent.
            peer.restart(here.restart());
            return new Outgoing();
        }
    }

    private boolean sendChunk(Peer peer, SortedMap<Origin, Cut> relay, long now) {
        Share share = share(peer);
        Optional<Vector> cutHere =
                share.isBehind(peer, here.start()) ? share.cut(peer, here.start(), here.held()) : Optional.empty();
        if (cutHere.isEmpty()) {
            return false;
        }
        boolean full = peer.isWhole();
        Optional<Progress> theirs = peer.progress().filter(each -> each.full() == full);
        Optional<Progress> ours = theirs.filter(each -> share.of(here.held()).includes(each.cut()));
        if (theirs.isPresent() && ours.isEmpty() && !peer.isStalled(now)) {
            // Somebody else has begun, who holds what this node does not.
            return false;
        }
        Optional<Key> behind = ours.map(Progress::through);
        if (!peer.isChunkDue(behind, now, random)) {
            return false;
        }
        Vector cut = ours.map(Progress::cut).orElseGet(cutHere::get);
        Chunk chunk = snapshots.chunk(cut, behind, peer.acknowledged(), share, full, conflicts.all());
        transmit(
                peer.node(),
                SyncMessage.to(peer.origin(), state(now, relay), List.of(), Optional.of(chunk), List.of()));
        sent += chunk.survivors().size();
        return true;
    }

    private static void requireHistoryGone(SoftadastraException e) {
        if (e.code() != ErrorCode.HISTORY_GONE) {
            throw e;
        }
    }
}

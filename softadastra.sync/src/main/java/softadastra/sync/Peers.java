package softadastra.sync;

import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/** The members of a node's log, and which of those that are none of itself there is a way to. For one thread. */
final class Peers {

    /** How long is waited for what others know of this node. */
    private static final long ECHO_NANOS = 30_000_000_000L;

    private final Membership membership;
    private final Here here;
    private final AckMarks acks;
    private final Peer.Window window;

    /** All members but this node. */
    private final TreeMap<Origin, Peer> all = new TreeMap<>();

    /** Who has spoken last of those with a node's id: one that was restored, or that keeps nothing, has another epoch. */
    private final TreeMap<NodeId, Origin> speaking = new TreeMap<>();

    private SortedSet<NodeId> neighbours = new TreeSet<>();

    /** When it was first asked who has said what they know of this node. */
    private OptionalLong askedAt = OptionalLong.empty();

    /** Of which members, and of which epoch of this node, {@link #all} is. */
    private @Nullable Members admitted;

    private @Nullable Origin admittedBy;

    Peers(Membership membership, Here here, Peer.Window window, AckMarks acks) {
        this.membership = membership;
        this.here = here;
        this.window = window;
        this.acks = acks;
        admit();
        acks.all().forEach((member, vector) -> {
            Peer peer = get(member);
            boolean unused = peer != null && peer.acknowledged().merge(vector);
        });
    }

    Members members() {
        return membership.members();
    }

    /** Goes on with those who are members now. */
    void admit() {
        Members members = members();
        Origin self = membership.self();
        if (members.equals(admitted) && self.equals(admittedBy)) {
            return;
        }
        admitted = members;
        admittedBy = self;
        all.values().removeIf(peer -> {
            boolean left = !members.has(peer.origin());
            if (left) {
                acks.retire(peer, self);
            }
            return left;
        });
        for (Origin origin : members.current()) {
            if (!origin.equals(self)) {
                all.computeIfAbsent(origin, absent -> new Peer(absent, here.start(), window));
            }
        }
        // A fence is up once all know of it: from one to the next, not from one heartbeat to the next.
        all.values().forEach(Peer::owe);
    }

    /** All members but this node. */
    SortedMap<Origin, Peer> all() {
        return all;
    }

    /** A member, null for this node and those who are none. */
    @Nullable
    Peer get(Origin origin) {
        return all.get(origin);
    }

    /** The member that speaks for a node, null if none has. */
    @Nullable
    Peer at(NodeId node) {
        Origin origin = speaking.get(node);
        return origin == null ? null : all.get(origin);
    }

    /** The nodes that there is a way to. */
    SortedSet<NodeId> neighbours() {
        return neighbours;
    }

    /** Says which nodes there is a way to. */
    void connect(Set<NodeId> linked) {
        if (!neighbours.equals(linked)) {
            neighbours = new TreeSet<>(linked);
        }
        link();
    }

    /** Takes note that a member has spoken itself. */
    void spoken(Peer peer) {
        speaking.put(peer.node(), peer.origin());
        link();
    }

    private void link() {
        all.forEach((origin, peer) ->
                peer.link(neighbours.contains(origin.node()) && origin.equals(speaking.get(origin.node()))));
    }

    /** The nodes of the members that there is a way to. */
    SortedSet<NodeId> linkedNodes() {
        TreeSet<NodeId> nodes = new TreeSet<>();
        for (Peer peer : all.values()) {
            if (peer.isLinked()) {
                nodes.add(peer.node());
            }
        }
        return nodes;
    }

    /**
     * Whether everybody who speaks to this node has said what they know of it. Until then its log may have been put back, and what it
     * writes by itself would stand for something else elsewhere. Who has not let this node in says nothing of it, and is not waited for
     * longer than it takes to say something.
     */
    boolean haveEchoed(long now) {
        if (askedAt.isEmpty()) {
            askedAt = OptionalLong.of(now);
        }
        return now - askedAt.getAsLong() > ECHO_NANOS
                || all.values().stream().allMatch(peer -> peer.hasEchoed() || !peer.isLinked() || !peer.isHeard());
    }

    /** Has a member told how this node is, although nothing may be new. */
    void owe(Origin origin) {
        Peer peer = all.get(origin);
        if (peer != null) {
            peer.owe();
        }
    }

    /** The log can be read operation by operation from another place on. */
    void restart() {
        here.restart();
        LogStart start = here.start();
        all.values().forEach(peer -> peer.restart(start));
    }

    /**
     * Whether an operation that is not held here will not come either: all members have said what they hold, and none has it. A part of
     * what stands elsewhere may have brought it, and whoever held it may have lost its log since.
     */
    boolean isHeldByNone(OperationId id) {
        return all.values().stream()
                .map(Peer::cut)
                .allMatch(cut -> cut != null && !cut.held().includes(id));
    }

    /** Of what this node holds, what all members do. */
    Vector settled(Vector held) {
        Vector settled = held.copy();
        if (!all.isEmpty()) {
            held.forEach((origin, counter) -> settled.lower(origin, Math.min(counter, leastAcknowledged(origin))));
        }
        return settled;
    }

    /** How many of a node's operations all members hold; while there are none, what those held who were. */
    long leastAcknowledged(Origin origin) {
        if (all.isEmpty()) {
            return acks.retired(membership.self().node(), origin);
        }
        long least = Long.MAX_VALUE;
        for (Peer peer : all.values()) {
            least = Math.min(least, peer.acknowledged().counter(origin));
        }
        return least;
    }
}

package softadastra.sync;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import softadastra.store.Origin;

/**
 * A node's part in fencing: it puts up fences, as far as that is its to do, closes those for which that can be done, and ends its own way
 * back where all others are on theirs. For one thread.
 *
 * <p>A node that has not heard of a member for longer than the retention accuses it, see {@link Silences}. That is said in its messages,
 * is passed on as its cuts are, and ends as soon as the member is heard of. Once all who are left have accused those who are not, and are
 * more than half of all, any of them fences those; so no single clock fences anybody, and of two halves neither fences the other.
 *
 * <p>A fence is open at first: nothing is taken from the fenced node itself any more, its operations only from others. Meanwhile
 * nobody new is let in, and nothing is forgotten. Once all who are left know of the fence, and of each other that they have the same
 * operations of the fenced origin, the last of these is the limit: what is beyond it is refused whoever brings it.
 */
final class Fencing {

    private final Membership membership;
    private final Fences fences = new Fences();

    Fencing(Membership membership) {
        this.membership = membership;
    }

    /** Which members a node could learn from, and what of others it could bring to them. */
    interface Sources {

        /** Whether a member wants all that this node does. */
        boolean has(Origin member);

        /** Whether it wants more than this node as well. */
        boolean hasMore(Origin member);

        /** Whether it wants everything, and so has what is left out at others. */
        boolean hasAll(Origin member);

        /** Up to which of an origin's operations, the first so many of which are held, nothing is left out at this node. */
        long complete(Origin origin, long counter);
    }

    /**
     * Does what can be done now.
     *
     * @param held what this node holds
     * @param sources whom this node could learn from
     */
    void step(Map<Origin, Peer> peers, Vector held, Sources sources, long now) {
        Origin self = membership.self();
        SortedSet<Origin> accused = membership.silences().accused(membership.members(), self, now);
        if (membership.isOnItsWayBack() && isFirstOfThoseWhoReturn(peers, accused, sources)) {
            membership.enter(Stage.MEMBER);
        }
        if (!membership.stage().takesPart() || !membership.members().has(self)) {
            return;
        }
        putUp(accused, peers);
        close(peers, held, sources, now);
    }

    private void putUp(SortedSet<Origin> accused, Map<Origin, Peer> peers) {
        Members members = membership.members();
        if (!accused.isEmpty() && Fences.haveAccused(members, membership.self(), peers, accused)) {
            for (Origin each : accused) {
                members = members.fence(each, Members.OPEN);
            }
            membership.become(members);
        }
    }

    private void close(Map<Origin, Peer> peers, Vector held, Sources sources, long now) {
        ToLongFunction<Origin> has = has(peers, held, sources);
        Members members = membership.members();
        // All at once: with the first one the others would be of members that nobody else knows yet.
        TreeMap<Origin, Long> limits = new TreeMap<>();
        members.fenced().forEach((fenced, known) -> {
            if (known == Members.OPEN) {
                fences.limit(fenced, members, membership.self(), peers, has.applyAsLong(fenced), now)
                        .ifPresent(limit -> limits.put(fenced, limit));
            }
        });
        if (!limits.isEmpty()) {
            membership.close(limits, held);
        }
    }

    /** The fences without a limit, and whom each of them waits for. */
    List<OpenFence> open(Map<Origin, Peer> peers, Vector held, Sources sources) {
        return Fences.open(
                membership.members(),
                membership.self(),
                membership.stage().takesPart(),
                peers,
                has(peers, held, sources));
    }

    /** The last operation of each origin that this node has, and can bring to others. */
    private ToLongFunction<Origin> has(Map<Origin, Peer> peers, Vector held, Sources sources) {
        boolean isAnywhere = isAllAnywhere(peers, sources);
        return origin -> isAnywhere ? held.counter(origin) : sources.complete(origin, held.counter(origin));
    }

    /**
     * Whether somebody who counts has what was left out at others. Else it is gone with whoever had it, and whoever comes later could never
     * have what is behind it of the same origin: that is beyond the limit, and is written again by those who have it.
     */
    private boolean isAllAnywhere(Map<Origin, Peer> peers, Sources sources) {
        return membership.members().current().stream().anyMatch(each -> {
            Peer peer = peers.get(each);
            Cut cut = peer == null ? null : peer.cut();
            boolean counts = each.equals(membership.self()) || (cut != null && !cut.returning());
            return counts && sources.hasAll(each);
        });
    }

    /**
     * Whether all others who are left, and have what this node wants, have to learn what stands elsewhere too: then what stands at the
     * first of those who want most counts. Those who are not left are accused by all others.
     */
    private boolean isFirstOfThoseWhoReturn(Map<Origin, Peer> peers, SortedSet<Origin> accused, Sources sources) {
        Members members = membership.members();
        Origin self = membership.self();
        SortedSet<Origin> left = new TreeSet<>(members.current());
        left.removeAll(accused);
        boolean agreed =
                accused.isEmpty() ? membership.agree(peers) : Fences.haveAccused(members, self, peers, accused);
        if (!agreed || left.size() < 2 || !left.contains(self)) {
            return false;
        }
        return left.stream()
                .filter(each -> !each.equals(self) && sources.has(each))
                .allMatch(each -> {
                    Peer peer = peers.get(each);
                    Cut cut = peer == null ? null : peer.cut();
                    return cut != null && cut.returning() && self.compareTo(each) < 0 && !sources.hasMore(each);
                });
    }
}

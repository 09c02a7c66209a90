package softadastra.sync;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import softadastra.core.NodeId;
import softadastra.store.Origin;

/**
 * Whether members that were {@linkplain Silences silent} for too long are to be fenced, and from which of their operations on. For one
 * thread.
 */
final class Fences {

    /** Those who have had something else of a fenced origin each for so long have no way to each other. */
    private static final long STALLED_NANOS = 30_000_000_000L;

    /** The same of those who have a way, and want less than the other one has, so that nobody can bring it to them. */
    private static final long GAP_NANOS = 600_000_000_000L;

    /** Since when those who are left have had something else of an origin each, by what is fenced. */
    private final Map<Origin, Standstill> standstills = new HashMap<>();

    private record Standstill(SortedMap<Origin, Long> counters, long since) {}

    /** Whether all others know the same members and have accused the same ones, and are more than half of all. */
    static boolean haveAccused(Members members, Origin self, Map<Origin, Peer> peers, SortedSet<Origin> accused) {
        SortedSet<Origin> left = new TreeSet<>(members.current());
        // Who is fenced and not yet out still counts. A node counts once, whatever epochs of it are dead.
        Set<NodeId> all = nodes(left);
        members.fenced().forEach((origin, limit) -> {
            boolean unused = limit == Members.OPEN && all.add(origin.node());
        });
        left.removeAll(accused);
        return 2 * nodes(left).size() > all.size()
                && left.stream().filter(each -> !each.equals(self)).allMatch(each -> {
                    Peer peer = peers.get(each);
                    Cut cut = peer == null ? null : peer.cut();
                    return peer != null
                            && cut != null
                            && cut.members() == members.digest()
                            && peer.accused().containsAll(accused);
                });
    }

    private static Set<NodeId> nodes(SortedSet<Origin> origins) {
        Set<NodeId> nodes = new HashSet<>();
        origins.forEach(each -> nodes.add(each.node()));
        return nodes;
    }

    /**
     * The limit of a fence, once all who are left know of it, and have the same of the fenced one. Who is on its way back passes on
     * nothing of before until this is settled: where it stands between two others these cannot come to the same, and it is what all of
     * them have; who has more is to come back too.
     *
     * @param has the last operation of the fenced one that this node has, and can bring to others
     */
    OptionalLong limit(Origin fenced, Members members, Origin self, Map<Origin, Peer> peers, long has, long now) {
        TreeMap<Origin, Long> counters = new TreeMap<>();
        counters.put(self, has);
        for (Origin each : members.current()) {
            if (each.equals(self)) {
                continue;
            }
            Peer peer = peers.get(each);
            Cut cut = peer == null ? null : peer.cut();
            if (cut == null || cut.members() != members.digest()) {
                standstills.remove(fenced);
                return OptionalLong.empty();
            }
            if (!cut.returning()) {
                counters.put(each, cut.held().counter(fenced));
            }
        }
        long least = Collections.min(counters.values());
        if (least == Collections.max(counters.values())) {
            return OptionalLong.of(least);
        }
        Standstill before = standstills.get(fenced);
        if (before == null || !before.counters().equals(counters)) {
            standstills.put(fenced, new Standstill(counters, now));
            return OptionalLong.empty();
        }
        boolean isSevered = counters.size() < members.current().size();
        long patience = isSevered ? STALLED_NANOS : GAP_NANOS;
        return now - before.since() >= patience ? OptionalLong.of(least) : OptionalLong.empty();
    }

    /**
     * The fences without a limit, and whom each of them waits for, as {@link #limit} does.
     *
     * @param takesPart whether what this node holds counts: not while it is on its way back
     * @param has as of {@link #limit}, by fenced origin
     */
    static List<OpenFence> open(
            Members members, Origin self, boolean takesPart, Map<Origin, Peer> peers, ToLongFunction<Origin> has) {
        return members.fenced().entrySet().stream()
                .filter(fence -> fence.getValue() == Members.OPEN)
                .map(Map.Entry::getKey)
                .map(fenced -> new OpenFence(
                        fenced, waitsFor(fenced, members, self, takesPart, peers, has.applyAsLong(fenced))))
                .toList();
    }

    private static List<NodeId> waitsFor(
            Origin fenced, Members members, Origin self, boolean takesPart, Map<Origin, Peer> peers, long has) {
        TreeSet<NodeId> silent = new TreeSet<>();
        TreeMap<NodeId, Long> counters = new TreeMap<>();
        if (takesPart) {
            counters.put(self.node(), has);
        }
        for (Origin each : members.current()) {
            Peer peer = peers.get(each);
            Cut cut = peer == null ? null : peer.cut();
            if (each.equals(self)) {
                continue;
            }
            if (cut == null || cut.members() != members.digest()) {
                silent.add(each.node());
            } else if (!cut.returning()) {
                counters.put(each.node(), cut.held().counter(fenced));
            }
        }
        long most = counters.isEmpty() ? 0 : Collections.max(counters.values());
        counters.values().removeIf(counter -> counter == most);
        silent.addAll(counters.keySet());
        return List.copyOf(silent);
    }
}

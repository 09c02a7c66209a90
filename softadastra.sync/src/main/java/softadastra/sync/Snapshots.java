package softadastra.sync;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Outcome;
import softadastra.store.Replication;
import softadastra.store.Standing;

/** Makes the parts of what stands at this node, for those who cannot be told operation by operation. */
final class Snapshots {

    private static final int OVERHEAD = 64;

    private final Replication replication;
    private final NodeId self;

    /** A part is ended by what makes it this long. */
    private final int chunkBytes;

    /** Says what is kept under which keys. */
    private final Supplier<LastWriteWins> policies;

    Snapshots(Replication replication, NodeId self, int chunkBytes, Supplier<LastWriteWins> policies) {
        this.replication = replication;
        this.self = self;
        this.chunkBytes = chunkBytes;
        this.policies = policies;
    }

    /**
     * Makes a part.
     *
     * @param cut what was held here when the first part was made
     * @param behind the key to begin behind; empty for the first one
     * @param acknowledged what the receiver holds
     * @param share what it wants
     * @param full whether to name also what it holds
     * @param decided the conflicts that are known here
     * @param missing what this node goes without
     */
    Chunk chunk(
            Vector cut,
            Optional<Key> behind,
            Vector acknowledged,
            Share share,
            boolean full,
            List<Conflict> decided,
            Missing missing) {
        TreeMap<Key, List<Conflict>> conflicts = new TreeMap<>();
        LastWriteWins policy = policies.get();
        for (Conflict each : decided) {
            boolean lacking = !acknowledged.includes(each.winner())
                    || !acknowledged.includes(each.loser())
                    || !policy.converges(each.key());
            if (lacking
                    && share.wants(each.key())
                    && behind.map(key -> each.key().compareTo(key) > 0).orElse(true)) {
                conflicts.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each);
            }
        }
        TreeMap<Key, List<Rejection>> rejected = new TreeMap<>();
        for (Rejection each : missing.behind(behind)) {
            // Of what is not in the cut the receiver is told one by one.
            boolean lacking = cut.includes(each.id()) && (full || !acknowledged.includes(each.id()));
            if (lacking && share.wants(each.key()) && !isPast(policy, each)) {
                rejected.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each);
            }
        }
        List<OperationRecord> survivors = new ArrayList<>();
        List<Key> known = new ArrayList<>();
        long[] bytes = new long[1];
        AtomicReference<@Nullable Key> last = new AtomicReference<>();
        boolean[] more = new boolean[1];
        long unused = replication
                .standing(behind, each -> {
                    // What has more to it than one operation is told with all of that.
                    boolean isOne = !each.contested() && !each.floor().isAfter(each.stamp());
                    boolean lacks = !isOne || !acknowledged.includes(each.id());
                    if ((!lacks && !full) || !share.wants(each.key())) {
                        return true;
                    }
                    long size = lacks ? size(each) : OVERHEAD + each.key().length();
                    size += size(upTo(conflicts, last.get(), each.key()));
                    size += sizeOf(upTo(rejected, last.get(), each.key()));
                    if (bytes[0] > 0 && bytes[0] + size > chunkBytes && !Objects.equals(each.key(), last.get())) {
                        more[0] = true;
                        return false;
                    }
                    bytes[0] += size;
                    last.set(each.key());
                    if (lacks) {
                        survivors.add(survivor(each));
                    } else {
                        known.add(each.key());
                    }
                    return true;
                })
                .orElseThrow();
        if (!more[0] && behind.isPresent()) {
            repeat(policy, acknowledged, share, survivors);
        }
        Optional<Key> through = more[0] ? Optional.ofNullable(last.get()) : Optional.empty();
        return new Chunk(
                cut, full, behind, through, survivors, known, through(conflicts, through), through(rejected, through));
    }

    private static <T> List<T> through(NavigableMap<Key, List<T>> all, Optional<Key> through) {
        return through.<Map<Key, List<T>>>map(key -> all.headMap(key, true)).orElse(all).values().stream()
                .flatMap(List::stream)
                .toList();
    }

    /** Whether nobody need go without an operation any more: what stands here would stand there as well. */
    private boolean isPast(LastWriteWins policy, Rejection rejected) {
        List<Standing> standing = replication.standing(rejected.key()).orElseThrow();
        return rejected.isPast(standing, policy.keepsAll(rejected.key()), self);
    }

    /**
     * Adds to the last part what stands under keys where operations stand beside each other, and was told before: what the receiver has
     * written to them since stands beside it, since it is only held with this part.
     */
    private void repeat(LastWriteWins policy, Vector acknowledged, Share share, List<OperationRecord> survivors) {
        Set<OperationId> there = new HashSet<>();
        survivors.forEach(each -> there.add(each.id()));
        long unused = replication
                .standing(Optional.empty(), each -> {
                    boolean isTold = share.wants(each.key()) && (each.contested() || !acknowledged.includes(each.id()));
                    if (policy.keepsAll(each.key()) && isTold && !there.contains(each.id())) {
                        survivors.add(survivor(each));
                    }
                    return true;
                })
                .orElseThrow();
    }

    /** What there is of a key, and of those before it down to another one. */
    private static <T> Map<Key, List<T>> upTo(NavigableMap<Key, List<T>> all, @Nullable Key last, Key key) {
        return last == null ? all.headMap(key, true) : all.subMap(last, false, key, true);
    }

    private static long sizeOf(Map<Key, List<Rejection>> rejected) {
        return rejected.values().stream()
                .flatMap(List::stream)
                .mapToLong(Rejection::size)
                .sum();
    }

    private static long size(Map<Key, List<Conflict>> conflicts) {
        return conflicts.values().stream()
                .flatMap(List::stream)
                .mapToLong(each -> 2L * OVERHEAD
                        + each.key().length()
                        + each.lost().map(value -> value.length()).orElse(0))
                .sum();
    }

    private static long size(Standing standing) {
        return (long) OVERHEAD
                + standing.key().length()
                + standing.value().map(value -> value.length()).orElse(0);
    }

    static OperationRecord survivor(Standing standing) {
        Operation operation = standing.value()
                .map(value -> Operation.put(standing.key(), value))
                .orElseGet(() -> Operation.delete(standing.key()));
        boolean raised = standing.floor().isAfter(standing.stamp());
        return new OperationRecord(
                standing.id(),
                standing.stamp(),
                standing.version(),
                Effect.WON,
                Optional.of(CausalContext.EMPTY),
                false,
                operation,
                raised ? new Outcome(Optional.of(standing.floor()), List.of(), Optional.empty()) : Outcome.NONE);
    }
}

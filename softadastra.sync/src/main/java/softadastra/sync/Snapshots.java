package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationRecord;
import softadastra.store.Replication;
import softadastra.store.Standing;

/** Makes the parts of what stands at this node, for those who cannot be told operation by operation. */
final class Snapshots {

    private static final int OVERHEAD = 64;

    private final Replication replication;

    /** A part is ended by what makes it this long. */
    private final int chunkBytes;

    Snapshots(Replication replication, int chunkBytes) {
        this.replication = replication;
        this.chunkBytes = chunkBytes;
    }

    /**
     * Makes a part.
     *
     * @param cut what was held here when the first part was made
     * @param behind the key to begin behind; empty for the first one
     * @param acknowledged what the receiver holds
     * @param full whether to name also what it holds
     * @param decided the conflicts that are known here
     */
    Chunk chunk(Vector cut, Optional<Key> behind, Vector acknowledged, boolean full, List<Conflict> decided) {
        TreeMap<Key, List<Conflict>> conflicts = new TreeMap<>();
        for (Conflict each : decided) {
            boolean lacking = !acknowledged.includes(each.winner()) || !acknowledged.includes(each.loser());
            if (lacking && behind.map(key -> each.key().compareTo(key) > 0).orElse(true)) {
                conflicts.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each);
            }
        }
        List<OperationRecord> survivors = new ArrayList<>();
        List<Key> known = new ArrayList<>();
        long[] bytes = new long[1];
        AtomicReference<@Nullable Key> last = new AtomicReference<>();
        boolean[] more = new boolean[1];
        long unused = replication
                .standing(behind, each -> {
                    boolean lacks = !acknowledged.includes(each.id());
                    if (!lacks && !full) {
                        return true;
                    }
                    long size = lacks ? size(each) : OVERHEAD + each.key().length();
                    size += size(upTo(conflicts, last.get(), each.key()));
                    if (bytes[0] > 0 && bytes[0] + size > chunkBytes) {
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
        Optional<Key> through = more[0] ? Optional.ofNullable(last.get()) : Optional.empty();
        Map<Key, List<Conflict>> told = through.<Map<Key, List<Conflict>>>map(key -> conflicts.headMap(key, true))
                .orElse(conflicts);
        return new Chunk(
                cut,
                full,
                behind,
                through,
                survivors,
                known,
                told.values().stream().flatMap(List::stream).toList());
    }

    /** The conflicts of a key, and of those before it down to another one. */
    private static Map<Key, List<Conflict>> upTo(
            NavigableMap<Key, List<Conflict>> conflicts, @Nullable Key last, Key key) {
        return last == null ? conflicts.headMap(key, true) : conflicts.subMap(last, false, key, true);
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

    private static OperationRecord survivor(Standing standing) {
        Operation operation = standing.value()
                .map(value -> Operation.put(standing.key(), value))
                .orElseGet(() -> Operation.delete(standing.key()));
        return OperationRecord.remote(
                standing.id(), standing.stamp(), standing.version(), Effect.WON, CausalContext.EMPTY, operation);
    }
}

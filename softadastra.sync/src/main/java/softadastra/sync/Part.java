package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import softadastra.store.Key;
import softadastra.store.OperationRecord;
import softadastra.store.Standing;

/**
 * A part of what stands at a node while it is made, key after key: with each goes what stands there, what was decided about it, and
 * what the node goes without there. Once there is something in it, it takes no key that makes it longer than it is to be.
 *
 * <p>All of a key goes together. What was decided about one, and does not fit into a message with what stands there, is left out.
 */
final class Part {

    private static final int OVERHEAD = 64;

    private final Limits limits;
    private final NavigableMap<Key, List<Conflict>> conflicts;
    private final NavigableMap<Key, List<Rejection>> rejected;
    private final List<OperationRecord> survivors = new ArrayList<>();
    private final List<Key> known = new ArrayList<>();
    private final List<Conflict> decided = new ArrayList<>();
    private final List<Rejection> missing = new ArrayList<>();
    private long bytes;
    private long visited;
    private @Nullable Key last;
    private boolean more;

    /**
     * How much a part is to be.
     *
     * @param partBytes what makes it longer comes with the next one, unless it is one key
     * @param messageBytes so much fits into a message
     * @param visits so many entries are looked at for it at most, or those of one key
     */
    record Limits(int partBytes, int messageBytes, long visits) {

        /** For parts of a length: as many entries as fit if they are small. */
        static Limits of(int partBytes, int messageBytes) {
            return new Limits(partBytes, messageBytes, Math.max(1, partBytes / OVERHEAD));
        }
    }

    /**
     * Begins a part.
     *
     * @param conflicts what was decided, by key
     * @param rejected what the node goes without, by key
     */
    Part(Limits limits, NavigableMap<Key, List<Conflict>> conflicts, NavigableMap<Key, List<Rejection>> rejected) {
        this.limits = limits;
        this.conflicts = conflicts;
        this.rejected = rejected;
    }

    /**
     * Takes a key, and those before it of which there is no more than what was decided.
     *
     * @param visits how many entries were looked at for it
     * @param lacking what stands there, and is to be told
     * @param isKnown whether to tell that something stands there that the receiver has
     * @return whether there is room for more
     */
    boolean take(Key key, int visits, List<Standing> lacking, boolean isKnown) {
        boolean goesOn = takeDecided(Optional.of(key)) && add(key, lacking, isKnown);
        visited += visits;
        // Nobody is to wait for a walk over all that is not told.
        more |= visited >= limits.visits();
        return goesOn && !more;
    }

    /** Takes the keys behind the last one: of them there is no more than what was decided. */
    void end() {
        if (!more) {
            boolean unused = takeDecided(Optional.empty());
        }
    }

    private boolean takeDecided(Optional<Key> until) {
        TreeSet<Key> keys = new TreeSet<>(behindLast(conflicts, until).keySet());
        keys.addAll(behindLast(rejected, until).keySet());
        for (Key key : keys) {
            if (!add(key, List.of(), false)) {
                return false;
            }
        }
        return true;
    }

    private <T> Map<Key, T> behindLast(NavigableMap<Key, T> all, Optional<Key> until) {
        var behind = last == null ? all : all.tailMap(last, false);
        return until.map(key -> behind.headMap(key, false)).orElse(behind);
    }

    private boolean add(Key key, List<Standing> lacking, boolean isKnown) {
        List<Rejection> without = rejected.getOrDefault(key, List.of());
        long size = (isKnown ? OVERHEAD + key.length() : 0)
                + lacking.stream().mapToLong(Part::size).sum()
                + without.stream().mapToLong(Rejection::size).sum();
        List<Conflict> fitting = new ArrayList<>();
        for (Conflict each : conflicts.getOrDefault(key, List.of())) {
            if (size + size(each) <= limits.messageBytes()) {
                fitting.add(each);
                size += size(each);
            }
        }
        if (bytes > 0 && bytes + size > limits.partBytes()) {
            more = true;
            return false;
        }
        bytes += size;
        last = key;
        lacking.forEach(each -> survivors.add(Snapshots.survivor(each)));
        if (isKnown) {
            known.add(key);
        }
        decided.addAll(fitting);
        missing.addAll(without);
        return true;
    }

    private static long size(Conflict conflict) {
        return 2L * OVERHEAD
                + conflict.key().length()
                + conflict.lost().map(value -> value.length()).orElse(0);
    }

    private static long size(Standing standing) {
        return (long) OVERHEAD
                + standing.key().length()
                + standing.value().map(value -> value.length()).orElse(0);
    }

    /** The part as it is sent. */
    Chunk chunk(Vector cut, boolean full, Optional<Key> behind) {
        Optional<Key> through = more ? Optional.ofNullable(last) : Optional.empty();
        return new Chunk(cut, full, behind, through, survivors, known, decided, missing);
    }
}

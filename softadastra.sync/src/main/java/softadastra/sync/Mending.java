package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Replication;
import softadastra.store.Standing;

/**
 * Writes again what only this node has: what stands here, and is beyond the limit of a fence. It goes on top of what it has learned of
 * the others, as new operations; a few with each step.
 *
 * <p>Where several operations stand beside each other, what readers see is written, and the others are told as conflicts that it has
 * won.
 */
final class Mending {

    private static final int AT_ONCE = 256;
    private static final int VISITED_AT_ONCE = 4_096;
    private static final long MAX_BYTES = 4 << 20;

    private final Replication replication;
    private final Membership membership;
    private final ObjLongConsumer<Conflict> report;
    private @Nullable Key behind;
    private long written;
    private boolean wanted;

    Mending(Replication replication, Membership membership, ObjLongConsumer<Conflict> report) {
        this.replication = replication;
        this.membership = membership;
        this.report = report;
    }

    /**
     * Does a slice of it, if it is time for that.
     *
     * @return how much was written again
     */
    int step() {
        boolean returning = membership.mayWriteAgain();
        if (!returning && !mayLook()) {
            return 0;
        }
        int some = slice(membership::isLost);
        written += some;
        if (behind == null) {
            wanted = false;
            if (returning) {
                membership.returned(written);
            }
            written = 0;
        }
        return some;
    }

    /**
     * Has it done by a node that takes part too, from the first key on: parts of what stands elsewhere may have brought what is beyond the
     * limit of a fence by now.
     */
    void want() {
        wanted = true;
        behind = null;
    }

    /** Whether there is another slice to do at once. */
    boolean isUnderWay() {
        return membership.mayWriteAgain() || mayLook();
    }

    private boolean mayLook() {
        return wanted && membership.stage().takesPart();
    }

    /** Whether what is beyond the limit of a fence may stand here, and hide what counts: then this is nothing to be told others. */
    boolean isWanted() {
        return wanted;
    }

    /** Writes all of some operations again that stand here; how many keys these were. */
    int writeAgain(Predicate<OperationId> which) {
        behind = null;
        int all = 0;
        do {
            all += slice(which);
        } while (behind != null);
        written += all;
        return all;
    }

    /** Writes some again; behind what key it goes on is null if there are no more. */
    private int slice(Predicate<OperationId> which) {
        List<List<Standing>> old = new ArrayList<>();
        List<Standing> key = new ArrayList<>();
        long[] bytes = new long[1];
        int[] visited = new int[1];
        AtomicReference<@Nullable Key> last = new AtomicReference<>();
        boolean[] more = new boolean[1];
        long unused = replication
                .standing(Optional.ofNullable(behind), each -> {
                    if (!key.isEmpty() && !key.get(0).key().equals(each.key())) {
                        take(key, which, old);
                    }
                    boolean isAnother = key.isEmpty() || !key.get(0).key().equals(each.key());
                    more[0] = isAnother
                            && (old.size() >= AT_ONCE || bytes[0] > MAX_BYTES || visited[0] > VISITED_AT_ONCE);
                    if (!more[0]) {
                        visited[0]++;
                        last.set(each.key());
                        key.add(each);
                        bytes[0] += which.test(each.id())
                                ? each.value().map(value -> value.length()).orElse(0)
                                : 0;
                    }
                    return !more[0];
                })
                .orElseThrow();
        take(key, which, old);
        if (!old.isEmpty()) {
            // First, so that nothing goes without a word if this is the last that is done.
            old.forEach(this::tell);
            long unusedSequence = replication
                    .reissue(old.stream().map(all -> all.get(0)).toList())
                    .orElseThrow();
        }
        behind = more[0] ? last.get() : null;
        return old.size();
    }

    /** Takes what stands under a key, if any of that is to be written again. */
    private static void take(List<Standing> key, Predicate<OperationId> which, List<List<Standing>> old) {
        if (key.stream().anyMatch(each -> which.test(each.id()))) {
            old.add(List.copyOf(key));
        }
        key.clear();
    }

    /** Tells of those that stood beside what was written again. */
    private void tell(List<Standing> all) {
        for (Standing each : all.subList(1, all.size())) {
            if (each.value().isPresent()) {
                Conflict conflict = new Conflict(each.key(), all.get(0).id(), each.id(), each.stamp(), each.value());
                long sequence =
                        replication.note(Conflict.NOTE, conflict.encode()).orElseThrow();
                report.accept(conflict, sequence);
            }
        }
    }
}

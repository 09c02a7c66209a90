package softadastra.sync;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Replication;
import softadastra.store.Standing;

/**
 * Writes again what only this node has: what stands here, and is beyond the limit of a fence, or is held by nobody any more. It goes on
 * top of what it has learned of the others, as new operations; a few with each step.
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
    private final Predicate<OperationId> isNowhere;
    private final ObjLongConsumer<Conflict> report;
    private @Nullable Key behind;
    private long written;
    private boolean wanted;

    /**
     * Makes it.
     *
     * @param isNowhere whether nobody holds an operation
     * @param report takes note of a conflict that is noted
     */
    Mending(
            Replication replication,
            Membership membership,
            Predicate<OperationId> isNowhere,
            ObjLongConsumer<Conflict> report) {
        this.replication = replication;
        this.membership = membership;
        this.isNowhere = isNowhere;
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
        int some = slice(id -> membership.isLost(id) || isNowhere.test(id));
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
                        bytes[0] += take(key, which, old);
                    }
                    boolean isAnother = key.isEmpty() || !key.get(0).key().equals(each.key());
                    more[0] = isAnother
                            && (old.size() >= AT_ONCE || bytes[0] > MAX_BYTES || visited[0] > VISITED_AT_ONCE);
                    if (!more[0]) {
                        visited[0]++;
                        last.set(each.key());
                        key.add(each);
                    }
                    return !more[0];
                })
                .orElseThrow();
        long unusedBytes = take(key, which, old);
        reissue(old);
        behind = more[0] ? last.get() : null;
        return old.size();
    }

    /** Takes what stands under a key, if any of that is to be written again; how many bytes of values that is. */
    private static long take(List<Standing> key, Predicate<OperationId> which, List<List<Standing>> old) {
        long bytes = 0;
        if (key.stream().anyMatch(each -> which.test(each.id()))) {
            old.add(List.copyOf(key));
            bytes = key.stream()
                    .mapToLong(each -> each.value().map(value -> value.length()).orElse(0))
                    .sum();
        }
        key.clear();
        return bytes;
    }

    /** Writes what readers see under some keys, and notes what stood beside it; nothing of a key where something else stands by now. */
    private void reissue(List<List<Standing>> old) {
        if (old.isEmpty()) {
            return;
        }
        Map<OperationId, List<Conflict>> lost = new HashMap<>();
        old.forEach(all -> lost.put(all.get(0).id(), conflicts(all)));
        List<Conflict> noted = new ArrayList<>();
        Result<Long> written =
                replication.reissue(old.stream().map(all -> all.get(0)).toList(), (each, sink) -> {
                    for (Conflict conflict : lost.getOrDefault(each.id(), List.of())) {
                        sink.add(Conflict.NOTE, conflict.encode());
                        noted.add(conflict);
                    }
                });
        if (written.isErr() && written.error().code() == ErrorCode.RECORD_TOO_LARGE) {
            // With what is lost of one key it may be more than a batch may be.
            old.forEach(this::reissueAlone);
            return;
        }
        long sequence = written.orElseThrow();
        noted.forEach(conflict -> report.accept(conflict, sequence));
    }

    /** The same of one key, with what is lost noted first: nothing goes without a word if this is the last that is done. */
    private void reissueAlone(List<Standing> all) {
        for (Conflict conflict : conflicts(all)) {
            long sequence = replication.note(Conflict.NOTE, conflict.encode()).orElseThrow();
            report.accept(conflict, sequence);
        }
        long unused = replication.reissue(List.of(all.get(0))).orElseThrow();
    }

    /** Those that stand beside what is written again, and are lost with that. */
    private static List<Conflict> conflicts(List<Standing> all) {
        return all.stream()
                .skip(1)
                .filter(each -> each.value().isPresent())
                .map(each -> new Conflict(each.key(), all.get(0).id(), each.id(), each.stamp(), each.value()))
                .toList();
    }
}

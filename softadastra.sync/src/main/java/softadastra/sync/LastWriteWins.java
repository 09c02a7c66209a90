package softadastra.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import softadastra.core.HybridTimestamp;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Standing;

/**
 * Of all operations on a key, the last one in a total order stands: by stamp, then node, epoch and counter of its writer. This is a
 * function of the set of operations, so all nodes that have the same ones agree, whatever the order they came in, and whatever the
 * clocks were.
 *
 * <p>A writer's stamp is above that of what it replaces, so the order agrees with who knew what; that is what decides whether an
 * operation has lost against one whose writer did not know it: a conflict, to be reported.
 *
 * <p>For one batch.
 */
class LastWriteWins implements Arbiter {

    private static final Comparator<OperationId> BY_ID =
            Comparator.comparing(OperationId::origin).thenComparingLong(OperationId::counter);

    /** What the writer of an operation knew of its key, where that is not all of its context. */
    private Function<OperationRecord, CausalContext> knowledge =
            operation -> operation.context().orElseThrow();

    /** By loser, since each is reported once. */
    private final Map<OperationId, Conflict> conflicts = new LinkedHashMap<>();

    private final List<Rejection> rejections = new ArrayList<>();
    private final Map<Key, List<Rejection>> rejectedHere = new HashMap<>();

    /** What the node goes without under a key, of what it holds. */
    private Function<Key, Collection<Rejection>> missing = key -> List.of();

    /** What is rejected since somebody else has. */
    private List<Rejection> inherited = List.of();

    /** What was missing and has come, or that something has taken the place of. */
    private final Set<OperationId> replaced = new LinkedHashSet<>();

    /** Losers of conflicts that were noted before they were decided for good. */
    private Set<OperationId> withdrawn = Set.of();

    /** Those that go by the name of what stands and are something else; with the stamp of that. */
    private final Map<OperationRecord, HybridTimestamp> forked = new LinkedHashMap<>();

    /** Whose operations are written again where others know other ones by their names. */
    private Predicate<OperationId> own = id -> false;

    /** What comes late, when something stands here that has taken its place elsewhere. */
    private BiPredicate<OperationRecord, List<Standing>> late = (incoming, standing) -> false;

    /** Says which operations are the node's own. */
    final void own(Predicate<OperationId> value) {
        own = value;
    }

    /** Says what writers knew of the keys of their operations. */
    final void knowing(Function<OperationRecord, CausalContext> value) {
        knowledge = value;
    }

    /** Says what comes late, when something stands here that has taken its place elsewhere. */
    final void passingOver(BiPredicate<OperationRecord, List<Standing>> value) {
        late = value;
    }

    /** Says what the node goes without under a key. */
    final void missing(Function<Key, Collection<Rejection>> value) {
        missing = value;
    }

    /** Has what comes with a part of what stands elsewhere rejected here too, as soon as it counts as held. */
    final void inherit(List<Rejection> rejected) {
        inherited = rejected;
    }

    /** What the writer of an operation knew of what stands under its key; of what it was not told of, nothing. */
    final CausalContext known(OperationRecord incoming) {
        return knowledge.apply(incoming);
    }

    @Override
    public final Effect decide(OperationRecord incoming, List<Standing> standing) {
        for (Standing each : standing) {
            if (Forks.isOther(incoming, each) && !own.test(incoming.id())) {
                HybridTimestamp unused = forked.put(incoming, each.stamp());
                return Effect.LOST;
            }
        }
        Key key = incoming.operation().key();
        Collection<Rejection> without = missing.apply(key);
        // What was rejected nothing has taken the place of.
        boolean isLate =
                without.stream().noneMatch(each -> each.id().equals(incoming.id())) && late.test(incoming, standing);
        Effect effect = isLate ? Effect.LOST : choose(incoming, standing);
        without.forEach(each -> replace(each, incoming, effect));
        rejectedHere.getOrDefault(key, List.of()).forEach(each -> replace(each, incoming, effect));
        return effect;
    }

    private void replace(Rejection each, OperationRecord incoming, Effect effect) {
        boolean isItself = each.id().equals(incoming.id());
        boolean isAfter = compare(incoming.stamp(), incoming.id(), each.stamp(), each.id()) > 0
                && known(incoming).includes(each.id());
        if (isItself ? effect != Effect.REJECTED : isAfter) {
            boolean unused = replaced.add(each.id());
        }
    }

    /** Decides what an operation does, by itself. */
    Effect choose(OperationRecord incoming, List<Standing> standing) {
        if (standing.isEmpty()) {
            return Effect.WON;
        }
        Standing last = standing.get(0);
        if (last.id().equals(incoming.id())) {
            // It came with a snapshot before.
            return Effect.WON;
        }
        if (compare(incoming.stamp(), incoming.id(), last.stamp(), last.id()) > 0) {
            reportWonOver(incoming, standing);
            return Effect.WON;
        }
        // Its writer may have known what stands here and have written below it all the same, if it had rejected that.
        if (isAnyValue(incoming, last)) {
            report(Conflict.lostBy(incoming, last));
        }
        return Effect.LOST;
    }

    /** Reports what an operation takes the place of, as far as its writer did not know it. */
    final void reportWonOver(OperationRecord incoming, List<Standing> standing) {
        for (Standing each : standing) {
            boolean knew = known(incoming).includes(each.id());
            if (!knew && !each.id().equals(incoming.id()) && isAnyValue(incoming, each)) {
                report(Conflict.wonBy(incoming, each));
            }
        }
    }

    private static boolean isAnyValue(OperationRecord incoming, Standing standing) {
        return incoming.operation().value().isPresent() || standing.value().isPresent();
    }

    /** Whether nodes that hold the same operations on a key have decided the same. */
    boolean converges(Key key) {
        return true;
    }

    /** Whether operations on a key stand beside each other until somebody writes to it. */
    boolean keepsAll(Key key) {
        return false;
    }

    /** The order of operations. */
    static int compare(HybridTimestamp stamp, OperationId id, HybridTimestamp otherStamp, OperationId otherId) {
        int byStamp = stamp.compareTo(otherStamp);
        return byStamp != 0 ? byStamp : BY_ID.compare(id, otherId);
    }

    /** Adds a conflict, unless its loser was reported in this batch. */
    final void report(Conflict conflict) {
        Conflict unused = conflicts.putIfAbsent(conflict.loser(), conflict);
    }

    /** Takes back conflicts that were noted and have not come about. */
    final void withdraw(Set<OperationId> losers) {
        withdrawn = losers;
    }

    /** Rejects an operation for good, and says why. */
    final Effect reject(OperationRecord incoming, RejectionCode code, String reason) {
        Rejection rejection = Rejection.of(incoming, code, reason);
        rejections.add(rejection);
        rejectedHere
                .computeIfAbsent(rejection.key(), absent -> new ArrayList<>())
                .add(rejection);
        return Effect.REJECTED;
    }

    /** Rejects an operation that is more than a batch of the log holds. */
    final Effect rejectOversized(OperationRecord incoming) {
        return reject(incoming, RejectionCode.TOO_LARGE, "it is more than the log takes at once");
    }

    @Override
    public void addNotes(NoteSink sink) {
        if (!withdrawn.isEmpty()) {
            sink.add(Conflicts.TAKEN_NOTE, Conflicts.taken(withdrawn, List.of()));
        }
        conflicts.values().forEach(conflict -> sink.add(Conflict.NOTE, conflict.encode()));
        if (!rejections.isEmpty()) {
            sink.add(Rejections.NOTE, Rejections.note(rejections));
        }
        if (!inherited.isEmpty()) {
            sink.add(Rejections.NOTE, Rejections.noteInherited(inherited));
        }
        if (!replaced.isEmpty()) {
            sink.add(Rejections.DONE_NOTE, Rejections.noteReplaced(replaced));
        }
    }

    /** Losers of conflicts that were noted and have not come about. */
    Set<OperationId> withdrawn() {
        return withdrawn;
    }

    /** What is rejected since somebody else has. */
    List<Rejection> inherited() {
        return inherited;
    }

    /** What was missing and is not any more. */
    Set<OperationId> replaced() {
        return replaced;
    }

    /** What was passed over, since it goes by the name of what stands; with the stamp of that. */
    Map<OperationRecord, HybridTimestamp> forked() {
        return forked;
    }

    /** What was rejected in the batch. */
    List<Rejection> rejections() {
        return rejections;
    }

    /** The conflicts of the batch. */
    Collection<Conflict> conflicts() {
        return conflicts.values();
    }
}

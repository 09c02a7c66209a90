package softadastra.sync;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.Adoption;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replicated;
import softadastra.store.Replication;
import softadastra.store.Skip;
import softadastra.store.Standing;

/**
 * Takes in what stands at another node, part by part. A part and how far it leads are one batch of the log; what the sender held counts
 * as held once the last part is there.
 */
final class Receiving {

    /** Another sender may begin anew when no part has come for so long. */
    private static final long STALLED_NANOS = 20_000_000_000L;

    private final Replication replication;
    private final Supplier<LastWriteWins> arbiters;
    private final Subscriptions subscriptions;

    /** Takes note of the conflicts of a batch that was logged. */
    private final Consumer<LastWriteWins> decided;

    /** Whether what the sender goes without is not here either. */
    private final Predicate<Rejection> isMissing;

    /** Under which keys operations stand beside each other. */
    private final Predicate<Key> keepsAll;

    /** What senders held when they sent their parts; null until the first one. What none of them did is in nobody's log. */
    private volatile @Nullable CausalContext elsewhere;

    /** Whose operations count, as it was with the last part; what is beyond a fence is gone with who has written over it. */
    private volatile Members members = Members.NONE;

    private @Nullable Progress progress;

    /** Whether what is written over is remembered. */
    private boolean remembers;

    /** What was held when the part came that is being taken. */
    private Vector before = new Vector();

    /** Whether all that stood elsewhere was ever taken. */
    private boolean learned;

    private long movedAt;
    private boolean moved;

    Receiving(
            Replication replication,
            Supplier<LastWriteWins> arbiters,
            Subscriptions subscriptions,
            Consumer<LastWriteWins> decided,
            Predicate<Rejection> isMissing,
            Optional<Progress> progress,
            Supplier<CausalContext> held,
            boolean learned) {
        this.replication = replication;
        this.keepsAll = arbiters.get()::keepsAll;
        // Before what stands is looked at: of all that is written over since it is remembered.
        if (progress.isPresent()) {
            rememberReplaced();
        } else {
            forgetReplaced();
        }
        this.progress = progress.flatMap(each -> Resuming.from(replication, each, keepsAll, held.get()))
                .orElse(null);
        this.learned = learned;
        this.arbiters = arbiters;
        this.subscriptions = subscriptions;
        this.decided = decided;
        this.isMissing = isMissing;
    }

    /** Whether all that stood elsewhere was ever taken. */
    boolean hasLearned() {
        return learned;
    }

    /** What is under way has come to nothing; what was taken of it stays. */
    void giveUp() {
        progress = null;
        if (remembers) {
            forgetReplaced();
        }
    }

    /** How far it is; empty if nothing is under way. */
    Optional<Progress> progress() {
        return Optional.ofNullable(progress);
    }

    /**
     * Takes a part, if it is the one to follow.
     *
     * @param held what this node holds
     * @param known what the sender held when it sent the part
     * @param counting whose operations count
     * @param whole whether parts that name everything are wanted
     * @return how many operations were taken; negative if the part is not the one to follow
     */
    long take(Chunk chunk, CausalContext held, CausalContext known, Members counting, boolean whole, long now) {
        if (!follows(chunk, held, whole, now)) {
            return -1;
        }
        before = new Vector(held);
        members = counting;
        CausalContext senders = elsewhere;
        elsewhere = senders == null ? known : senders.merge(known);
        if (chunk.behind().isEmpty() && progress == null) {
            rememberReplaced();
        }
        long taken = restore();
        List<OperationRecord> rest = chunk.survivors();
        int atOnce = Math.max(1, rest.size());
        Optional<Key> behind = chunk.behind();
        boolean more = true;
        while (more) {
            int count = wholeKeys(rest, Math.min(atOnce, rest.size()));
            boolean last = count == rest.size();
            Optional<Key> through = last
                    ? chunk.through()
                    : Optional.of(rest.get(count - 1).operation().key());
            Chunk part = new Chunk(
                    chunk.cut(),
                    chunk.full(),
                    behind,
                    through,
                    rest.subList(0, count),
                    chunk.known(),
                    within(behind, through, chunk.conflicts(), Conflict::key),
                    within(behind, through, chunk.rejected(), Rejection::key));
            Result<Long> logged =
                    log(part, known, arbiter(part), part.survivors()).map(done -> (long) done.taken());
            if (Oversized.isTooLarge(logged) && atOnce > 1) {
                // With what it replaces, which is reported, it is more than a batch may be.
                atOnce = Math.max(1, Math.min(atOnce, count) / 2);
            } else {
                taken += (Oversized.isTooLarge(logged) ? logAlone(part, held, known) : logged).orElseThrow();
                rest = rest.subList(count, rest.size());
                behind = through;
                more = !last;
            }
        }
        moved = true;
        movedAt = now;
        return taken;
    }

    /** What is written here over what comes with parts is to stand beside it. */
    private void rememberReplaced() {
        remembers = true;
        Unit unused = replication
                .keepReplaced((key, id) -> {
                    CausalContext held = elsewhere;
                    return (held == null || held.includes(id)) && !members.refuses(id) && keepsAll.test(key);
                })
                .orElseThrow();
    }

    private void forgetReplaced() {
        remembers = false;
        Unit unused = replication.forgetReplaced().orElseThrow();
    }

    /**
     * Has what was written over since the part before stand beside that, ahead of the part: it may be more than one batch holds. What is
     * written over from here on does with the last part itself.
     *
     * @return how many operations that were
     */
    private long restore() {
        long restored = 0;
        // Not what is written over meanwhile: a step is to end.
        int due = replication.replaced().orElseThrow();
        while (due > 0) {
            LastWriteWins arbiter = arbiters.get();
            Adoption nothing = new Adoption(List.of(), List.of(), Optional.empty());
            Result<Replicated> some = logged(replication.adopt(nothing.restoring(), arbiter), arbiter);
            if (!Oversized.isTooLarge(some)) {
                Replicated done = some.orElseThrow();
                int handed = done.taken() + done.lost() + done.passedOver();
                restored += done.taken();
                due = handed == 0 ? 0 : due - handed;
            }
        }
        return restored;
    }

    /**
     * Whether an operation that comes by itself is older than what its key was told with: of what the sender held when it began, that
     * part had all that still stood, but for what was rejected there. It is asked while writers wait.
     */
    boolean isLate(OperationRecord incoming, List<Standing> standing) {
        Progress reached = progress;
        Key key = incoming.operation().key();
        return reached != null
                && !standing.isEmpty()
                && reached.cut().includes(incoming.id())
                && key.compareTo(reached.through()) <= 0
                && keepsAll.test(key)
                && standing.stream().noneMatch(each -> each.id().equals(incoming.id()))
                && !replication.isReplaced(key, incoming.id());
    }

    /** What is about keys of a range: it is logged with that, so that it is not lost when what follows comes from somebody else. */
    private static <T> List<T> within(
            Optional<Key> behind, Optional<Key> through, List<T> all, Function<T, Key> keyOf) {
        return all.stream()
                .filter(each -> isWithin(behind, through, keyOf.apply(each)))
                .toList();
    }

    private static boolean isWithin(Optional<Key> behind, Optional<Key> through, Key key) {
        return behind.map(each -> key.compareTo(each) > 0).orElse(true)
                && through.map(each -> key.compareTo(each) <= 0).orElse(true);
    }

    /** So many operations, or a few more: those of a key are taken together. */
    private static int wholeKeys(List<OperationRecord> operations, int atLeast) {
        int count = atLeast;
        while (count > 0 && count < operations.size() && key(operations, count).equals(key(operations, count - 1))) {
            count++;
        }
        return count;
    }

    private static Key key(List<OperationRecord> operations, int index) {
        return operations.get(index).operation().key();
    }

    private boolean follows(Chunk chunk, CausalContext held, boolean whole, long now) {
        if (chunk.full() != whole) {
            return false;
        }
        Progress current = progress;
        if (current != null && current.full() == whole && chunk.cut().equals(current.cut())) {
            return chunk.behind().equals(Optional.of(current.through()));
        }
        if (chunk.behind().isPresent() || (!whole && held.includes(chunk.cut().toContext()))) {
            return false;
        }
        if (current == null
                || current.full() != whole
                || (!whole && held.includes(current.cut().toContext()))) {
            return true;
        }
        if (!moved) {
            // Since it was opened: from here on the time counts.
            moved = true;
            movedAt = now;
        }
        return now - movedAt >= STALLED_NANOS;
    }

    private LastWriteWins arbiter(Chunk part) {
        LastWriteWins arbiter = arbiters.get();
        part.conflicts().forEach(arbiter::report);
        arbiter.inherit(part.rejected().stream().filter(isMissing).toList());
        return arbiter;
    }

    /**
     * Logs what stands under one key that is too large with what is reported about it: that goes before it, and then one operation
     * after the other, as they stand beside each other; one that is too large by itself is rejected, and what follows is not. After a
     * crash in between the part comes again, and finds what is there.
     *
     * @return how many operations were taken
     */
    private Result<Long> logAlone(Chunk part, CausalContext held, CausalContext known) {
        Oversized oversized = new Oversized(replication, arbiters, decided);
        Set<OperationId> beside =
                part.survivors().stream().map(OperationRecord::id).collect(Collectors.toSet());
        Set<OperationId> told = new HashSet<>();
        Result<Long> taken = reportAlone(part, oversized, told).map(reported -> 0L);
        for (OperationRecord survivor : part.survivors()) {
            taken = taken.flatMap(before ->
                    adoptAlone(survivor, beside, held, told, oversized).map(logged -> before + logged.taken()));
        }
        return taken.flatMap(before -> {
            LastWriteWins arbiter = arbiters.get();
            arbiter.inherit(part.rejected().stream().filter(isMissing).toList());
            Chunk rest = new Chunk(
                    part.cut(),
                    part.full(),
                    part.behind(),
                    part.through(),
                    List.of(),
                    part.known(),
                    List.of(),
                    part.rejected());
            return log(rest, known, arbiter, part.survivors()).map(logged -> before + logged.taken());
        });
    }

    /** Logs what was decided elsewhere; what is more than the log takes by itself is left out. */
    private Result<Unit> reportAlone(Chunk part, Oversized oversized, Set<OperationId> told) {
        for (Conflict conflict : part.conflicts()) {
            LastWriteWins arbiter = arbiters.get();
            arbiter.report(conflict);
            Result<Unit> noted = oversized.noteApart(arbiter, told);
            if (noted.isOk()) {
                decided.accept(arbiter);
            } else if (!Oversized.isTooLarge(noted)) {
                return noted;
            }
        }
        return Result.ok();
    }

    private Result<Replicated> adoptAlone(
            OperationRecord survivor,
            Set<OperationId> beside,
            CausalContext held,
            Set<OperationId> told,
            Oversized oversized) {
        Adoption alone = new Adoption(List.of(survivor), List.of(), Optional.empty(), beside);
        LastWriteWins first = arbiters.get();
        Result<Replicated> logged = logged(replication.adopt(alone, Oversized.without(first, told)), first);
        if (!Oversized.isTooLarge(logged)) {
            return logged;
        }
        Set<OperationId> noted = new HashSet<>(told);
        Result<Replicated> apart = oversized.noteApart(first, noted).flatMap(all -> {
            LastWriteWins again = arbiters.get();
            return logged(replication.adopt(alone, Oversized.without(again, noted)), again);
        });
        if (!Oversized.isTooLarge(apart)) {
            return apart;
        }
        noted.removeAll(told);
        LastWriteWins rejecting = new LastWriteWins();
        rejecting.withdraw(noted);
        if (!held.includes(survivor.id())) {
            Effect unused = rejecting.rejectOversized(survivor);
        }
        return logged(replication.adopt(new Adoption(List.of(), List.of(), Optional.empty()), rejecting), rejecting);
    }

    private Result<Replicated> logged(Result<Replicated> result, LastWriteWins arbiter) {
        if (result.isOk()) {
            decided.accept(arbiter);
        }
        return result;
    }

    /**
     * Logs a part.
     *
     * @param there what stands in its range at the sender, and need not be logged with it
     */
    private Result<Replicated> log(
            Chunk part, CausalContext known, LastWriteWins arbiter, List<OperationRecord> there) {
        Optional<Progress> reached = part.through().map(key -> new Progress(part.cut(), part.full(), key));
        // What it does not name may have been left out, or replaced.
        SortedMap<Origin, Skip> gaps =
                reached.isPresent() || subscriptions.own().isEverything()
                        ? Collections.emptySortedMap()
                        : subscriptions.newGaps(part.cut(), before);
        Arbiter noting = new Noting(arbiter, sink -> {
            arbiter.addNotes(sink);
            sink.add(Progress.NOTE, Progress.encode(reached));
            if (!gaps.isEmpty()) {
                sink.add(Subscriptions.NOTE, Subscriptions.encodeGaps(gaps));
            }
        });
        Optional<CausalContext> held =
                reached.isPresent() ? Optional.empty() : Optional.of(part.cut().toContext());
        // What the sender held, and does not tell, it has replaced.
        Adoption adoption = new Adoption(part.survivors(), gone(part, there, known), held)
                .telling((key, id) -> known.includes(id) && isWithin(part.behind(), part.through(), key));
        Result<Replicated> logged = replication.adopt(held.isPresent() ? adoption.restoring() : adoption, noting);
        if (logged.isOk()) {
            progress = reached.orElse(null);
            learned |= reached.isEmpty();
            if (reached.isEmpty()) {
                forgetReplaced();
            }
            subscriptions.noteGaps(gaps);
            decided.accept(arbiter);
        }
        return logged;
    }

    /** What stands here in the range, was known there, and is not there any more. */
    private List<Standing> gone(Chunk part, List<OperationRecord> survivors, CausalContext known) {
        List<Standing> gone = new ArrayList<>();
        if (part.full()) {
            // What the sender has rejected is not gone.
            Set<OperationId> rejected =
                    part.rejected().stream().map(Rejection::id).collect(Collectors.toSet());
            Set<Key> there = new HashSet<>(part.known());
            survivors.forEach(survivor -> there.add(survivor.operation().key()));
            long unused = replication
                    .standing(part.behind(), each -> {
                        boolean inRange = part.through().isEmpty()
                                || each.key().compareTo(part.through().get()) <= 0;
                        if (inRange
                                && (each.value().isPresent() || each.contested())
                                && known.includes(each.id())
                                && !rejected.contains(each.id())
                                && subscriptions.own().matches(each.key())
                                && !there.contains(each.key())) {
                            gone.add(each);
                        }
                        return inRange;
                    })
                    .orElseThrow();
        }
        return gone;
    }
}

package softadastra.sync;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.Result;
import softadastra.store.Adoption;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replicated;
import softadastra.store.Replication;
import softadastra.store.Standing;
import softadastra.store.Value;

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

    private @Nullable Progress progress;
    /** What was held when the part came that is being taken. */
    private Vector before = new Vector();

    private long movedAt;
    private boolean moved;

    Receiving(
            Replication replication,
            Supplier<LastWriteWins> arbiters,
            Subscriptions subscriptions,
            Consumer<LastWriteWins> decided,
            Optional<Progress> progress) {
        this.replication = replication;
        this.progress = progress.orElse(null);
        this.arbiters = arbiters;
        this.subscriptions = subscriptions;
        this.decided = decided;
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
     * @param whole whether parts that name everything are wanted
     * @return how many operations were taken; negative if the part is not the one to follow
     */
    long take(Chunk chunk, CausalContext held, CausalContext known, boolean whole, long now) {
        if (!follows(chunk, held, whole, now)) {
            return -1;
        }
        before = new Vector(held.counters());
        long taken = 0;
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
                    last ? chunk.conflicts() : List.of());
            LastWriteWins arbiter = arbiter(part);
            Result<Replicated> logged = log(part, known, arbiter, arbiter);
            if (Oversized.isTooLarge(logged) && atOnce > 1) {
                // With what it replaces, which is reported, it is more than a batch may be.
                atOnce = Math.max(1, Math.min(atOnce, count) / 2);
            } else {
                logged = Oversized.isTooLarge(logged) ? logAlone(part, held, known, arbiter) : logged;
                taken += logged.orElseThrow().taken();
                rest = rest.subList(count, rest.size());
                behind = through;
                more = !last;
            }
        }
        moved = true;
        movedAt = now;
        return taken;
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
        return arbiter;
    }

    /**
     * Logs what stands under one key that is too large with what is reported about it: that goes before it; or else it is rejected, and
     * what follows is not.
     *
     * @param first what has decided about it, in a batch that was too large
     */
    private Result<Replicated> logAlone(Chunk part, CausalContext held, CausalContext known, LastWriteWins first) {
        Result<Replicated> apart = new Oversized(replication, arbiters, decided)
                .noteApart(first)
                .flatMap(noted -> {
                    LastWriteWins arbiter = arbiter(part);
                    return log(part, known, arbiter, Oversized.without(arbiter, noted));
                });
        if (!Oversized.isTooLarge(apart)) {
            return apart;
        }
        LastWriteWins rejecting = new LastWriteWins();
        part.survivors().stream()
                .filter(survivor -> !held.includes(survivor.id()))
                .forEach(survivor -> {
                    Effect unused = rejecting.rejectOversized(survivor);
                });
        Chunk rest =
                new Chunk(part.cut(), part.full(), part.behind(), part.through(), List.of(), part.known(), List.of());
        return log(rest, known, rejecting, rejecting);
    }

    /** Logs a part; what has decided about it may be told to leave out some of its notes. */
    private Result<Replicated> log(Chunk part, CausalContext known, LastWriteWins arbiter, Arbiter logging) {
        Optional<Progress> reached = part.through().map(key -> new Progress(part.cut(), part.full(), key));
        // What it does not name may have been left out, or replaced.
        SortedMap<Origin, Long> gaps =
                reached.isPresent() || subscriptions.own().isEverything()
                        ? Collections.emptySortedMap()
                        : subscriptions.newGaps(part.cut(), before);
        Arbiter noting = new Arbiter() {
            @Override
            public Effect decide(OperationRecord incoming, List<Standing> standing) {
                return logging.decide(incoming, standing);
            }

            @Override
            public Optional<Value> merge(Key key, List<Standing> siblings) {
                return logging.merge(key, siblings);
            }

            @Override
            public void addNotes(NoteSink sink) {
                logging.addNotes(sink);
                sink.add(Progress.NOTE, Progress.encode(reached));
                if (!gaps.isEmpty()) {
                    sink.add(Subscriptions.NOTE, Subscriptions.encodeGaps(gaps));
                }
            }
        };
        Optional<CausalContext> held =
                reached.isPresent() ? Optional.empty() : Optional.of(part.cut().toContext());
        Result<Replicated> logged = replication.adopt(new Adoption(part.survivors(), gone(part, known), held), noting);
        if (logged.isOk()) {
            progress = reached.orElse(null);
            subscriptions.noteGaps(gaps);
            decided.accept(arbiter);
        }
        return logged;
    }

    /** What stands here in the range, was known there, and is not there any more. */
    private List<Standing> gone(Chunk part, CausalContext known) {
        List<Standing> gone = new ArrayList<>();
        if (part.full()) {
            Set<Key> there = new HashSet<>(part.known());
            part.survivors().forEach(survivor -> there.add(survivor.operation().key()));
            long unused = replication
                    .standing(part.behind(), each -> {
                        boolean inRange = part.through().isEmpty()
                                || each.key().compareTo(part.through().get()) <= 0;
                        if (inRange
                                && each.value().isPresent()
                                && known.includes(each.id())
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

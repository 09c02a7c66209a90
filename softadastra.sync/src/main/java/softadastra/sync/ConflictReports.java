package softadastra.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.store.OperationId;
import softadastra.store.Snapshot;
import softadastra.store.StoreEngine;

/** The conflicts of a node as its application sees them: it is told of each of them once, and takes them. For one thread. */
@CheckReturnValue
final class ConflictReports {

    private final StoreEngine store;
    private final Conflicts conflicts;

    /** Those that the application has yet to be told of. */
    private List<Conflict> untold;

    private long reported;

    /** How many the application knows to have gone for want of room. */
    private long dropped;

    /**
     * Begins with what the log of a store has; all of that is told, once more.
     *
     * @param conflicts what the notes of the log come to
     */
    ConflictReports(StoreEngine store, Conflicts conflicts) {
        this.store = store;
        this.conflicts = conflicts;
        this.untold = conflicts.all();
        this.dropped = conflicts.dropped();
    }

    /** Takes note of what a batch that was logged has decided. */
    void decided(LastWriteWins arbiter) {
        arbiter.withdrawn().forEach(this::withdraw);
        if (!arbiter.conflicts().isEmpty()) {
            long sequence = visible();
            arbiter.conflicts().forEach(conflict -> report(conflict, sequence));
        }
    }

    /** The last sequence that readers see: what was logged before is not behind it, be it forced or not. */
    private long visible() {
        try (Snapshot now = store.snapshot()) {
            return now.lastSequence();
        }
    }

    /** Takes note of one that is in the log, up to a sequence. */
    void report(Conflict conflict, long sequence) {
        if (conflicts.add(conflict, sequence)) {
            untold.add(conflict);
            reported++;
        }
    }

    /** Takes back a conflict that a crash had left in the log, and that has not come about. */
    private void withdraw(OperationId loser) {
        conflicts.withdraw(loser);
        boolean unused = untold.removeIf(each -> each.loser().equals(loser));
    }

    /** How many were reported since the log was opened. */
    long reported() {
        return reported;
    }

    /** Those that nobody has taken yet, oldest first; a copy. */
    List<Conflict> all() {
        return conflicts.all();
    }

    /** The same, with where they are noted. */
    List<NotedConflict> noted() {
        return conflicts.noted();
    }

    /** How many nobody has taken yet. */
    int size() {
        return conflicts.size();
    }

    /** Those that the application is to be told of, each of them once; those that it has not taken, after a restart again. */
    List<Conflict> tell() {
        List<Conflict> all = untold;
        untold = new ArrayList<>();
        return all;
    }

    /** How many have gone for want of room, since the log began. */
    long dropped() {
        return conflicts.dropped();
    }

    /** That more have gone for want of room than the application knows; once. */
    Optional<SyncEvent> tellDropped() {
        boolean more = conflicts.dropped() > dropped;
        dropped = conflicts.dropped();
        return more ? Optional.of(new SyncEvent.ConflictsDropped(dropped)) : Optional.empty();
    }

    /**
     * Takes conflicts, by their losers: they have been dealt with, or do not matter. Blocks until that is durable.
     *
     * @return how many of them there were, or an error of the log, and then none is taken
     */
    Result<Integer> take(Collection<OperationId> losers) {
        List<OperationId> known =
                losers.stream().filter(conflicts::has).distinct().toList();
        if (known.isEmpty()) {
            return Result.ok(0);
        }
        byte[] note = Conflicts.taken(
                known,
                known.stream().filter(loser -> !store.context().includes(loser)).toList());
        return store.replication().note(Conflicts.TAKEN_NOTE, note).map(sequence -> {
            conflicts.readTaken(note);
            return known.size();
        });
    }
}

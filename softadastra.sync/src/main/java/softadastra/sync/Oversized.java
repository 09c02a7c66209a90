package softadastra.sync;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.Adoption;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Replicated;
import softadastra.store.Replication;
import softadastra.store.Standing;

/**
 * Takes an operation that is, with what it replaces, more than one batch of the log holds, so that nothing behind it has to wait: what
 * is reported about it goes before it; where it is too large by itself, it is rejected for good; and where not even that can be logged,
 * it is held without a trace.
 */
@CheckReturnValue
final class Oversized {

    private final Replication replication;
    private final Supplier<LastWriteWins> arbiters;

    /** Takes note of what was decided and logged. */
    private final Consumer<LastWriteWins> decided;

    Oversized(Replication replication, Supplier<LastWriteWins> arbiters, Consumer<LastWriteWins> decided) {
        this.replication = replication;
        this.arbiters = arbiters;
        this.decided = decided;
    }

    static boolean isTooLarge(Result<?> result) {
        return result.isErr() && result.error().code() == ErrorCode.RECORD_TOO_LARGE;
    }

    /**
     * Takes an operation.
     *
     * @param first what has decided about it, in a batch that was too large
     * @return what was logged, or an error as of {@link Replication#apply}
     */
    Result<Replicated> apply(OperationRecord operation, LastWriteWins first) {
        Set<OperationId> noted = new HashSet<>();
        Result<Replicated> apart = noteApart(first, noted).flatMap(all -> {
            LastWriteWins arbiter = arbiters.get();
            return logged(replication.apply(List.of(operation), without(arbiter, noted)), arbiter);
        });
        return isTooLarge(apart) ? reject(operation, noted) : apart;
    }

    /**
     * Logs the conflicts that were decided, each by itself: a crash before what follows costs that they are decided again. Whoever finds
     * that what they are about is too large all the same is to {@linkplain LastWriteWins#withdraw withdraw} them.
     *
     * @param noted their losers are added to it
     */
    Result<Unit> noteApart(LastWriteWins first, Set<OperationId> noted) {
        for (Conflict conflict : first.conflicts()) {
            if (!noted.contains(conflict.loser())) {
                Result<Long> note = replication.note(Conflict.NOTE, conflict.encode());
                if (note.isErr()) {
                    return Result.err(note.error());
                }
                noted.add(conflict.loser());
            }
        }
        return Result.ok();
    }

    /** As an arbiter, but without the notes of conflicts that are there. */
    static Arbiter without(Arbiter arbiter, Set<OperationId> noted) {
        return new Noting(
                arbiter,
                sink -> arbiter.addNotes((typeCode, payload) -> {
                    boolean isThere = typeCode == Conflict.NOTE
                            && noted.contains(Conflict.decode(payload).loser());
                    if (!isThere) {
                        sink.add(typeCode, payload);
                    }
                }));
    }

    private Result<Replicated> logged(Result<Replicated> result, LastWriteWins arbiter) {
        if (result.isOk()) {
            decided.accept(arbiter);
        }
        return result;
    }

    private Result<Replicated> reject(OperationRecord operation, Set<OperationId> noted) {
        LastWriteWins rejecting = new LastWriteWins() {
            @Override
            Effect choose(OperationRecord incoming, List<Standing> standing) {
                return rejectOversized(incoming);
            }
        };
        rejecting.withdraw(noted);
        Result<Replicated> rejected = logged(replication.apply(List.of(operation), rejecting), rejecting);
        return isTooLarge(rejected) ? hold(operation, noted) : rejected;
    }

    private Result<Replicated> hold(OperationRecord operation, Set<OperationId> noted) {
        LastWriteWins rejecting = new LastWriteWins();
        rejecting.withdraw(noted);
        Effect unused = rejecting.rejectOversized(operation);
        OperationId id = operation.id();
        CausalContext held = CausalContext.of(Map.of(id.origin(), id.counter()));
        Adoption nothing = new Adoption(List.of(), List.of(), Optional.of(held));
        return logged(replication.adopt(nothing, rejecting), rejecting);
    }
}

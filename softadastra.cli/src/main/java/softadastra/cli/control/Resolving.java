package softadastra.cli.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.Conflict;
import softadastra.sync.NotedConflict;
import softadastra.sync.SyncEngine;

/**
 * Tells the conflicts of a store, and deals with them. Between the two others write on, so whoever deals with them says up to where in
 * the log they were told.
 */
@CheckReturnValue
final class Resolving {
    private final StoreEngine store;
    private final SyncEngine sync;

    Resolving(StoreEngine store, SyncEngine sync) {
        this.store = store;
        this.sync = sync;
    }

    /** Those that were decided, oldest first; then what stands beside the value of a key. */
    Result<List<Unresolved>> conflicts() {
        return Result.attempt(() -> {
            // First: what comes while this looks may be told or not, and so does not count as told.
            long through = store.replication().durable().orElseThrow();
            List<Unresolved> all = new ArrayList<>();
            for (NotedConflict each : sync.notedConflicts().orElseThrow()) {
                all.add(new Unresolved(each.conflict(), through));
            }
            for (Key key : sync.contested().orElseThrow()) {
                beside(standing(key)).forEach(each -> all.add(new Unresolved(each, through)));
            }
            return all;
        });
    }

    private List<Standing> standing(Key key) {
        return sync.standing(key).orElseThrow();
    }

    /** What stands beside the value of a key, as if it had lost. */
    private static List<Conflict> beside(List<Standing> standing) {
        return standing.stream()
                .skip(1)
                .map(each -> new Conflict(each.key(), standing.get(0).id(), each.id(), each.stamp(), each.value()))
                .toList();
    }

    /** Deals with the conflicts of a key; see {@link Node#resolve}. */
    Result<Integer> resolve(Key key, Optional<Value> value, OptionalLong seen) {
        return Result.attempt(() -> {
            List<Standing> standing = standing(key);
            if (seen.isPresent() && sequence(standing) > seen.getAsLong()) {
                throw changed(key, sequence(standing), seen.getAsLong());
            }
            List<OperationId> known = sync.notedConflicts().orElseThrow().stream()
                    .filter(each -> each.conflict().key().equals(key))
                    .filter(each -> seen.isEmpty() || each.sequence() <= seen.getAsLong())
                    .map(each -> each.conflict().loser())
                    .toList();
            int beside = beside(standing).size();
            boolean written = write(key, value, standing, known.size() + beside);
            if (!written) {
                throw changed(key, sequence(standing(key)), seen.orElse(sequence(standing)));
            }
            return sync.takeConflicts(known).orElseThrow() + beside;
        });
    }

    /** Writes what is to be written, if what stands there is still this. */
    private boolean write(Key key, Optional<Value> value, List<Standing> standing, int conflicts) {
        Optional<Value> chosen = value;
        if (value.isEmpty() && standing.size() > 1) {
            // What readers see takes the place of all.
            chosen = store.get(key).map(Entry::value);
        } else if (value.isEmpty() || conflicts == 0) {
            return true;
        }
        return standing.isEmpty()
                ? store.putIfAbsent(key, chosen.orElseThrow()).orElseThrow().isWritten()
                : sync.resolve(key, chosen, sequence(standing)).orElseThrow();
    }

    /** Since when what stands there is as it is; 0 if nothing does. */
    private static long sequence(List<Standing> standing) {
        return standing.isEmpty() ? 0 : standing.get(0).sequence();
    }

    private static SoftadastraException changed(Key key, long stands, long seen) {
        return new SoftadastraException(SoftadastraError.of(
                        ErrorCode.CONDITION_FAILED,
                        "condition failed: something else was written to the key meanwhile, at sequence " + stands
                                + ", and what was seen is that of sequence " + seen)
                .withContext(key.asString()));
    }
}

package softadastra.sync;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.LogStart;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;

/**
 * A place in a node's log, with what was held there: so the contexts of the operations that follow are known in full, those of
 * local ones by their place, those of others by what they say. For one thread.
 */
final class LogCursor {

    private long next;
    private final Vector held;
    private final Map<Origin, CausalContext> contexts;

    LogCursor(LogStart start) {
        this(start.sequence(), new Vector(start.held().counters()), new HashMap<>());
    }

    private LogCursor(long next, Vector held, Map<Origin, CausalContext> contexts) {
        this.next = next;
        this.held = held;
        this.contexts = contexts;
    }

    LogCursor copy() {
        return new LogCursor(next, held.copy(), new HashMap<>(contexts));
    }

    /** The sequence to be read next. */
    long next() {
        return next;
    }

    /** What was held before it: of all origins the operations with smaller sequences. */
    Vector held() {
        return held;
    }

    /** Takes operations, until it says no. */
    @FunctionalInterface
    interface Taker {

        /**
         * Takes an operation.
         *
         * @param operation with its context in full, and as if it had won
         * @return whether it was taken; if not, the cursor stays before it
         */
        boolean take(OperationRecord operation);
    }

    /**
     * Goes on through the log, up to a sequence.
     *
     * @param reached what is held there
     */
    void advance(LogTail log, long through, Vector reached, Taker taker) {
        if (held.equals(reached)) {
            // Of what follows there is no operation, so it need not be read.
            log.skip(next, through + 1);
            next = Math.max(next, through + 1);
        }
        boolean more = true;
        while (more && next <= through) {
            more = log.covers(next) ? remembered(log, through, taker) : read(log, through, taker);
        }
    }

    private boolean remembered(LogTail log, long through, Taker taker) {
        for (Map.Entry<Long, OperationRecord> each : log.from(next).entrySet()) {
            if (each.getKey() > through) {
                break;
            }
            if (!offer(each.getKey(), each.getValue(), taker)) {
                return false;
            }
        }
        next = Math.min(log.next(), through + 1);
        return true;
    }

    private boolean read(LogTail log, long through, Taker taker) {
        boolean[] more = {true};
        boolean[] met = new boolean[1];
        long unused = log.store()
                .operations(next, (sequence, logged) -> {
                    if (sequence > through) {
                        return false;
                    }
                    met[0] = log.covers(sequence);
                    if (met[0]) {
                        next = sequence;
                        return false;
                    }
                    OperationRecord operation = full(logged);
                    log.add(next, sequence, operation);
                    more[0] = offer(sequence, operation, taker);
                    return more[0];
                })
                .orElseThrow();
        if (more[0] && !met[0]) {
            log.skip(next, through + 1);
            next = through + 1;
        }
        return more[0];
    }

    private boolean offer(long sequence, OperationRecord operation, Taker taker) {
        boolean taken = taker.take(operation);
        if (taken) {
            contexts.put(operation.id().origin(), operation.context().orElseThrow());
            held.raise(operation.id().origin(), operation.id().counter());
            next = sequence + 1;
        }
        return taken;
    }

    private OperationRecord full(OperationRecord logged) {
        CausalContext said = logged.context().orElse(CausalContext.EMPTY);
        CausalContext context = said;
        if (logged.isLocal()) {
            context = held.toContext();
        } else if (logged.contextIsDelta()) {
            context = contexts.getOrDefault(logged.id().origin(), CausalContext.EMPTY)
                    .merge(said);
        }
        return new OperationRecord(
                logged.id(),
                logged.stamp(),
                logged.version(),
                Effect.WON,
                Optional.of(context),
                false,
                logged.operation());
    }
}

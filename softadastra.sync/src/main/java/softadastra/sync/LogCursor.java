package softadastra.sync;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.LogStart;
import softadastra.store.OperationRecord;
import softadastra.store.OperationVisitor;
import softadastra.store.Origin;

/**
 * A place in a node's log, with what was held there: so the contexts of the operations that follow are known in full, those of
 * local ones by their place, those of others by what they say. For one thread.
 */
final class LogCursor {

    private long next;
    private final Vector held;
    private final Map<Origin, CausalContext> contexts;

    /** Whether what it reads is remembered in the tail. */
    private final boolean remembering;

    LogCursor(LogStart start) {
        this(start.sequence(), new Vector(start.held()), new HashMap<>(), true);
    }

    private LogCursor(long next, Vector held, Map<Origin, CausalContext> contexts, boolean remembering) {
        this.next = next;
        this.held = held;
        this.contexts = contexts;
        this.remembering = remembering;
    }

    LogCursor copy() {
        return new LogCursor(next, held.copy(), new HashMap<>(contexts), true);
    }

    /** One to look ahead with: what it reads leaves no trace. */
    LogCursor ahead() {
        return new LogCursor(next, held.copy(), new HashMap<>(contexts), false);
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

        /**
         * Is told of operations that are not in the log and count as held.
         *
         * @param origin whose they are
         * @param from the counter of the first one
         * @param through the counter of the last one
         */
        default void skipped(Origin origin, long from, long through) {}
    }

    /**
     * Goes on through the log, up to a sequence.
     *
     * @param reached what is held there
     * @param members who takes part: what is beyond a fence is passed over
     */
    void advance(LogTail log, long through, Vector reached, Members members, Taker taker) {
        if (members.clamp(held).equals(reached)) {
            // Of what follows there is no operation, so it need not be read.
            skip(log, through + 1);
            next = Math.max(next, through + 1);
        }
        boolean more = true;
        while (more && next <= through) {
            more = log.covers(next) ? remembered(log, through, members, taker) : read(log, through, members, taker);
        }
    }

    private boolean remembered(LogTail log, long through, Members members, Taker taker) {
        for (Map.Entry<Long, LogTail.Read> each : log.from(next).entrySet()) {
            if (each.getKey() > through) {
                break;
            }
            LogTail.Read read = each.getValue();
            if (read.operation().isEmpty()) {
                pass(each.getKey(), read.skipped(), members, taker);
            } else if (!offer(each.getKey(), read.operation().get(), members, taker)) {
                return false;
            }
        }
        next = Math.min(log.next(), through + 1);
        return true;
    }

    private boolean read(LogTail log, long through, Members members, Taker taker) {
        boolean[] more = {true};
        boolean[] met = new boolean[1];
        long unused = log.store()
                .operations(next, new OperationVisitor() {
                    @Override
                    public boolean visit(long sequence, OperationRecord logged) {
                        if (sequence > through || meets(sequence)) {
                            return false;
                        }
                        OperationRecord operation = full(logged);
                        if (remembering) {
                            log.add(next, sequence, operation);
                        }
                        more[0] = offer(sequence, operation, members, taker);
                        return more[0];
                    }

                    @Override
                    public void skipped(long sequence, CausalContext upTo) {
                        if (sequence <= through && !meets(sequence)) {
                            if (remembering) {
                                log.addSkip(next, sequence, upTo);
                            }
                            pass(sequence, upTo, members, taker);
                        }
                    }

                    private boolean meets(long sequence) {
                        if (!met[0] && log.covers(sequence)) {
                            met[0] = true;
                            next = sequence;
                        }
                        return met[0];
                    }
                })
                .orElseThrow();
        if (more[0] && !met[0]) {
            skip(log, through + 1);
            next = through + 1;
        }
        return more[0];
    }

    private void skip(LogTail log, long sequence) {
        if (remembering) {
            log.skip(next, sequence);
        }
    }

    private boolean offer(long sequence, OperationRecord operation, Members members, Taker taker) {
        boolean taken = members.refuses(operation.id()) || taker.take(members.clamp(operation));
        if (taken) {
            contexts.put(operation.id().origin(), operation.context().orElseThrow());
            held.raise(operation.id().origin(), operation.id().counter());
            next = sequence + 1;
        }
        return taken;
    }

    private void pass(long sequence, CausalContext upTo, Members members, Taker taker) {
        upTo.counters().forEach((origin, counter) -> {
            long before = held.counter(origin);
            if (counter > before) {
                long counting = Math.min(counter, members.limit(origin));
                if (before < counting) {
                    taker.skipped(origin, before + 1, counting);
                }
                held.raise(origin, counter);
            }
        });
        next = sequence + 1;
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

package softadastra.sync;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.store.Replication;

/**
 * Has a thread do the steps of an engine, from {@link #start} to {@link #stop}: when something is written, when something arrives, and
 * when it is time to send something again. Thread-safe.
 */
final class Driving {

    /** How long a driver rests when a step has failed. */
    private static final long FAILURE_PAUSE_NANOS = 1_000_000_000L;

    private final Turns turns;
    private final Supplier<Result<TickResult>> step;
    private final Supplier<Result<Long>> pause;
    private final BooleanSupplier behind;
    private final BooleanSupplier over;
    private final Consumer<SoftadastraError> thrown;
    private final Runnable written = this::written;

    private volatile @Nullable SyncDriver driver;

    /** What runs {@link #written} whenever something is written; null while nobody waits for it. */
    private @Nullable Replication signalling;

    /**
     * Makes what drives an engine; it does nothing yet.
     *
     * @param turns the engine's
     * @param step does a step
     * @param pause answers how long in nanoseconds there is nothing to do, unless it is signalled; negative to end
     * @param behind whether something was written that no step has seen
     * @param over whether there is nothing to do steps for any more, asked where a step is refused as if that were so
     * @param thrown takes what a step has thrown
     */
    Driving(
            Turns turns,
            Supplier<Result<TickResult>> step,
            Supplier<Result<Long>> pause,
            BooleanSupplier behind,
            BooleanSupplier over,
            Consumer<SoftadastraError> thrown) {
        this.turns = turns;
        this.step = step;
        this.pause = pause;
        this.behind = behind;
        this.over = over;
        this.thrown = thrown;
    }

    /** Begins, unless that was done. Within a turn only. */
    void start(Replication writes) {
        SyncDriver running = driver;
        if (running == null || !running.isRunning()) {
            // One that has ended by itself is still told of what is written.
            detach();
            SyncDriver started = new SyncDriver(this::driven, this::isBehind);
            driver = started;
            signalling = writes;
            writes.addSignal(written);
            started.start();
        }
    }

    /** Ends what {@link #start} has begun, and waits until the step it is at has ended. */
    void stop() {
        SyncDriver running = turns.always(this::detach);
        if (running != null) {
            // Without a turn: the step that it is at needs one.
            running.stop();
        }
    }

    private @Nullable SyncDriver detach() {
        SyncDriver running = driver;
        driver = null;
        if (signalling != null) {
            // Also where the store was closed first.
            signalling.removeSignal(written);
            signalling = null;
        }
        return running;
    }

    /** There may be something to do. Returns at once. */
    void signal() {
        SyncDriver running = driver;
        if (running != null) {
            running.signal();
        }
    }

    private void written() {
        SyncDriver running = driver;
        if (running != null) {
            running.written();
        }
    }

    private boolean isBehind() {
        try {
            return behind.getAsBoolean();
        } catch (RuntimeException | Error e) {
            // The step says what is wrong; and if it is a lack of memory, that passes.
            return true;
        }
    }

    /** One step of the driver; how long it may sleep then. */
    private long driven() {
        if (turns.isClosed()) {
            return -1;
        }
        try {
            Result<TickResult> result = step.get();
            if (result.isErr()) {
                // A transport may call its own state so, and that passes.
                boolean ended = result.error().code() == ErrorCode.INVALID_STATE && over.getAsBoolean();
                return ended ? -1 : FAILURE_PAUSE_NANOS;
            }
            return pause.get().orElse(-1L);
        } catch (RuntimeException | Error e) {
            // A listener, or a transport, that throws must not end the exchange for good without a word.
            tell(e);
            return FAILURE_PAUSE_NANOS;
        }
    }

    private void tell(Throwable failed) {
        try {
            thrown.accept(SoftadastraError.of(ErrorCode.INVALID_STATE, "a step of sync has failed: " + failed)
                    .withCause(failed));
        } catch (RuntimeException | Error e) {
            // Where there is no memory there may be none for this either.
            return;
        }
    }
}

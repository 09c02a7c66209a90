package softadastra.sync;

import java.util.Objects;
import java.util.function.Consumer;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.store.OperationRecord;
import softadastra.store.RetainedOperations;
import softadastra.store.Snapshot;
import softadastra.store.StoreEngine;

/**
 * Knows which operations of this node nobody else has acknowledged.
 *
 * <p>It keeps nothing: the outbox is a view of the store's log, worked out when it is asked for. So it is the same after a
 * restart, it cannot get out of step with the log, and it costs nothing when something is written. Where the log has let
 * history go, as a log in memory does, the outbox has what is left: the operations in the log, and of those before the ones
 * whose values are current.
 *
 * <p>It ends with its store, and has nothing to close; on a closed store everything is answered INVALID_STATE. Thread-safe;
 * nothing here holds writers up.
 */
@CheckReturnValue
public final class SyncEngine {

    private final StoreEngine store;

    private SyncEngine(StoreEngine store) {
        this.store = store;
    }

    /**
     * Opens the engine on a store.
     *
     * @param store the store, which stays the caller's
     * @param config how to synchronise
     * @return the engine, or PROVIDER_MISSING where the configuration asks for a transport or a discovery that is not there
     */
    public static Result<SyncEngine> open(StoreEngine store, SyncConfig config) {
        Objects.requireNonNull(store, "store");
        return config.available().map(ok -> new SyncEngine(store));
    }

    /**
     * How much of what a log holds is yet to reach others, for those who only read it: the same as {@link #state()} answers its
     * owner.
     *
     * @param snapshot what was read
     * @return the state as of that moment
     */
    public static SyncState stateOf(Snapshot snapshot) {
        return SyncState.withoutPeers(snapshot.localOperations());
    }

    /**
     * How much is yet to reach others.
     *
     * <p>Where the log holds everything, as a durable one does, this takes no longer the more there is; else it is a pass over
     * the entries.
     *
     * @return the state at this moment, or CORRUPTION, IO_ERROR
     */
    public Result<SyncState> state() {
        return outboxSize().map(SyncState::withoutPeers);
    }

    /**
     * Hands over every operation in the outbox, in the order in which they were written, up to the last one that is visible
     * when the call begins. Where the log holds everything, this takes no more memory the more there is.
     *
     * @param consumer takes them; its exceptions end the reading and pass through, but a {@link
     *     softadastra.core.SoftadastraException} becomes the answer
     * @return how many were handed over, or CORRUPTION, IO_ERROR (what came before was handed over)
     */
    public Result<Long> outbox(Consumer<? super SyncOperation> consumer) {
        Objects.requireNonNull(consumer, "consumer");
        return store.retainedLocalOperations((sequence, record) -> {
            consumer.accept(pending(sequence, record));
            return true;
        });
    }

    /**
     * Does one step of synchronisation. Without a peer there is nothing to do, and the result says so.
     *
     * @return what was done, or CORRUPTION, IO_ERROR
     */
    public Result<TickResult> tick() {
        return outboxSize().map(outboxSize -> new TickResult(0, 0, outboxSize));
    }

    private Result<Long> outboxSize() {
        return store.retainedLocalOperations()
                .map(epochs ->
                        epochs.stream().mapToLong(RetainedOperations::count).sum());
    }

    private static SyncOperation pending(long sequence, OperationRecord record) {
        return new SyncOperation(
                record.id(), sequence, record.stamp(), record.version(), SyncStatus.PENDING, record.operation());
    }
}

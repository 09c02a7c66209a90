package softadastra.cli.control;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import softadastra.core.CheckReturnValue;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.Batch;
import softadastra.store.BatchResult;
import softadastra.store.ConditionalResult;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.PutResult;
import softadastra.store.RemoveResult;
import softadastra.store.StoreCheckpoint;
import softadastra.store.Value;
import softadastra.sync.FailedOperation;
import softadastra.sync.SyncReport;
import softadastra.sync.TickResult;

/**
 * A store and its way to other nodes, as commands use them, wherever they are open. A write that answers ok is on stable storage.
 * Errors are those of the store and its log; a node that runs may also be gone, which is IO_ERROR, and INDETERMINATE for a write.
 */
@CheckReturnValue
public interface Node extends Entries {

    /** Puts if the condition holds. */
    Result<ConditionalResult<PutResult>> put(Key key, Value value, Condition condition);

    /** Removes if the condition holds. */
    Result<ConditionalResult<RemoveResult>> remove(Key key, Condition condition);

    /** Writes a batch. */
    Result<BatchResult> write(Batch batch);

    /** Writes a checkpoint. */
    Result<StoreCheckpoint> checkpoint();

    /** How it is getting on with the others. */
    Result<SyncReport> report();

    /**
     * Waits until nothing is in the outbox any more, or nothing but what a peer has rejected for good. Does no steps; a store that this
     * process has opened for a command has no way to others, so there is nothing to wait for.
     *
     * @param timeout how long to wait at most
     * @return as {@link #report}, at the end
     */
    Result<SyncReport> awaitSynced(Duration timeout);

    /** Does one step of synchronisation. */
    Result<TickResult> tick();

    /** The operations of this node that a peer has rejected for good. */
    Result<List<FailedOperation>> failed();

    /** Sends one of these again. */
    Result<Unit> retry(OperationId id);

    /** Gives up on one of these. */
    Result<Unit> discard(OperationId id);

    /** Says that another node will not come back. */
    Result<Unit> forget(NodeId node);

    /**
     * Takes its leave of the other nodes, unless something has yet to reach them.
     *
     * @param force also then
     * @return how much has yet to reach others, so that it stays; 0 once it has left; INVALID_STATE without a way to others, since
     *     nobody would be told
     */
    Result<Long> leave(boolean force);

    /** The conflicts that have not been dealt with, oldest first; then what stands beside the value of a key. */
    Result<List<Unresolved>> conflicts();

    /**
     * Deals with the conflicts of a key.
     *
     * @param value what the key gets; empty for what it has
     * @param seen the {@linkplain Unresolved#sequence() sequence} of what the caller has seen: conflicts that have come since stay, and
     *     if something else stands under the key by now, nothing is done; empty for whatever there is when this is done
     * @return how many conflicts were dealt with; or CONDITION_FAILED if something else stands there
     */
    Result<Integer> resolve(Key key, Optional<Value> value, OptionalLong seen);

    /** The log's directory, as this process names it. */
    Path log();
}

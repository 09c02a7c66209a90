package softadastra.cli.control;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.Batch;
import softadastra.store.BatchResult;
import softadastra.store.ConditionalResult;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.PutResult;
import softadastra.store.RemoveResult;
import softadastra.store.Snapshot;
import softadastra.store.StoreCheckpoint;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.FailedOperation;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncReport;
import softadastra.sync.TickResult;

/** A store that this process has open. Thread-safe, as far as it is opened with an engine. */
public final class OwnNode implements Node {
    private final Path log;
    private final StoreEngine store;
    private final boolean withWay;
    private @Nullable SyncEngine sync;

    /**
     * A node.
     *
     * @param log the log's directory
     * @param store the store; closed with it
     * @param sync the way to others, closed with it; empty for one that leads nowhere, opened once somebody asks
     */
    public OwnNode(Path log, StoreEngine store, Optional<SyncEngine> sync) {
        this.log = log;
        this.store = store;
        this.withWay = sync.isPresent();
        this.sync = sync.orElse(null);
    }

    private SyncEngine sync() {
        SyncEngine opened = sync;
        if (opened == null) {
            // What was decided and what others have is in the log, so it can be told without a way to them.
            opened = SyncEngine.open(store, SyncConfig.local()).orElseThrow();
            sync = opened;
        }
        return opened;
    }

    @Override
    public Path log() {
        return log;
    }

    @Override
    public Optional<Entry> get(Key key) {
        return store.get(key);
    }

    @Override
    public void scan(EntryQuery query, Consumer<? super Entry> consumer) {
        try (Snapshot snapshot = store.snapshot();
                Entries entries = Entries.of(snapshot)) {
            entries.scan(query, consumer);
        }
    }

    @Override
    public Result<ConditionalResult<PutResult>> put(Key key, Value value, Condition condition) {
        if (condition.absent()) {
            return store.putIfAbsent(key, value);
        }
        return condition.sequence() > 0
                ? store.putIfSequence(key, value, condition.sequence())
                : store.put(key, value).map(OwnNode::done);
    }

    @Override
    public Result<ConditionalResult<RemoveResult>> remove(Key key, Condition condition) {
        return condition.sequence() > 0
                ? store.removeIfSequence(key, condition.sequence())
                : store.remove(key).map(OwnNode::done);
    }

    private static <T> ConditionalResult<T> done(T result) {
        return new ConditionalResult<>(Optional.of(result), Optional.empty());
    }

    @Override
    public Result<BatchResult> write(Batch batch) {
        return store.write(batch);
    }

    @Override
    public Result<StoreCheckpoint> checkpoint() {
        return store.checkpoint();
    }

    @Override
    public Result<SyncReport> report() {
        return sync().report();
    }

    @Override
    public Result<SyncReport> awaitSynced(Duration timeout) {
        // Without a way to others nobody would bring about what is waited for.
        return withWay ? sync().awaitSynced(timeout).flatMap(synced -> report()) : report();
    }

    @Override
    public Result<TickResult> tick() {
        return sync().tick();
    }

    @Override
    public Result<List<FailedOperation>> failed() {
        return sync().failed();
    }

    @Override
    public Result<Unit> retry(OperationId id) {
        return sync().retry(id);
    }

    @Override
    public Result<Unit> discard(OperationId id) {
        return sync().discard(id);
    }

    @Override
    public Result<Unit> forget(NodeId node) {
        return sync().forget(node);
    }

    @Override
    public Result<Long> leave(boolean force) {
        if (!withWay) {
            return Result.err(ErrorCode.INVALID_STATE, "failed to leave: there is no way to others, who would be told");
        }
        return sync().state().flatMap(state -> {
            long left = force ? 0 : state.outboxSize();
            return left > 0 ? Result.ok(left) : sync().leave().map(unit -> left);
        });
    }

    @Override
    public Result<List<Unresolved>> conflicts() {
        return unresolved().conflicts();
    }

    @Override
    public Result<Integer> resolve(Key key, Optional<Value> value, OptionalLong seen) {
        return unresolved().resolve(key, value, seen);
    }

    private Resolving unresolved() {
        return new Resolving(store, sync());
    }

    /** Closes the way to others, then the store. */
    @Override
    public void close() throws SoftadastraException {
        SyncEngine opened = sync;
        try {
            if (opened != null) {
                opened.close();
            }
        } finally {
            store.close();
        }
    }
}

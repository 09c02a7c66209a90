package softadastra.sync;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.Unit;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Standing;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/**
 * Brings what is written on a node to its peers, and what is written there to the node.
 *
 * <p>The outbox is not kept anywhere: it is a view of the store's log, worked out when it is asked for. So it is the same after a
 * restart, it cannot get out of step with the log, and it costs nothing when something is written. Where the log has let history go,
 * as a log in memory does, the outbox has what is left: the operations in the log, and of those before the ones whose values are
 * current.
 *
 * <p>Without a transport it talks to nobody, and tells what there is to be told. With one, {@link #tick} does one step, and
 * {@link #start} has a thread do them for as long as there is something to do. A write to the store never waits for a peer, nor for a
 * step; but while a step decides what becomes of a batch that came in, of up to 16 MiB, others do not write: a {@linkplain
 * ConflictPolicy#merging merge} or an {@link Admission} of the application's is asked then, and a slow one holds up all writers.
 *
 * <p>Close it before its store; on a closed store everything is answered INVALID_STATE. Thread-safe. Steps and questions about peers
 * take turns, so a question may wait for the force of a step.
 */
@CheckReturnValue
public final class SyncEngine implements AutoCloseable {

    private final StoreEngine store;
    private final Attachment attachment;
    private final Turns turns = new Turns();
    private final Driving driving =
            new Driving(turns, this::tick, this::pause, this::isBehind, this::isOver, thrown -> failure = thrown);
    private final Listeners listeners = new Listeners();

    private volatile @Nullable SoftadastraError failure;

    private SyncEngine(StoreEngine store, SyncConfig config) {
        this.store = Objects.requireNonNull(store, "store");
        Admitting admission = Admitting.of(store.identity().node(), config.admission(), config.largestValue());
        this.attachment = new Attachment(
                store,
                ExchangeRules.standard(
                        Saturated.millis(config.grace()),
                        Saturated.nanos(config.retention()),
                        new Policies(config.policies()),
                        admission,
                        config.subscribed()));
    }

    /**
     * Opens the engine on a store, with the transport that the configuration asks for, if any.
     *
     * @param store the store, which stays the caller's
     * @param config how to synchronise
     * @return the engine; or PROVIDER_MISSING, PROVIDER_AMBIGUOUS where the configuration asks for a transport or a discovery that
     *     is not there; or an error of the transport, as of {@link SyncTransportProvider#open}; or of the log: CORRUPTION, IO_ERROR
     */
    public static Result<SyncEngine> open(StoreEngine store, SyncConfig config) {
        Objects.requireNonNull(store, "store");
        return config.available().flatMap(ok -> {
            if (config.transport()) {
                return open(store, config, host -> Ways.transport(config, host), Ways.discovery(config));
            }
            SyncEngine engine = new SyncEngine(store, config);
            return config.discovery()
                    ? Result.err(Ways.nothingToCallWith())
                    : engine.opened(engine.attachment::openWithout);
        });
    }

    /**
     * Opens the engine on a store, with a transport of the caller's.
     *
     * @param store the store, which stays the caller's
     * @param config how to synchronise; whether it asks for a transport does not matter
     * @param transport the way to others; the engine's from here on, also if it is not opened
     * @return the engine, or an error of the log: CORRUPTION, IO_ERROR; or PROVIDER_MISSING, PROVIDER_AMBIGUOUS, or what it has
     *     answered, where the configuration asks for a discovery
     */
    public static Result<SyncEngine> open(StoreEngine store, SyncConfig config, SyncTransport transport) {
        Objects.requireNonNull(transport, "transport");
        return open(store, config, host -> Result.ok(transport), Ways.discovery(config));
    }

    /** The same, where discoveries come from the caller: the seam of tests. */
    static Result<SyncEngine> open(
            StoreEngine store,
            SyncConfig config,
            SyncTransport transport,
            Iterable<? extends PeerDiscoveryProvider> discoveries) {
        return open(
                store,
                config,
                host -> Result.ok(transport),
                Discovery.find(config.discoveryProvider(), discoveries).map(Optional::of));
    }

    /** The same, with whatever opens the transport. */
    static Result<SyncEngine> open(
            StoreEngine store,
            SyncConfig config,
            Function<TransportHost, Result<SyncTransport>> transport,
            Result<Optional<PeerDiscoveryProvider>> discovery) {
        SyncEngine engine = new SyncEngine(store, config);
        TransportHost host = Ways.host(store.identity().node(), engine::report);
        return engine.opened(() -> engine.attachment.open(transport, host, discovery, engine.driving::signal));
    }

    /** Who asks meanwhile has a turn once all of it is there, and none at all if it fails. */
    private Result<SyncEngine> opened(Supplier<Result<Unit>> opening) {
        boolean done = false;
        try {
            Result<Unit> opened = turns.take(() -> begin(opening));
            done = opened.isOk();
            return opened.map(ok -> this);
        } finally {
            // Also where a transport, or a lack of memory, has it throw: nobody else has what was opened by then.
            if (!done) {
                close();
            }
        }
    }

    private Result<Unit> begin(Supplier<Result<Unit>> opening) {
        boolean done = false;
        try {
            Result<Unit> result = opening.get();
            done = result.isOk();
            return result;
        } finally {
            if (!done) {
                turns.close();
            }
        }
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
        return turns.take(() -> attachment
                .withMembers()
                .map(with -> Result.ok(with.state()))
                .orElseGet(() -> attachment.retained().map(SyncState::withoutPeers)));
    }

    /**
     * Hands over the operations of this node that the log still has, those that all members have acknowledged among them, in the
     * order in which they were written, up to the last one that is visible when the call begins, each with its {@linkplain
     * SyncOperation#status status} as of then. Of the others, there are as many of each status as {@link #state} says, where the log
     * holds everything. What does not count any more, since it is beyond the limit of a fence or its epoch was begun anew, is left out: if
     * it stood, it is written again under another identity.
     * Where the log holds everything, this takes no more memory the more there is.
     *
     * @param consumer takes them; its exceptions end the reading and pass through, but a {@link
     *     softadastra.core.SoftadastraException} becomes the answer
     * @return how many were handed over, or CORRUPTION, IO_ERROR (what came before was handed over)
     */
    public Result<Long> outbox(Consumer<? super SyncOperation> consumer) {
        Objects.requireNonNull(consumer, "consumer");
        return turns.take(() -> Result.ok(attachment.withMembers().map(Exchange::statuses)))
                .flatMap(statuses -> outbox(statuses, consumer));
    }

    private Result<Long> outbox(Optional<OutboxStatuses> statuses, Consumer<? super SyncOperation> consumer) {
        long[] count = new long[1];
        return store.retainedLocalOperations((sequence, record) -> {
                    if (statuses.map(known -> known.has(record.id())).orElse(true)) {
                        count[0]++;
                        consumer.accept(SyncOperation.of(
                                sequence,
                                record,
                                statuses.map(known -> known.of(record.id())).orElse(SyncStatus.PENDING)));
                    }
                    return true;
                })
                .map(all -> count[0]);
    }

    /**
     * Does one step of synchronisation: takes what has arrived, makes it durable, says so, and sends what others lack. Blocks for the
     * force of what came in. Without a peer there is nothing to do, and the result says so.
     *
     * @return what was done, or an error of the log, as of {@link StoreEngine#put}
     */
    public Result<TickResult> tick() {
        return tick(System.nanoTime());
    }

    /** A step at a time in nanoseconds, of any origin that does not change. */
    Result<TickResult> tick(long now) {
        AtomicReference<@Nullable SoftadastraError> unfound = new AtomicReference<>();
        Result<TickResult> result = turns.take(() -> {
            turns.stepped();
            if (attachment.ways().isEmpty()) {
                int members =
                        attachment.exchange().map(known -> known.peers().size()).orElse(0);
                return attachment.outboxSize().map(waiting -> new TickResult(members, 0, waiting));
            }
            unfound.set(attachment.ways().flatMap(Ways::handOver).orElse(null));
            Exchange with = attachment.exchange().orElseThrow();
            return with.tick(now)
                    .flatMap(step -> attachment
                            .outboxSize()
                            .map(waiting -> new TickResult(
                                    with.peers().size(), step.applied() + step.sent() + step.acknowledged(), waiting)));
        });
        failure = result.isErr() ? result.error() : unfound.get();
        tellListeners();
        return result;
    }

    /**
     * Waits until nothing is in the outbox: every member has acknowledged, durably, what was written here before. Steps are for
     * others to do meanwhile, such as the thread of {@link #start}. What has {@linkplain #failed failed} stays in the outbox until
     * the application has dealt with it, so nobody waits for that. A member that does not want a key acknowledges without having it.
     *
     * @param timeout how long to wait at most; none to look and return
     * @return whether the outbox is empty, as it is if nothing was ever written here: not, if the time is over, or if something failed,
     *     or was written while there is no member; or INTERRUPTED, if this thread was; or INVALID_STATE, also if the engine is closed
     *     meanwhile; or CORRUPTION, IO_ERROR
     */
    public Result<Boolean> awaitSynced(Duration timeout) {
        return turns.await(timeout, this::state, state -> state.outboxSize() == state.failedCount())
                .map(state -> state.outboxSize() == 0);
    }

    /**
     * Has a thread of the engine's own do steps for as long as there is something to do: when something is written, when something
     * arrives, and when it is time to send something again. Starting twice is fine; without a transport there is nothing to start.
     *
     * @return ok, or INVALID_STATE if the engine is closed
     */
    public Result<Unit> start() {
        return turns.take(() -> {
            if (attachment.ways().isPresent()) {
                driving.start(store.replication());
            }
            return Result.ok();
        });
    }

    /** Ends what {@link #start} has begun, and waits until the step it is at has ended. */
    public void stop() {
        driving.stop();
    }

    private Result<Long> pause() {
        return turns.take(() -> {
            Optional<Exchange> with = attachment.opened();
            return Result.ok(with.map(each -> each.pause(System.nanoTime())).orElse(-1L));
        });
    }

    private boolean isOver() {
        Result<Origin> open = turns.open().flatMap(ok -> store.replication().origin());
        return open.isErr() && open.error().code() == ErrorCode.INVALID_STATE;
    }

    private boolean isBehind() {
        return turns.always(() -> attachment.opened().filter(Exchange::isBehind).isPresent());
    }

    /**
     * The conflicts that were decided here and have not been taken yet, in the order of the log. They are kept until {@link
     * #takeConflicts}, 10,000 of them, and 64 MiB, at most: beyond that the oldest go, and a {@link SyncEvent.ConflictsDropped} says so.
     *
     * @return a copy; or INVALID_STATE
     */
    public Result<List<Conflict>> conflicts() {
        return turns.take(() -> Result.ok(
                attachment.exchange().map(with -> with.conflicts().all()).orElse(List.of())));
    }

    /**
     * The same {@linkplain #conflicts conflicts}, with where the log was when they were noted: so whoever deals with those of a key later
     * on can tell those that have come since.
     *
     * @return a copy; or INVALID_STATE
     */
    public Result<List<NotedConflict>> notedConflicts() {
        return turns.take(() -> {
            Optional<Exchange> with = attachment.exchange();
            return Result.ok(with.map(each -> each.conflicts().noted()).orElse(List.of()));
        });
    }

    /**
     * Takes conflicts: they have been dealt with, or do not matter, and are not answered any more. Blocks until that is durable.
     *
     * @param losers the {@linkplain Conflict#loser() losers} of the conflicts
     * @return how many of them there were; or an error of the log, and then none is taken; or INVALID_STATE
     */
    public Result<Integer> takeConflicts(Collection<OperationId> losers) {
        List<OperationId> all = List.copyOf(losers);
        return turns.take(() ->
                attachment.exchange().map(with -> with.conflicts().take(all)).orElse(Result.ok(0)));
    }

    /**
     * What stands under a key. Under {@link ConflictPolicy#MANUAL} and {@link ConflictPolicy#merging} these may be several operations,
     * each with its value, none of whose writers knew the others; readers see the value of the first, or what they were merged to.
     *
     * @param key the key
     * @return the operations, the last one first; empty if the key never had a value, or its removal is forgotten; or INVALID_STATE
     */
    public Result<List<Standing>> standing(Key key) {
        return turns.open().flatMap(ok -> store.replication().standing(key));
    }

    /**
     * The keys under which several operations stand beside each other. A pass over all entries.
     *
     * @return the keys, in their order; or an error as of {@link StoreEngine#flush}
     */
    public Result<List<Key>> contested() {
        TreeSet<Key> keys = new TreeSet<>();
        return turns.open()
                .flatMap(ok -> store.replication().standing(Optional.empty(), each -> {
                    boolean unused = each.contested() && keys.add(each.key());
                    return true;
                }))
                .map(count -> List.copyOf(keys));
    }

    /**
     * Writes to a key under which several operations stand beside each other, if these are still the ones that the caller has seen:
     * what is written takes the place of all of them, on every node. So does {@link StoreEngine#put}, but without looking.
     *
     * @param key the key
     * @param value its value from here on; empty to remove it
     * @param sequence the {@link Standing#sequence()} of what the caller has seen
     * @return whether it was written: not if something else stands there by now; or an error as of {@link StoreEngine#put}
     */
    public Result<Boolean> resolve(Key key, Optional<Value> value, long sequence) {
        return turns.open().flatMap(ok -> store.replication().resolve(key, value, sequence));
    }

    /**
     * The operations of this node that a peer has rejected for good, in the order in which this node was told; one that several peers
     * have rejected, once for each. They are kept until {@link #retry} or {@link #discard}, 10,000 of them, and 16 MiB, at most:
     * beyond that the oldest go, and a {@link SyncEvent.RejectionsDropped} says so. To have no peer, or none within reach, is not
     * failure. What is beyond the limit of a fence is not among them: if it stands, it was written again under another identity.
     *
     * @return a copy; or INVALID_STATE
     */
    public Result<List<FailedOperation>> failed() {
        return turns.take(() -> Result.ok(
                attachment.exchange().map(with -> with.rejecting().failed()).orElse(List.of())));
    }

    /**
     * Writes an operation again that was rejected for good, if it is still what stands under its key: as a new operation, with the same
     * value, which goes to all nodes as any other one does, and may be rejected again. The old one is not {@linkplain #failed failed}
     * any more. Blocks until that is durable.
     *
     * @param id its identity
     * @return ok; or NOT_FOUND if it is none of the {@linkplain #failed failed} ones; INVALID_STATE if it is not current any more, since
     *     something else stands under its key, or beside it, and then there is nothing left to do but {@link #discard}; or an error
     *     as of {@link StoreEngine#put}
     */
    public Result<Unit> retry(OperationId id) {
        return change(() -> attachment
                .exchange()
                .map(with -> with.rejecting().retry(id))
                .orElseGet(() -> Result.err(Rejecting.notFailed(id))));
    }

    /**
     * Gives up on an operation that was rejected for good: it stands here, and the peer goes without it. Blocks until that is durable.
     *
     * @param id its identity
     * @return ok; or NOT_FOUND if it is none of the {@linkplain #failed failed} ones; or an error of the log; or INVALID_STATE
     */
    public Result<Unit> discard(OperationId id) {
        return change(() -> attachment
                .exchange()
                .map(with -> with.rejecting().discard(id))
                .orElseGet(() -> Result.err(Rejecting.notFailed(id))));
    }

    /**
     * What is known of the others.
     *
     * @return one state for each peer, by node id; or INVALID_STATE
     */
    public Result<List<PeerState>> peers() {
        return turns.take(() -> Result.ok(attachment
                .exchange()
                .map(with -> with.peerStates(System.nanoTime()))
                .orElse(List.of())));
    }

    /**
     * Takes part no more: the others are told, as far as there is a way to them, and wait for nothing of this node from then on. What is
     * in the {@linkplain #state outbox} stays here, so leave when that is empty. Nothing comes in or goes out any more.
     *
     * <p>Returns without waiting for that; {@link #close} does. Whoever cannot be told waits for this node until it has heard of it from
     * others, or the retention has passed, or somebody says {@link #forget}.
     *
     * <p>When the engine is opened again, the node comes back in a new epoch, with what it has written since. Whoever closes a store in memory
     * has it leave first: what is gone never comes back, and the others would wait for it.
     *
     * @return ok; or an error of the log, or INVALID_STATE
     */
    public Result<Unit> leave() {
        Result<Unit> left = change(() -> attachment
                .exchange()
                .map(with ->
                        with.leave().flatMap(ok -> with.tick(System.nanoTime())).map(step -> Unit.UNIT))
                .orElse(Result.ok()));
        tellListeners();
        return left;
    }

    /**
     * Says that a node will not come back: the others wait for nothing of it from then on, once they have heard of it. This is for a
     * node that was lost, where those that are left are not more than half of all, or are not to wait until the retention has passed.
     * If it is there all the same it comes back by itself, and writes again on top what only it has. Where it was said on both sides of a
     * cut, all of both come back when they meet.
     *
     * @param node its id
     * @return ok; or NOT_FOUND if it is no member, or an error of the log, or INVALID_STATE
     */
    public Result<Unit> forget(NodeId node) {
        Objects.requireNonNull(node, "node");
        Result<Unit> forgotten = change(() -> attachment
                .exchange()
                .map(with -> with.forget(node))
                .orElse(Result.ok(false))
                .flatMap(any -> any
                        ? Result.ok()
                        : Result.err(SoftadastraError.of(ErrorCode.NOT_FOUND, "no such member")
                                .withContext(node.value()))));
        tellListeners();
        return forgotten;
    }

    /**
     * How the node is getting on.
     *
     * @return a report as of this moment, or an error of the log
     */
    public Result<SyncReport> report() {
        return turns.take(() -> {
            Reporting reporting = new Reporting(store, attachment.ways(), attachment.exchange());
            return state().flatMap(state ->
                    peers().map(peers -> reporting.report(state, peers, Optional.ofNullable(failure))));
        });
    }

    /**
     * Why nothing is exchanged at the moment: what the last step has ended with. It is tried again. Does not block.
     *
     * @return the failure, as {@link #report} has it; empty if all is well
     */
    public Optional<SoftadastraError> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * The ways to others that there are, and those that there should be, as {@link #report} has them. Does not block.
     *
     * @return the ways, as of now; none without a transport, or once it is closed
     */
    public List<TransportLink> links() {
        return attachment.ways().map(Ways::links).orElse(List.of());
    }

    /**
     * Has a listener told from here on.
     *
     * @param listener see there
     */
    public void addListener(SyncListener listener) {
        listeners.add(listener);
    }

    /**
     * Stops the thread, if there is one, and closes the discovery and the transport. The store stays open. Closing twice is fine.
     *
     * <p>After {@link #leave} it first waits until that is handed over to those that there is a way to, for a second at most, and not in a
     * thread that is interrupted. What is not handed over by then is lost, and with it the word that this node has left.
     */
    @Override
    public void close() {
        turns.close();
        stop();
        // Without a turn: who makes a status page for a transport waits for one.
        turns.always(() -> {
                    turns.stepped();
                    return attachment.detach();
                })
                .run();
    }

    /** Does something that others are to hear of, or that ends what somebody waits for. */
    private <T> Result<T> change(Supplier<Result<T>> action) {
        Result<T> done = turns.take(() -> {
            turns.stepped();
            return action.get();
        });
        // The step before it, after which nothing may be left to do, has not seen it.
        driving.signal();
        return done;
    }

    private void tellListeners() {
        listeners.tell(
                turns.always(() -> attachment.opened().map(Listeners::news).orElse(List.of())));
    }
}

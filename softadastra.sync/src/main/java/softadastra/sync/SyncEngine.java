package softadastra.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Replication;
import softadastra.store.RetainedOperations;
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
 * {@link #start} has a thread do them for as long as there is something to do. A write to the store never waits for any of this.
 *
 * <p>Close it before its store; on a closed store everything is answered INVALID_STATE. Thread-safe. Steps and questions about peers
 * take turns, so a question may wait for the force of a step.
 */
@CheckReturnValue
public final class SyncEngine implements AutoCloseable {

    /** How long a driver rests when a step has failed. */
    private static final long FAILURE_PAUSE_NANOS = 1_000_000_000L;

    /** An operation travels alone if it is large; key, value and what surrounds them fit. */
    private static final int MAX_MESSAGE_BYTES = 72 << 20;

    private final StoreEngine store;
    private final ExchangeRules rules;
    private final ReentrantLock lock = new ReentrantLock();

    /** Whoever waits for a step to have been done, or for the end. */
    private final Condition stepped = lock.newCondition();

    private final List<SyncListener> listeners = new CopyOnWriteArrayList<>();
    private final Runnable signal = this::signal;

    private @Nullable SyncTransport transport;
    private @Nullable Discovery discovery;

    /** What runs the signal whenever something is written; null while nobody waits for it. */
    private @Nullable Replication signalling;

    private @Nullable Exchange exchange;
    private volatile @Nullable SyncDriver driver;
    private volatile @Nullable SoftadastraError failure;
    private volatile boolean closed;

    private SyncEngine(StoreEngine store, SyncConfig config) {
        this.store = Objects.requireNonNull(store, "store");
        Admitting admission = Admitting.of(store.identity().node(), config.admission(), config.largestValue());
        this.rules = ExchangeRules.standard(
                config.grace().toMillis(), new Policies(config.policies()), admission, config.subscribed());
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
            SyncEngine engine = new SyncEngine(store, config);
            if (!config.transport()) {
                return config.discovery() ? Result.err(nothingToCallWith()) : engine.withoutTransport(config);
            }
            return SyncTransports.find(config)
                    .flatMap(provider -> provider.open(config.network(), engine.host()))
                    .flatMap(opened -> engine.attach(opened, discovery(config)));
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
        return new SyncEngine(store, config).attach(transport, discovery(config));
    }

    /** What a node wants is for the life of its log, whether or not there is a way to anybody now. */
    private Result<SyncEngine> withoutTransport(SyncConfig config) {
        return config.subscription().isEmpty()
                ? Result.ok(this)
                : Exchange.open(store, NoTransport.INSTANCE, new SplittableRandom(), rules)
                        .map(ready -> {
                            exchange = ready;
                            return this;
                        });
    }

    /** The same, where discoveries come from the caller: the seam of tests. */
    static Result<SyncEngine> open(
            StoreEngine store,
            SyncConfig config,
            SyncTransport transport,
            Iterable<? extends PeerDiscoveryProvider> discoveries) {
        return new SyncEngine(store, config)
                .attach(
                        transport,
                        Discovery.find(config.discoveryProvider(), discoveries).map(Optional::of));
    }

    private static Result<Optional<PeerDiscoveryProvider>> discovery(SyncConfig config) {
        return config.discovery() ? Discovery.find(config).map(Optional::of) : Result.ok(Optional.empty());
    }

    private static SoftadastraError nothingToCallWith() {
        return SoftadastraError.of(
                ErrorCode.INVALID_ARGUMENT,
                "invalid sync configuration: discovery is on and transport is off, so nobody would call what it finds;"
                        + " turn transport on, or discovery off");
    }

    private Result<SyncEngine> attach(SyncTransport opened, Result<Optional<PeerDiscoveryProvider>> provider) {
        Result<SyncEngine> attached =
                provider.flatMap(looking -> Exchange.open(store, opened, new SplittableRandom(), rules)
                        .flatMap(ready -> discover(looking, opened).map(discovers -> {
                            exchange = ready;
                            transport = opened;
                            discovery = discovers.orElse(null);
                            opened.onArrival(signal);
                            return this;
                        })));
        if (attached.isErr()) {
            opened.close();
        }
        return attached;
    }

    private Result<Optional<Discovery>> discover(Optional<PeerDiscoveryProvider> provider, SyncTransport opened) {
        if (provider.isEmpty()) {
            return Result.ok(Optional.empty());
        }
        return Discovery.open(provider.get(), store.identity().node(), opened, signal)
                .map(Optional::of);
    }

    /**
     * What is known of others. A node without a transport looks into its log when it is asked, and if there may be something; so who
     * has never had a peer pays nothing.
     */
    private Optional<Exchange> exchange() {
        if (exchange == null && store.replication().isUsed()) {
            exchange = Exchange.open(store, NoTransport.INSTANCE, new SplittableRandom(), rules)
                    .orElseThrow();
        }
        return Optional.ofNullable(exchange);
    }

    private TransportHost host() {
        return new TransportHost() {
            @Override
            public NodeId node() {
                return store.identity().node();
            }

            @Override
            public int maxMessageBytes() {
                return MAX_MESSAGE_BYTES;
            }

            @Override
            public Result<SyncReport> report() {
                return SyncEngine.this.report();
            }
        };
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
        return locked(() -> exchange()
                .filter(with -> !with.peers().isEmpty())
                .map(with -> Result.ok(with.state()))
                .orElseGet(() -> outboxSize().map(SyncState::withoutPeers)));
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
        Result<TickResult> result = locked(() -> {
            Discovery looking = discovery;
            if (looking != null) {
                unfound.set(looking.handOver().orElse(null));
            }
            Exchange with = exchange;
            if (with == null || transport == null) {
                return state().map(state -> new TickResult(0, 0, state.outboxSize()));
            }
            stepped.signalAll();
            return with.tick(now)
                    .flatMap(step -> state().map(state -> new TickResult(
                            with.peers().size(),
                            step.applied() + step.sent() + step.acknowledged(),
                            state.outboxSize())));
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
     * @return whether the outbox is empty: not, if the time is over, or while there is no member; or INTERRUPTED, if this thread was;
     *     or INVALID_STATE, also if the engine is closed meanwhile; or CORRUPTION, IO_ERROR
     */
    public Result<Boolean> awaitSynced(Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        return locked(() -> {
            while (true) {
                Result<SyncState> state = closed ? Result.err(closedError()) : state();
                long left = end - System.nanoTime();
                if (state.isErr() || state.value().outboxSize() == state.value().failedCount() || left <= 0) {
                    return state.map(with -> with.outboxSize() == 0);
                }
                try {
                    long unused = stepped.awaitNanos(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return Result.err(ErrorCode.INTERRUPTED, "waiting for peers was interrupted");
                }
            }
        });
    }

    /**
     * Has a thread of the engine's own do steps for as long as there is something to do: when something is written, when something
     * arrives, and when it is time to send something again. Starting twice is fine; without a transport there is nothing to start.
     *
     * @return ok, or INVALID_STATE if the engine is closed
     */
    public Result<Unit> start() {
        return locked(() -> {
            SyncDriver running = driver;
            if (transport != null && (running == null || !running.isRunning())) {
                Replication writes = store.replication();
                SyncDriver started = new SyncDriver(this::driven);
                driver = started;
                signalling = writes;
                writes.addSignal(signal);
                started.start();
            }
            return Result.ok();
        });
    }

    /** Ends what {@link #start} has begun, and waits until the step it is at has ended. */
    public void stop() {
        SyncDriver running;
        lock.lock();
        try {
            running = driver;
            driver = null;
            if (signalling != null) {
                // Also where the store was closed first.
                signalling.removeSignal(signal);
                signalling = null;
            }
        } finally {
            lock.unlock();
        }
        if (running != null) {
            // Without the lock: the step that it is at needs it.
            running.stop();
        }
    }

    /** One step of the driver; how long it may sleep then. */
    private long driven() {
        if (closed) {
            return -1;
        }
        Result<TickResult> result;
        try {
            result = tick();
        } catch (RuntimeException | Error e) {
            // A listener, or a transport, that throws must not end the exchange for good without a word.
            failure = SoftadastraError.of(ErrorCode.INVALID_STATE, "a step of sync has failed: " + e)
                    .withCause(e);
            return FAILURE_PAUSE_NANOS;
        }
        if (result.isErr()) {
            return result.error().code() == ErrorCode.INVALID_STATE ? -1 : FAILURE_PAUSE_NANOS;
        }
        return locked(() -> {
                    Exchange with = exchange;
                    return Result.ok(with == null ? -1 : with.pause(System.nanoTime()));
                })
                .orElse(-1L);
    }

    private void signal() {
        SyncDriver running = driver;
        if (running != null) {
            running.signal();
        }
    }

    /**
     * The conflicts that were decided here and have not been taken yet, in the order of the log. They are kept until {@link
     * #takeConflicts}, 10,000 of them, and 64 MiB, at most: beyond that the oldest go.
     *
     * @return a copy; or INVALID_STATE
     */
    public Result<List<Conflict>> conflicts() {
        return locked(() -> {
            Optional<Exchange> with = exchange();
            return Result.ok(with.map(each -> each.conflicts().all()).orElse(List.of()));
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
        return locked(() -> exchange().map(with -> with.takeConflicts(all)).orElse(Result.ok(0)));
    }

    /**
     * What stands under a key. Under {@link ConflictPolicy#MANUAL} and {@link ConflictPolicy#merging} these may be several operations,
     * each with its value, none of whose writers knew the others; readers see the value of the first, or what they were merged to.
     *
     * @param key the key
     * @return the operations, the last one first; empty if the key never had a value, or its removal is forgotten; or INVALID_STATE
     */
    public Result<List<Standing>> standing(Key key) {
        return closed ? Result.err(closedError()) : store.replication().standing(key);
    }

    /**
     * The keys under which several operations stand beside each other. A pass over all entries.
     *
     * @return the keys, in their order; or an error as of {@link StoreEngine#flush}
     */
    public Result<List<Key>> contested() {
        if (closed) {
            return Result.err(closedError());
        }
        TreeSet<Key> keys = new TreeSet<>();
        return store.replication()
                .standing(Optional.empty(), each -> {
                    boolean unused = each.contested() && keys.add(each.key());
                    return true;
                })
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
        return closed ? Result.err(closedError()) : store.replication().resolve(key, value, sequence);
    }

    /**
     * The operations of this node that a peer has rejected for good, in the order in which this node was told; one that several peers
     * have rejected, once for each. They are kept until {@link #retry} or {@link #discard}, 10,000 of them, and 16 MiB, at most:
     * beyond that the oldest go. To have no peer, or none within reach, is not failure.
     *
     * @return a copy; or INVALID_STATE
     */
    public Result<List<FailedOperation>> failed() {
        return locked(() ->
                Result.ok(exchange().map(with -> with.rejecting().failed()).orElse(List.of())));
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
        return locked(() -> exchange()
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
        return locked(() -> exchange()
                .map(with -> with.rejecting().discard(id))
                .orElseGet(() -> Result.err(Rejecting.notFailed(id))));
    }

    /**
     * What is known of the others.
     *
     * @return one state for each peer, by node id; or INVALID_STATE
     */
    public Result<List<PeerState>> peers() {
        return locked(() -> Result.ok(
                exchange().map(with -> with.peerStates(System.nanoTime())).orElse(List.of())));
    }

    /**
     * How the node is getting on.
     *
     * @return a report as of this moment, or an error of the log
     */
    public Result<SyncReport> report() {
        return locked(() -> {
            SyncTransport way = transport;
            Exchange with = exchange().orElse(null);
            return state().flatMap(state -> peers().map(peers -> new SyncReport(
                    store.identity().node(),
                    store.identity().epoch(),
                    way == null ? Optional.empty() : way.address(),
                    store.size(),
                    state,
                    peers,
                    way == null ? List.of() : way.links(),
                    with == null ? 0 : with.conflicts().size(),
                    with == null ? 0 : with.malformed(),
                    with == null ? List.of() : with.subscriptions().own().told(),
                    Optional.ofNullable(failure))));
        });
    }

    /**
     * Has a listener told from here on.
     *
     * @param listener see there
     */
    public void addListener(SyncListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Stops the thread, if there is one, and closes the discovery and the transport. The store stays open. Closing twice is fine. */
    @Override
    public void close() {
        closed = true;
        stop();
        SyncTransport way;
        Discovery looking;
        lock.lock();
        try {
            stepped.signalAll();
            way = transport;
            looking = discovery;
            discovery = null;
            if (exchange != null && way != null) {
                // What it could not say is said again: nothing to tell the caller, whose data is in the log.
                Result<Unit> unused = exchange.close();
            }
            transport = null;
            exchange = null;
        } finally {
            lock.unlock();
        }
        try {
            if (looking != null) {
                looking.close();
            }
        } finally {
            if (way != null) {
                // Without the lock: who makes a status page for it waits for that.
                way.close();
            }
        }
    }

    private void tellListeners() {
        List<SyncEvent> events = new ArrayList<>();
        lock.lock();
        try {
            Exchange with = exchange;
            if (with != null) {
                with.tell().forEach(each -> events.add(new SyncEvent.ConflictDecided(each)));
                with.rejecting().tell().forEach(each -> events.add(new SyncEvent.OperationFailed(each)));
                with.antiEntropy().tell().forEach(each -> events.add(new SyncEvent.ContentsDiverged(each)));
            }
        } finally {
            lock.unlock();
        }
        events.forEach(event -> listeners.forEach(listener -> listener.happened(event)));
    }

    private <T> Result<T> locked(Supplier<Result<T>> action) {
        lock.lock();
        try {
            return closed ? Result.err(closedError()) : action.get();
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        } finally {
            lock.unlock();
        }
    }

    private static SoftadastraError closedError() {
        return SoftadastraError.of(ErrorCode.INVALID_STATE, "sync engine is closed");
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

package softadastra.sdk;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.Batch;
import softadastra.store.BatchResult;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.PutResult;
import softadastra.store.RemoveResult;
import softadastra.store.Standing;
import softadastra.store.StoreBackup;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.store.Watch;
import softadastra.store.WatchListener;
import softadastra.sync.Conflict;
import softadastra.sync.FailedOperation;
import softadastra.sync.PeerState;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncListener;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncState;
import softadastra.sync.SyncTransport;
import softadastra.sync.TickResult;

/**
 * A node of an application: a store under its own log, and the way of what is written there to other nodes and back.
 *
 * <pre>{@code
 * try (Client client = new Client(ClientOptions.persistent("node-a", "data/node-a.wal"))) {
 *     Result<Unit> opened = client.open();
 *     if (opened.isErr()) {
 *         report(opened.error().display());
 *         return;
 *     }
 *     client.put("settings/theme", "dark").orElseThrow();
 * }
 * }</pre>
 *
 * <p>A new client is not open, and may be opened again after it was closed. Every call on one that is not open is answered
 * INVALID_STATE "client is not open": as a value by the methods that answer a {@link Result}, else as a
 * {@link SoftadastraException}.
 *
 * <p>Writes block until they are durable where {@link ClientOptions#autoFlush} is on, and never for a peer; reads never block.
 * Errors of the store and the log come through as they are. Thread-safe.
 *
 * <p>Where the options name a transport, {@link #startSync} has operations exchanged from then on. "Persisted" is what a write
 * answers: it is in this node's log. "Synced" is what {@link #syncState} tells: nothing is left in the outbox.
 *
 * <p>A client that becomes unreachable while it is open is reported as its store is, see {@link StoreEngine}.
 */
@CheckReturnValue
public final class Client implements AutoCloseable {

    private final ClientOptions options;

    private final Engines engines = new Engines();

    /**
     * Makes a client, which is not open yet. Touches nothing.
     *
     * @param options how to open it
     */
    public Client(ClientOptions options) {
        this.options = Objects.requireNonNull(options, "options");
    }

    /**
     * Opens the client: creates its log if there is none, and recovers what the log holds. Blocks meanwhile.
     *
     * @return ok, or an error. INVALID_STATE: it is open already. INVALID_ARGUMENT: node id or path. PROVIDER_MISSING: a log
     *     provider, a transport or a discovery was asked for that is not there. Everything else as of {@link
     *     StoreEngine#open}: DIRECTORY_MISSING, LOCKED, WRONG_NODE, CORRUPTION, ...; or of {@link SyncEngine#open}: what the
     *     transport refuses, such as IO_ERROR where its address is taken, and what of sync does not fit the log. Nothing stays open then
     */
    public Result<Unit> open() {
        return open(options.sync(), store -> SyncEngine.open(store, options.sync()));
    }

    /**
     * Opens the client as {@link #open()} does, with a transport of the caller's, such as one of an {@link
     * softadastra.sync.InMemoryNetwork}, in place of what the options ask for.
     *
     * @param transport the way to others; the client's from here on, and closed with it, also if it is not opened
     * @return ok, or an error as of {@link #open()}
     */
    public Result<Unit> open(SyncTransport transport) {
        Objects.requireNonNull(transport, "transport");
        boolean opened = false;
        try {
            Result<Unit> result = open(
                    options.sync().withTransport(false), store -> SyncEngine.open(store, options.sync(), transport));
            opened = result.isOk();
            return result;
        } finally {
            if (!opened) {
                transport.close();
            }
        }
    }

    private Result<Unit> open(SyncConfig needed, Function<StoreEngine, Result<SyncEngine>> sync) {
        return engines.open(needed, options.storeConfig(), sync);
    }

    /**
     * Whether the client is open.
     *
     * @return whether it was opened, and not closed since
     */
    public boolean isOpen() {
        return engines.isOpen();
    }

    /**
     * Gives a text to a key. With {@link ClientOptions#autoFlush}, ok means that it is on stable storage.
     *
     * @param key the key, 1 byte to 64 KiB of UTF-8
     * @param text its new value, at most 64 MiB of UTF-8
     * @return what the put did, or INVALID_ARGUMENT (key or text have no UTF-8), RECORD_TOO_LARGE,
     *     NO_SPACE, PERMISSION_DENIED, IO_ERROR, INDETERMINATE; see {@link StoreEngine#put}
     */
    public Result<PutResult> put(String key, String text) {
        return engines.call(open -> open.store.put(Key.of(key), Value.fromString(text)));
    }

    /**
     * Gives bytes to a key; as {@link #put(String, String)}.
     *
     * @param key the key
     * @param bytes its new value; they are copied
     * @return what the put did, or an error
     */
    public Result<PutResult> put(String key, byte[] bytes) {
        return engines.call(open -> open.store.put(Key.of(key), Value.of(bytes)));
    }

    /**
     * The value of a key. Does not block.
     *
     * @param key the key
     * @return the value, or NOT_FOUND "key not found"
     */
    public Result<Value> get(String key) {
        return engines.call(open -> open.store
                .get(Key.of(key))
                .map(Entry::value)
                .map(Result::ok)
                .orElseGet(() -> Result.err(SoftadastraError.of(ErrorCode.NOT_FOUND, "key not found")
                        .withContext(key))));
    }

    /**
     * Takes a key's value away.
     *
     * @param key the key
     * @return what the removal did; a key that has no value is ok, and not deleted. Errors as of {@link #put(String, String)}
     */
    public Result<RemoveResult> remove(String key) {
        return engines.call(open -> open.store.remove(Key.of(key)));
    }

    /**
     * Writes a batch: a crash leaves all of it or none, and so do readers see it.
     *
     * @param batch puts and removals
     * @return what the batch did, or an error as of {@link #put(String, String)}; nothing of it is written then
     */
    public Result<BatchResult> write(Batch batch) {
        return engines.call(open -> open.store.write(batch));
    }

    /**
     * Records a file event in the log. It means nothing to the store.
     *
     * @param event what happened to a file
     * @return the sequence of its record, or an error as of {@link #put(String, String)}
     */
    public Result<Long> appendEvent(FileEvent event) {
        return engines.call(open -> open.store.appendEvent(event));
    }

    /**
     * Makes everything written so far durable. Only needed where {@link ClientOptions#autoFlush} is off.
     *
     * @return ok, or NO_SPACE, PERMISSION_DENIED, IO_ERROR, INDETERMINATE; see {@link StoreEngine#flush}
     */
    public Result<Unit> flush() {
        return engines.call(open -> open.store.flush());
    }

    /**
     * Whether a key has a value. Does not block.
     *
     * @param key the key
     * @return whether it has one
     */
    public boolean contains(String key) {
        return engines.ask(open -> open.store.contains(Key.of(key)));
    }

    /**
     * How many keys have a value.
     *
     * @return the number
     */
    public long size() {
        return engines.ask(open -> open.store.size());
    }

    /**
     * Whether no key has a value.
     *
     * @return whether the store is empty
     */
    public boolean isEmpty() {
        return engines.ask(open -> open.store.isEmpty());
    }

    /**
     * The entries whose keys begin with a text, in the order of keys. Does not block. It is no view of one moment: what is
     * written meanwhile may show or not.
     *
     * @param prefix the text; empty for all
     * @return the entries, made as they are asked for
     */
    public Stream<Entry> entries(String prefix) {
        return engines.ask(open -> open.store.entries(prefix));
    }

    /**
     * Tells a listener of every change of entries from now on, also of those that come from other nodes.
     *
     * @param prefix what the keys begin with; empty for all
     * @param listener is told
     * @return the watch, to be closed; or an error
     */
    public Result<Watch> watch(String prefix, WatchListener listener) {
        return engines.call(open -> open.store.watch(prefix, listener));
    }

    /**
     * Writes a backup, a copy of this node's data as of now; see {@link StoreEngine#backup(Path)}. Blocks while it writes; others
     * read and write meanwhile.
     *
     * @param directory where: it must not exist or be empty, its parent must exist
     * @return what was written, or an error
     */
    public Result<StoreBackup> backup(Path directory) {
        return engines.call(open -> open.store.backup(directory));
    }

    /**
     * How much of what was written is yet to reach others.
     *
     * @return the state at this moment, or CORRUPTION, IO_ERROR
     */
    public Result<SyncState> syncState() {
        return engines.call(open -> open.sync.state());
    }

    /**
     * Waits until everything that was written here is with every member. Needs {@link #startSync}, or another thread that calls
     * {@link #tick}.
     *
     * @param timeout how long to wait at most
     * @return whether nothing is left in the outbox: not, if the time is over, or while there is no member; or INTERRUPTED, if this
     *     thread was; or INVALID_STATE; or CORRUPTION, IO_ERROR
     */
    public Result<Boolean> awaitSynced(Duration timeout) {
        return engines.call(open -> open.sync.awaitSynced(timeout));
    }

    /**
     * Does one step of synchronisation, for applications that have no thread for it; {@link #startSync} does them by itself. Blocks
     * for the force of what came in. Without a peer there is nothing to do, and the result says so.
     *
     * @return what was done, or an error of the log
     */
    public Result<TickResult> tick() {
        return engines.call(open -> open.sync.tick());
    }

    /**
     * Exchanges operations with peers from now on, in a thread of its own, until {@link #stopSync} or {@link #close}. Without a
     * transport there is nothing to exchange, and so it is fine to call it always; twice is fine too.
     *
     * @return ok, or INVALID_STATE
     */
    public Result<Unit> startSync() {
        return engines.call(open -> open.sync.start());
    }

    /**
     * Stops what {@link #startSync} has begun, and waits for the step that it is at. What is written from now on stays in the
     * outbox, until it is started again.
     *
     * @return ok, or INVALID_STATE
     */
    public Result<Unit> stopSync() {
        return engines.call(open -> {
            open.sync.stop();
            return Result.ok();
        });
    }

    /**
     * What is known of the other nodes.
     *
     * @return one state for each, by node id; or INVALID_STATE
     */
    public Result<List<PeerState>> peers() {
        return engines.call(open -> open.sync.peers());
    }

    /**
     * The conflicts that were decided here and have not been taken yet: two writes to a key of which neither writer knew the other's.
     *
     * @return a copy, in the order in which they were decided; or INVALID_STATE
     */
    public Result<List<Conflict>> conflicts() {
        return engines.call(open -> open.sync.conflicts());
    }

    /**
     * Takes conflicts: they have been dealt with, and are not answered any more. Blocks until that is durable.
     *
     * @param losers the {@linkplain Conflict#loser() losers} of the conflicts
     * @return how many of them there were; or an error of the log
     */
    public Result<Integer> takeConflicts(Collection<OperationId> losers) {
        return engines.call(open -> open.sync.takeConflicts(losers));
    }

    /**
     * What stands under a key: several operations, where its policy keeps what was written by nodes none of which knew the other's.
     *
     * @param key the key
     * @return the operations, the last one first; empty if there is none; or INVALID_STATE
     */
    public Result<List<Standing>> standing(String key) {
        return engines.call(open -> open.sync.standing(Key.of(key)));
    }

    /**
     * The keys under which several operations stand beside each other. A pass over all entries.
     *
     * @return the keys, in their order; or an error of the log
     */
    public Result<List<Key>> contested() {
        return engines.call(open -> open.sync.contested());
    }

    /**
     * Writes to a key under which several operations stand beside each other, if these are still the ones that the caller has seen;
     * see {@link SyncEngine#resolve}. So does every {@link #put(String, String)}, but without looking.
     *
     * @param key the key
     * @param value its value from here on; empty to remove it
     * @param sequence the {@link Standing#sequence()} of what the caller has seen
     * @return whether it was written; or an error as of {@link #put(String, String)}
     */
    public Result<Boolean> resolve(String key, Optional<Value> value, long sequence) {
        return engines.call(open -> open.sync.resolve(Key.of(key), value, sequence));
    }

    /**
     * The operations of this node that a peer has rejected for good, who has, and why; see {@link SyncEngine#failed}. To have no peer,
     * or none within reach, is not failure.
     *
     * @return a copy; or INVALID_STATE
     */
    public Result<List<FailedOperation>> failed() {
        return engines.call(open -> open.sync.failed());
    }

    /**
     * Writes an operation again that was rejected for good, as a new one, if it is still what stands under its key; see {@link
     * SyncEngine#retry}.
     *
     * @param id its identity
     * @return ok; or NOT_FOUND if it is none of the {@linkplain #failed failed} ones; INVALID_STATE if something else stands there by
     *     now; or an error as of {@link #put(String, String)}
     */
    public Result<Unit> retry(OperationId id) {
        return engines.call(open -> open.sync.retry(id));
    }

    /**
     * Gives up on an operation that was rejected for good.
     *
     * @param id its identity
     * @return ok; or NOT_FOUND if it is none of the {@linkplain #failed failed} ones
     */
    public Result<Unit> discard(OperationId id) {
        return engines.call(open -> open.sync.discard(id));
    }

    /**
     * Says that a node will not come back, so that nobody waits for it any more; see {@link SyncEngine#forget}.
     *
     * @param nodeId its id
     * @return ok; or NOT_FOUND if it is no member, INVALID_ARGUMENT, or an error of the log
     */
    public Result<Unit> forget(String nodeId) {
        return engines.call(open -> NodeId.of(nodeId).flatMap(open.sync::forget));
    }

    /**
     * Takes part no more: the others wait for nothing of this node from then on, until it is opened again; see {@link
     * SyncEngine#leave}. A client in memory does so by itself when it is closed.
     *
     * @return ok, or an error of the log
     */
    public Result<Unit> leave() {
        return engines.call(open -> open.sync.leave());
    }

    /**
     * How this node is getting on with the others, and where it listens.
     *
     * @return a report as of this moment, or an error of the log
     */
    public Result<SyncReport> syncReport() {
        return engines.call(open -> open.sync.report());
    }

    /**
     * Has a listener told of conflicts and of nodes that come, until the client is closed.
     *
     * @param listener is told; by the thread that does the step. It may close the client; where another thread is at that already,
     *     {@link #close} returns at once, and {@link #open} answers INVALID_STATE: that one waits for the listener
     * @return ok, or INVALID_STATE
     */
    public Result<Unit> addSyncListener(SyncListener listener) {
        return engines.call(open -> {
            open.sync.addListener(engines.listener(listener));
            return Result.ok();
        });
    }

    /**
     * What it is opened with.
     *
     * @return the options
     */
    public ClientOptions options() {
        return options;
    }

    /**
     * The name of this node, as given.
     *
     * @return the node id
     */
    public String nodeId() {
        return options.nodeId();
    }

    /**
     * The directory of its log, as given; empty for a client in memory.
     *
     * @return the path
     */
    public String walPath() {
        return options.walPath();
    }

    /**
     * Stops synchronisation, makes everything durable and closes the log, or waits until another thread that is at it has. Closing a
     * client that is not open is fine.
     *
     * <p>A client in memory takes its leave: see {@link ClientOptions#memoryOnly}. One that has said {@link #leave} too waits, for a second
     * at most, until that is handed over.
     *
     * @throws SoftadastraException if the last flush failed; the client is closed all the same
     */
    @Override
    public void close() {
        engines.close();
    }
}

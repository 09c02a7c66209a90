package softadastra.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.FileEventCodec;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordType;

/**
 * The current value of every key, in memory, rebuilt from a write-ahead log: each write is recorded there before it can be
 * seen here.
 *
 * <p><b>Durability.</b> With automatic flush, the default, a write that answers ok survives a kill and a power cut, and readers
 * see it only then. Without it, a write is acknowledged and seen once the log has accepted it; {@link #flush()} makes what was
 * written durable, and {@link StoreConfig#withAutoFlush} says what may be lost until then.
 *
 * <p><b>Visibility.</b> A write that has answered is seen by every read that begins afterwards, on any thread. Writes of a key
 * are linearizable, and take effect in the order of the log. A batch becomes visible as one: whoever reads one of its values
 * reads all of them from then on. A pass over {@link #entries()} is not one point in time: it sees each key at most once, in
 * order, as it is when the pass gets there, so it may see the later keys of a batch that was written meanwhile and not the
 * earlier ones.
 *
 * <p><b>Failure.</b> If the log fails, the store is read-only: reads go on, and every write says why. A write that the log had
 * already taken is answered INDETERMINATE: it is not seen here, and whether it is kept shows when the store is opened again.
 *
 * <p>Thread-safe throughout. Reads never block; before {@link #awaitLoaded} returns they may read from disk. Writes wait for the log. Interrupts cut no write short. On a
 * closed store, methods that answer a {@link Result} answer INVALID_STATE, the others throw it. A store that becomes
 * unreachable while open is reported as a warning of {@link System.Logger} {@code softadastra.store}.
 */
@CheckReturnValue
public final class StoreEngine implements AutoCloseable {

    private final HeldLog held;
    private final WalLog log;
    private final Versions versions;
    private final View view;
    private final Commits commits;
    private final AsyncWrites asyncWrites;
    private final Background background;
    private final History history;
    private final Replication replication;
    private final StoreRecovery recovery;
    private final LeakGuard leakGuard;
    private final AtomicBoolean closed = new AtomicBoolean();

    StoreEngine(StoreConfig config, HeldLog held, Opening opening, Consumer<String> warnings) {
        Wal wal = held.wal();
        this.held = held;
        this.log = wal.log();
        this.versions = opening.versions();
        this.view = View.now(versions);
        this.commits = opening.commits();
        this.asyncWrites = new AsyncWrites(commits);
        this.history = new History(log, versions);
        this.recovery = opening.recovery();
        // Whoever else holds the log may append records of any kind.
        boolean carries = opening.carries() || !held.owned();
        this.background = new Background(config, wal, versions, commits, carries, warnings);
        this.replication = new Replication(
                commits.remote(), new ReplicationLog(log, versions), background.checkpointer(), () -> !closed.get());
        this.leakGuard = new LeakGuard(
                this,
                warnings,
                "a store of node " + wal.identity().node()
                        + " became unreachable while open; close stores, so that their"
                        + " last writes are flushed and their logs let go");
    }

    /**
     * Opens a store, creating its log if there is none, and recovers it. Blocks while it reads the log.
     *
     * @param config what to open
     * @return the store, or an error: as of {@link Wal#open(softadastra.wal.spi.WalConfig)}; and DECODE_FAILED,
     *     UNSUPPORTED_VERSION or UNSUPPORTED_OPERATION, naming the sequence, for an operation in the log that is damaged or of
     *     a newer release; nothing was changed then
     */
    public static Result<StoreEngine> open(StoreConfig config) {
        return Wal.open(config.wal()).flatMap(wal -> open(config, new HeldLog(wal, true)));
    }

    /**
     * Opens a store on a log that the caller holds. Closing the store flushes the log and leaves it open. Only one store may
     * stand on a log at a time, and while it does, only it may append operations: records of type PUT, UPDATE and DELETE.
     *
     * @param config the store; of its log's configuration, only automatic flush, clock and node id matter here
     * @param wal the log
     * @return the store, or an error as of {@link #open(StoreConfig)}; WRONG_NODE if the configuration names another node than
     *     the log's
     */
    public static Result<StoreEngine> open(StoreConfig config, Wal wal) {
        return open(config, new HeldLog(wal, false));
    }

    private static Result<StoreEngine> open(StoreConfig config, HeldLog held) {
        return held.opening(() -> Opening.run(config, held.wal()).map(opening -> {
            StoreEngine store = new StoreEngine(config, held, opening, LeakGuard.log());
            StoreEvents.opened(store);
            StoreEvents.inUse().recovered(store.location(), opening.recovery());
            return store;
        }));
    }

    /**
     * Gives a value to a key.
     *
     * @param key the key
     * @param value its value
     * @return what it did, or an error, and then nothing was written. INVALID_ARGUMENT: the key is empty or has no UTF-8.
     *     RECORD_TOO_LARGE: key or value are. INVALID_STATE: the store is closed. NO_SPACE, PERMISSION_DENIED, IO_ERROR: the
     *     log failed. Only after INDETERMINATE the write may be found when the store is opened again
     */
    public Result<PutResult> put(Key key, Value value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        SoftadastraError invalid = Limits.errorOf(key, value);
        return commit(invalid, () -> commits.put(key, value));
    }

    /**
     * Takes a key's value away. A key that has none is no error, and nothing is logged for it.
     *
     * @param key the key
     * @return what it did, or an error as of {@link #put}
     */
    public Result<RemoveResult> remove(Key key) {
        return commit(Limits.errorOf(Objects.requireNonNull(key, "key")), () -> commits.remove(key));
    }

    /**
     * Gives a value to a key that has none. Of several that try, one wins.
     *
     * @param key the key
     * @param value its value
     * @return what it did, or the entry that the key has; or an error as of {@link #put}
     */
    public Result<ConditionalResult<PutResult>> putIfAbsent(Key key, Value value) {
        return putIfSequence(key, value, 0);
    }

    /**
     * Gives a value to a key whose entry is still the one that the caller knows: compare and set. The condition is looked at
     * when the write gets its place in the log, so nothing comes in between. A sequence is never used again, so an entry that
     * was removed and made again counts as another one.
     *
     * @param key the key
     * @param value its value
     * @param sequence the {@linkplain Entry#sequence() sequence} that the key's entry must have; 0 if it must have none
     * @return what it did, or the entry that the key has; or an error as of {@link #put}
     */
    public Result<ConditionalResult<PutResult>> putIfSequence(Key key, Value value, long sequence) {
        SoftadastraError invalid = Limits.errorOf(key, value, sequence);
        return commit(invalid, () -> commits.putIf(key, value, sequence));
    }

    /**
     * Takes a key's value away if its entry is still the one that the caller knows, as {@link #putIfSequence}.
     *
     * @param key the key
     * @param sequence the sequence that the key's entry must have, 1 or more
     * @return what it did, or the entry that the key has, if any; or an error as of {@link #put}
     */
    public Result<ConditionalResult<RemoveResult>> removeIfSequence(Key key, long sequence) {
        SoftadastraError invalid = Limits.errorOf(key, sequence);
        return commit(invalid, () -> commits.removeIf(key, sequence));
    }

    /**
     * Gives a value to a key without waiting for the disk, so that one thread can keep it busy. Blocks only while 4,096 such
     * writes of this store are under way. Those of one thread take effect in the order of its calls.
     *
     * <p>The future is completed with what {@link #put} answers, when the write is durable (without automatic flush too), on a
     * thread of the store's own. What depends on it should not block there.
     *
     * @param key the key
     * @param value its value
     * @return the answer, some time
     */
    public CompletableFuture<Result<PutResult>> putAsync(Key key, Value value) {
        return writeAsync(Limits.errorOf(key, value), () -> commits.put(key, value));
    }

    /**
     * Takes a key's value away without waiting for the disk, as {@link #putAsync}.
     *
     * @param key the key
     * @return what {@link #remove} answers, some time
     */
    public CompletableFuture<Result<RemoveResult>> removeAsync(Key key) {
        return writeAsync(Limits.errorOf(key), () -> commits.remove(key));
    }

    /**
     * Writes a batch without waiting for the disk, as {@link #putAsync}.
     *
     * @param batch the batch; it may be changed again afterwards
     * @return what {@link #write} answers, some time
     */
    public CompletableFuture<Result<BatchResult>> writeAsync(Batch batch) {
        List<Operation> operations = List.copyOf(batch.operations());
        return writeAsync(Limits.errorOf(operations), () -> commits.write(operations));
    }

    private <T> CompletableFuture<Result<T>> writeAsync(
            @Nullable SoftadastraError invalid, Supplier<Decided<T>> write) {
        return invalid == null ? asyncWrites.write(write) : CompletableFuture.completedFuture(Result.err(invalid));
    }

    /**
     * Writes a batch: all of it or nothing. An empty one is ok and does nothing.
     *
     * @param batch the batch; it may be changed again afterwards
     * @return what it did, or an error as of {@link #put}; RECORD_TOO_LARGE also for the batch as a whole
     */
    public Result<BatchResult> write(Batch batch) {
        List<Operation> operations = List.copyOf(batch.operations());
        return commit(Limits.errorOf(operations), () -> commits.write(operations));
    }

    /**
     * Records a file event in the log. It means nothing to the store.
     *
     * @param event the event
     * @return its sequence, or an error as of {@link #put}
     */
    public Result<Long> appendEvent(FileEvent event) {
        byte[] payload = FileEventCodec.encode(event);
        return commit(null, () -> commits.append(WalRecordType.EVENT, payload));
    }

    /**
     * Makes everything written so far durable. Blocks until it is.
     *
     * @return ok, or an error: INVALID_STATE on a closed store; INDETERMINATE if the log failed on the way, NO_SPACE,
     *     PERMISSION_DENIED or IO_ERROR if it had failed before, and then what was written since the last flush may be lost
     */
    public Result<Unit> flush() {
        return write(null, () -> {
            commits.flush();
            return Unit.UNIT;
        });
    }

    /** Writes, and waits for what the answer rests on. */
    private <T> Result<T> commit(@Nullable SoftadastraError invalid, Supplier<Decided<T>> write) {
        StoreEvents events = StoreEvents.inUse();
        if (invalid != null || !events.wantsCommits()) {
            return write(invalid, () -> commits.settled(write.get()));
        }
        StoreEvents.Span span = events.commit(location());
        try {
            return write(null, () -> commits.settled(write.get()));
        } finally {
            span.end(versions.views().visible(), 0, 0);
        }
    }

    private <T> Result<T> whileOpen(Supplier<T> action) {
        return write(closed.get() ? closedError() : null, action);
    }

    private static <T> Result<T> write(@Nullable SoftadastraError invalid, Supplier<T> write) {
        return invalid == null ? Result.attempt(write) : Result.err(invalid);
    }

    /**
     * The entry of a key.
     *
     * @param key the key
     * @return the entry, empty if the key has no value, as a key that cannot have one
     */
    public Optional<Entry> get(Key key) {
        return view().get(key);
    }

    /**
     * Whether a key has a value.
     *
     * @param key the key
     * @return whether it has
     */
    public boolean contains(Key key) {
        return view().contains(key);
    }

    /**
     * All entries, in key order. They are made one by one as they are asked for, without a copy of the store; see above for
     * what a pass sees of writes that go on. The stream is sequential, and may be left unfinished.
     *
     * @return the entries
     */
    public Stream<Entry> entries() {
        return entries(KeyRange.all());
    }

    /**
     * The entries whose keys begin with a text, as {@link #entries()}.
     *
     * @param prefix the text; empty for all
     * @return the entries
     */
    public Stream<Entry> entries(String prefix) {
        return entries(KeyRange.prefix(prefix));
    }

    /**
     * The entries of a range, as {@link #entries()}.
     *
     * @param range the range
     * @return the entries
     */
    public Stream<Entry> entries(KeyRange range) {
        return view().entries(range);
    }

    /**
     * The entries as a map, for code that wants one: a live view, in key order. What is put here is in the store, and the other
     * way round; it costs nothing to make, and nothing to let go.
     *
     * <p>A write blocks until the store's own has answered, so with automatic flush until it is durable; {@code putAll} and {@code
     * clear} write in batches, each of them atomic, not the whole. What depends on the value a key has, such as {@code putIfAbsent},
     * {@code replace}, {@code compute} and {@code merge}, is atomic for its key; the function may be called several times, outside
     * of any lock, and one that answers the very value it was given has nothing written. Iterators, streams and {@code equals} are
     * weakly consistent, as {@link #entries()} is; they and {@code setValue} write through. {@code removeIf} on the entries or
     * values removes only what it has tested. {@code containsValue} reads all entries.
     *
     * <p>Null is refused with NullPointerException. A key or value that a store does not take is refused with
     * IllegalArgumentException where it is put, and is absent where it is looked for, as is an object that is neither. A write that
     * fails throws SoftadastraException, with the error that {@link #put} would answer; all throw INVALID_STATE on a closed store.
     *
     * @return the map; thread-safe
     */
    public ConcurrentMap<Key, Value> asMap() {
        return new StoreMap(this);
    }

    /**
     * The entries as they are at this moment: a view that stays while writes go on. It costs no copy; what is replaced or
     * removed meanwhile stays in memory until the snapshot is closed. Does not block.
     *
     * <p>It sees what readers see: with automatic flush durable values only.
     *
     * @return the snapshot, to be closed
     */
    public Snapshot snapshot() {
        requireOpen();
        return StoreSnapshot.now(versions, identity().node(), closed, commits::prune);
    }

    /**
     * Tells a listener of every change of entries from now on: see {@link #watch(KeyRange, long, WatchListener)}.
     *
     * @param prefix what the keys begin with; empty for all
     * @param listener is told
     * @return the watch, to be closed
     */
    public Result<Watch> watch(String prefix, WatchListener listener) {
        return watch(KeyRange.prefix(prefix), listener);
    }

    /**
     * Tells a listener of every change of entries from now on: of every write that is answered after this returns.
     *
     * @param range the keys
     * @param listener is told
     * @return the watch, to be closed; or an error, as of {@link #watch(KeyRange, long, WatchListener)}
     */
    public Result<Watch> watch(KeyRange range, WatchListener listener) {
        return whileOpen(() -> versions.watchers().watch(versions, log, range, listener));
    }

    /**
     * Tells a listener of every change of entries from a sequence of the log on, in order and without gaps: first what the log
     * has, then what becomes visible. A watch costs writers no more than to wake its thread. A listener that is slow is told so,
     * and read from the log for; it slows nobody.
     *
     * @param range the keys
     * @param fromSequence the first sequence that may be told of, which may be yet to come; 0 or less for the first that the log
     *     has
     * @param listener is told
     * @return the watch, to be closed; or HISTORY_GONE, naming the first sequence that the log still has; INVALID_STATE on a
     *     closed store
     */
    public Result<Watch> watch(KeyRange range, long fromSequence, WatchListener listener) {
        return whileOpen(() -> versions.watchers().watch(versions, log, range, listener, fromSequence));
    }

    /**
     * Writes a checkpoint of what is visible: the log keeps it in the place of the one before, and lets the records before it
     * go, as far as nobody has pinned them. Opening reads it and what the log has beyond.
     *
     * <p>Blocks while it writes all entries to the disk. Readers and writers go on; others that want a checkpoint wait for this
     * one. A crash leaves this checkpoint or the one before. A store does this by itself too: {@link CheckpointPolicy}.
     *
     * @return what was written, or an error, and then the log is as it was. NO_SPACE, IO_ERROR: the disk is full, or failed.
     *     INTERRUPTED: the thread was interrupted while it waited for the last checkpoint to be loaded. UNSUPPORTED_OPERATION:
     *     the log's provider keeps no checkpoints. INVALID_STATE: the store is closed, or was closed meanwhile. CORRUPTION: the
     *     last checkpoint is damaged
     */
    public Result<StoreCheckpoint> checkpoint() {
        return whileOpen(background.checkpointer()::run);
    }

    /**
     * Writes a backup of what is visible to a directory; see {@link #backup(WalConfig)}. It is a log of the same provider as this
     * store's, on the same kind of storage; that of a store in memory is of the only durable provider there is.
     *
     * @param directory where: it must not exist or be empty, its parent must exist
     * @return what was written, or an error
     */
    public Result<StoreBackup> backup(Path directory) {
        return backup(CopyTarget.beside(held.wal().config(), directory));
    }

    /**
     * Writes a backup: a copy of this store at one moment, that moment being the call, in another place. {@link StoreBackup} says
     * what it is and what is in it, and {@link StoreBackup#restore(Path, StoreConfig)} makes a store of it. A store that is
     * read-only because its log has failed can be backed up, as far as readers see it and it is durable.
     *
     * <p>Blocks while it writes all entries to the disk, in constant memory, and reads them back. Readers and writers go on;
     * checkpoints and other backups of this store wait for one another. When it answers ok, the backup is durable. A crash in
     * the middle leaves a directory that is no backup, cannot be restored, and is to be deleted.
     *
     * @param target the log that is to be made: its location must not exist or be an empty directory, its parent must exist
     * @return what was written, or an error, and then what was written is deleted as far as possible. INVALID_ARGUMENT: something
     *     is at the target, which is left as it is. DIRECTORY_MISSING: its parent does not exist. LOCKED: somebody else writes
     *     there. UNSUPPORTED_OPERATION: its provider has no logs that begin with a checkpoint. PROVIDER_MISSING,
     *     PROVIDER_AMBIGUOUS. NO_SPACE, PERMISSION_DENIED, IO_ERROR. INDETERMINATE: this store's log has failed just now.
     *     CORRUPTION: the last checkpoint of this store is damaged. INTERRUPTED: the thread was interrupted while it waited for
     *     that to be loaded. INVALID_STATE: the store is closed, or was closed meanwhile
     */
    public Result<StoreBackup> backup(WalConfig target) {
        return whileOpen(() -> background.checkpointer().backUp(target));
    }

    /**
     * Waits until the entries of the checkpoint that the store was opened on are in memory. Until then reads of those that are
     * not read the disk, and take turns at that. Nobody needs to wait for it.
     *
     * @return ok; CORRUPTION or IO_ERROR if some of them cannot be read, and then the store is read-only; INTERRUPTED;
     *     INVALID_STATE on a closed store
     */
    public Result<Unit> awaitLoaded() {
        return whileOpen(() -> {
            background.checkpointer().awaitLoaded();
            return Unit.UNIT;
        });
    }

    /**
     * How many keys have a value.
     *
     * @return the number
     */
    public long size() {
        requireOpen();
        return versions.reached().entries;
    }

    /**
     * Whether no key has a value.
     *
     * @return whether the store is empty
     */
    public boolean isEmpty() {
        return size() == 0;
    }

    /**
     * Why the store is read-only, if it is: what every write is refused with until it is closed and opened again. Does not block.
     *
     * @return the failure of the log; empty while there was none
     */
    public Optional<SoftadastraError> failure() {
        return commits.readOnly();
    }

    /**
     * The last sequence of the log when the store was opened.
     *
     * @return the sequence, 0 for an empty log
     */
    public long lastRecoveredSequence() {
        requireOpen();
        return recovery.lastSequence();
    }

    /**
     * What opening the store found and did.
     *
     * @return the report
     */
    public StoreRecovery recovery() {
        requireOpen();
        return recovery;
    }

    /**
     * Who the log is, and whose.
     *
     * @return the identity
     */
    public WalIdentity identity() {
        requireOpen();
        return log.identity();
    }

    /**
     * Counters, at this moment.
     *
     * @return the counters
     */
    public StoreStats stats() {
        requireOpen();
        return StoreStats.of(versions, log);
    }

    /**
     * Hands over the operations that the log holds, in order, from a sequence to the last one visible when the call began;
     * records that are no operations are passed over, and so are operations that came without those they had replaced, as part of
     * what stood at another node. Reads the log, beside writers, in constant memory. An operation that is
     * to leave this node must be durable first: {@link StoreStats#durableSequence()} tells.
     *
     * @param fromSequence where to start; 1 or less for the first record; beyond the end delivers nothing
     * @param visitor takes them, until it says no; its exceptions end the reading and pass through
     * @return how many were handed over, or HISTORY_GONE naming the first sequence that the log still holds; CORRUPTION,
     *     IO_ERROR; INVALID_STATE on a closed store
     */
    public Result<Long> operations(long fromSequence, OperationVisitor visitor) {
        return whileOpen(() -> history.forEach(fromSequence, visitor));
    }

    /**
     * How many operations of this node the store still holds for others, by epoch, oldest first: those in the log, and where
     * the log has let history go, those whose values are current. Without a peer these are the outbox.
     *
     * <p>Nothing is counted when operations are written: it costs no more than there are epochs where the log holds everything,
     * else a pass over the entries.
     *
     * @return the counts, without epochs of which nothing is visible; or CORRUPTION, IO_ERROR; INVALID_STATE on a closed store
     */
    public Result<List<RetainedOperations>> retainedLocalOperations() {
        return whileOpen(history::local);
    }

    /**
     * Hands over the operations that {@link #retainedLocalOperations()} counts, in the order of the log, up to the last one
     * visible when the call began; where the log holds everything, in constant memory.
     *
     * @param visitor takes them, until it says no; its exceptions end the reading and pass through
     * @return how many were handed over, or CORRUPTION, IO_ERROR; INVALID_STATE on a closed store
     */
    public Result<Long> retainedLocalOperations(OperationVisitor visitor) {
        return whileOpen(() -> new Outbound(log, versions, history, visitor).run());
    }

    /**
     * Everything visible, as a version vector.
     *
     * @return the last counter of each origin
     */
    public CausalContext context() {
        requireOpen();
        return versions.held();
    }

    /**
     * What carries operations between stores has to do with this one; nobody else needs it.
     *
     * @return the same each time
     */
    public Replication replication() {
        requireOpen();
        return replication;
    }

    /**
     * Flushes the log, and closes it if this store opened it. What other threads are writing is made durable first or refused.
     * Waits until an automatic checkpoint that is due is written. Closing twice is fine.
     *
     * @throws SoftadastraException if the last flush failed; the store is closed all the same
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        leakGuard.close();
        OpenStores.remove(this);
        versions.watchers().end(closedError());
        background.close();
        asyncWrites.close();
        commits.close();
        try {
            held.close(commits);
        } finally {
            Unloaded rest = versions.unloaded();
            if (rest != null) {
                rest.close();
            }
        }
    }

    /** Where its log is, in words. */
    String location() {
        return Words.location(held.wal().config());
    }

    /** Says what it is, and how much is in it. */
    @Override
    public String toString() {
        String state = closed.get()
                ? "closed"
                : versions.reached().entries + " entries, sequence "
                        + versions.views().visible();
        return "StoreEngine[" + location() + ", node " + held.wal().identity().node() + ", " + state + "]";
    }

    /** How many snapshots are open. */
    int openSnapshots() {
        return versions.views().snapshots().length;
    }

    private View view() {
        requireOpen();
        return view;
    }

    private void requireOpen() {
        if (closed.get()) {
            throw closedError().toException();
        }
    }

    static SoftadastraError closedError() {
        return SoftadastraError.of(ErrorCode.INVALID_STATE, "store is not open");
    }
}

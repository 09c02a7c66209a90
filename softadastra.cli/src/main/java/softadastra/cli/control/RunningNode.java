package softadastra.cli.control;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
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
import softadastra.store.StoreCheckpoint;
import softadastra.store.Value;
import softadastra.sync.FailedOperation;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncState;
import softadastra.sync.TickResult;

/** A node that runs on this machine and has the log open, reached at its {@link ControlServer}. For one thread. */
public final class RunningNode implements Node {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path log;
    private final Connection connection;
    private final String nodeId;

    private RunningNode(Path log, Connection connection, String nodeId) {
        this.log = log;
        this.connection = connection;
        this.nodeId = nodeId;
    }

    /**
     * The node that has a log open.
     *
     * <p>A node that is killed leaves its address behind. If that is one of the machine, somebody else may have it by now, and then there
     * is no node; a socket in the log's directory is nobody else's.
     *
     * @param log the log's directory
     * @param stranger told why what answers at an address of the machine is not taken for the node, or that nobody can say whether
     *     there is one, since its control file cannot be read
     * @return the node; empty if there is none that takes requests of this process
     * @throws SoftadastraException UNSUPPORTED_VERSION, PERMISSION_DENIED, IO_ERROR: what answers at the log's own socket is of another
     *     release, or no node, or does not answer
     */
    public static Optional<RunningNode> find(Path log, Consumer<SoftadastraError> stranger) {
        return find(log, stranger, PATIENCE);
    }

    /** The same with another patience: the seam of tests. */
    static Optional<RunningNode> find(Path log, Consumer<SoftadastraError> stranger, Duration patience) {
        Result<Optional<ControlFile>> read = ControlFile.read(log);
        Optional<ControlFile> file = read.orElse(Optional.empty());
        if (file.isEmpty()) {
            read.ifErr(stranger);
            return Optional.empty();
        }
        Connection connection;
        try {
            connection = new Connection(ControlSocket.connect(log, file.get().address()));
        } catch (IOException e) {
            // What a node leaves that was killed.
            return Optional.empty();
        }
        try {
            return Optional.of(reach(log, file.get(), connection, patience));
        } catch (SoftadastraException e) {
            if (ControlSocket.isOfLog(file.get().address())) {
                throw e;
            }
            stranger.accept(
                    e.error().withContext("since a node that was killed may have left its address to somebody else"));
            return Optional.empty();
        }
    }

    private static RunningNode reach(Path log, ControlFile file, Connection connection, Duration patience) {
        // A node that is stopped, or wedged, takes connections and never answers.
        AtomicBoolean answered = new AtomicBoolean();
        // By the thread that keeps the time: the common pool may be taken by whoever waits for this.
        CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                .execute(() -> {
                    if (answered.compareAndSet(false, true)) {
                        quietlyClose(connection);
                    }
                });
        try {
            String nodeId = new Handshake(connection, file.secretBytes(), new SecureRandom()).connect();
            if (!answered.compareAndSet(false, true)) {
                throw new IOException("too late");
            }
            return new RunningNode(log, connection, nodeId);
        } catch (IOException | MalformedDataException e) {
            boolean late = !answered.compareAndSet(false, true);
            quietlyClose(connection);
            throw new SoftadastraException(SoftadastraError.of(
                            ErrorCode.IO_ERROR,
                            "failed to reach the node that runs: "
                                    + (late
                                            ? "it has not answered for " + patience.toSeconds()
                                                    + " seconds; is it stopped?"
                                            : "it has hung up; is it stopping?"))
                    .withCause(e));
        } catch (SoftadastraException e) {
            quietlyClose(connection);
            throw e;
        }
    }

    /** The id of the node. */
    public String nodeId() {
        return nodeId;
    }

    @Override
    public Path log() {
        return log;
    }

    @Override
    public Optional<Entry> get(Key key) {
        return read(Request.GET, out -> StoreWire.writeKey(out, key), in -> Wire.readOptional(in, StoreWire::readEntry))
                .orElseThrow();
    }

    @Override
    public void scan(EntryQuery query, Consumer<? super Entry> consumer) {
        var unused = read(
                        Request.SCAN,
                        out -> StoreWire.writeQuery(out, query),
                        in -> consumer.accept(StoreWire.readEntry(in)),
                        in -> true)
                .orElseThrow();
    }

    @Override
    public Result<ConditionalResult<PutResult>> put(Key key, Value value, Condition condition) {
        return write(
                Request.PUT,
                out -> {
                    StoreWire.writeKey(out, key);
                    StoreWire.writeValue(out, value);
                    StoreWire.writeCondition(out, condition);
                },
                in -> StoreWire.readConditional(in, StoreWire::readPut));
    }

    @Override
    public Result<ConditionalResult<RemoveResult>> remove(Key key, Condition condition) {
        return write(
                Request.REMOVE,
                out -> {
                    StoreWire.writeKey(out, key);
                    StoreWire.writeCondition(out, condition);
                },
                in -> StoreWire.readConditional(in, StoreWire::readRemove));
    }

    @Override
    public Result<BatchResult> write(Batch batch) {
        return write(Request.WRITE, out -> StoreWire.writeBatch(out, batch), StoreWire::readBatchResult);
    }

    @Override
    public Result<StoreCheckpoint> checkpoint() {
        return write(Request.CHECKPOINT, out -> {}, StoreWire::readCheckpoint);
    }

    @Override
    public Result<SyncReport> report() {
        return read(Request.REPORT, out -> {}, SyncWire::readReport);
    }

    @Override
    public Result<SyncReport> awaitSynced(Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            long left = Math.max(0, end - System.nanoTime());
            // It answers after a while, synced or not, and is asked again: so it notices whoever does not wait any
            // more.
            Result<SyncReport> report = read(
                    Request.AWAIT_SYNCED,
                    out -> out.writeVarint(TimeUnit.NANOSECONDS.toMillis(left)),
                    SyncWire::readReport);
            if (report.isErr() || left == 0 || isSettled(report.value().state())) {
                return report;
            }
        }
    }

    private static boolean isSettled(SyncState state) {
        return state.outboxSize() == state.failedCount();
    }

    @Override
    public Result<TickResult> tick() {
        return read(Request.TICK, out -> {}, SyncWire::readTick);
    }

    @Override
    public Result<List<Unresolved>> conflicts() {
        List<Unresolved> all = new ArrayList<>();
        return read(Request.CONFLICTS, out -> {}, in -> all.add(SyncWire.readUnresolved(in)), in -> all);
    }

    @Override
    public Result<List<FailedOperation>> failed() {
        List<FailedOperation> all = new ArrayList<>();
        return read(Request.FAILED, out -> {}, in -> all.add(SyncWire.readFailed(in)), in -> all);
    }

    @Override
    public Result<Unit> retry(OperationId id) {
        return write(Request.RETRY, out -> SyncWire.writeId(out, id), in -> Unit.UNIT);
    }

    @Override
    public Result<Unit> discard(OperationId id) {
        return write(Request.DISCARD, out -> SyncWire.writeId(out, id), in -> Unit.UNIT);
    }

    @Override
    public Result<Unit> forget(NodeId node) {
        return write(Request.FORGET, out -> SyncWire.writeNode(out, node), in -> Unit.UNIT);
    }

    @Override
    public Result<Long> leave(boolean force) {
        return write(Request.LEAVE, out -> Wire.writeFlag(out, force), ByteReader::readVarint);
    }

    @Override
    public Result<Integer> resolve(Key key, Optional<Value> value, OptionalLong seen) {
        return write(
                Request.RESOLVE,
                out -> {
                    StoreWire.writeKey(out, key);
                    Wire.writeOptional(out, value, StoreWire::writeValue);
                    Wire.writeOptional(out, seen);
                },
                in -> (int) in.readVarint(Integer.MAX_VALUE));
    }

    private <T> Result<T> read(Request request, Consumer<ByteWriter> writer, Function<ByteReader, T> reader) {
        return call(request, writer, RunningNode::refuse, reader, ErrorCode.IO_ERROR);
    }

    private <T> Result<T> read(
            Request request, Consumer<ByteWriter> writer, Consumer<ByteReader> item, Function<ByteReader, T> reader) {
        return call(request, writer, item, reader, ErrorCode.IO_ERROR);
    }

    /** As a read; but if the answer does not come, nobody knows whether it was done. */
    private <T> Result<T> write(Request request, Consumer<ByteWriter> writer, Function<ByteReader, T> reader) {
        return call(request, writer, RunningNode::refuse, reader, ErrorCode.INDETERMINATE);
    }

    private static void refuse(ByteReader in) {
        throw in.malformed("an item in an answer that has none", in.position());
    }

    private <T> Result<T> call(
            Request request,
            Consumer<ByteWriter> writer,
            Consumer<ByteReader> item,
            Function<ByteReader, T> reader,
            ErrorCode ifLost) {
        try {
            ByteWriter out = new ByteWriter();
            out.writeByte(request.code());
            writer.accept(out);
            if (out.length() > Connection.MAX_FRAME) {
                return Result.err(
                        ErrorCode.RECORD_TOO_LARGE, "failed to ask the node that runs: the request is too large");
            }
            connection.send(out);
            while (true) {
                ByteReader in = new ByteReader(connection.receive(Connection.MAX_FRAME));
                switch (in.readByte()) {
                    case Answer.ITEMS -> {
                        while (in.remaining() > 0) {
                            item.accept(in);
                        }
                    }
                    case Answer.DONE -> {
                        return Result.ok(reader.apply(in));
                    }
                    case Answer.FAILED -> {
                        return Result.err(Wire.readError(in));
                    }
                    default -> throw in.malformed("no kind of answer", 0);
                }
            }
        } catch (IOException e) {
            return Result.err(SoftadastraError.of(ifLost, lost(ifLost)).withCause(e));
        } catch (MalformedDataException e) {
            return Result.err(e.toError("failed to decode what the node that runs has answered"));
        }
    }

    private static String lost(ErrorCode code) {
        return code == ErrorCode.INDETERMINATE
                ? "the node that runs went away before it answered; whether this was written, 'store get' tells"
                : "the node that runs went away before it answered";
    }

    @Override
    public void close() {
        quietlyClose(connection);
    }

    private static void quietlyClose(Connection connection) {
        try {
            connection.close();
        } catch (IOException e) {
            // Whatever was to be said on it has been said.
            return;
        }
    }
}

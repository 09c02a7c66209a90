package softadastra.wal.spi;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.storage.FileStorage;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFactory;

/**
 * How a log is opened. Immutable; each {@code with...} answers a changed copy. Texts are kept as given, and {@code open}
 * judges them.
 *
 * @param medium whether records are to survive the process
 * @param location the log's directory as text, empty for a log in memory. One log belongs to one node: {@code
 *     data/<node-id>.wal} is the pattern
 * @param fileSystem what the location is a path of
 * @param autoFlush whether an append answers only once its record is on stable storage. With {@code true}, the default,
 *     an acknowledged record survives a kill and a power cut. With {@code false}, an append is acknowledged once accepted: a
 *     killed process loses at most the last 10 ms or 64 KiB, a power cut may lose everything since the last {@code flush()}
 * @param providerInstance the provider to use, rather than finding one
 * @param provider the provider's name, rather than choosing
 * @param nodeId the node the log belongs to; without one, the recorded one, or a provisional random one for a new log
 * @param segmentBytes the largest size of a segment file, in bytes; logs start with smaller ones
 * @param recovery what to do about bytes that do not verify
 * @param clock the time of day, for timestamps
 * @param history how much of the past a log in memory keeps
 * @param storage makes the storage for the location; for tests and for other kinds of storage
 */
public record WalConfig(
        Medium medium,
        String location,
        FileSystem fileSystem,
        boolean autoFlush,
        Optional<WalProvider> providerInstance,
        Optional<String> provider,
        Optional<String> nodeId,
        long segmentBytes,
        RecoveryMode recovery,
        InstantSource clock,
        WalHistory history,
        StorageFactory storage) {

    /** The default of {@link #segmentBytes}: 64 MiB. */
    public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;

    /** The least that {@link #segmentBytes} may be: 64 KiB. */
    public static final long MIN_SEGMENT_BYTES = 64L << 10;

    /** The most that {@link #segmentBytes} may be: 1 GiB. */
    public static final long MAX_SEGMENT_BYTES = 1L << 30;

    /** Where records are kept. */
    public enum Medium {
        /** On stable storage; asks for a provider with {@link WalCapability#DURABLE}. */
        DURABLE(WalCapability.DURABLE),
        /** In memory, until the log is closed; asks for a provider with {@link WalCapability#VOLATILE}. */
        VOLATILE(WalCapability.VOLATILE);

        private final WalCapability capability;

        Medium(WalCapability capability) {
            this.capability = capability;
        }

        /** What a provider needs to offer this medium. */
        public WalCapability capability() {
            return capability;
        }
    }

    public WalConfig {
        Objects.requireNonNull(medium, "medium");
        Objects.requireNonNull(location, "location");
        Objects.requireNonNull(fileSystem, "fileSystem");
        Objects.requireNonNull(providerInstance, "providerInstance");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(nodeId, "nodeId");
        Objects.requireNonNull(recovery, "recovery");
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(history, "history");
        Objects.requireNonNull(storage, "storage");
    }

    /** A durable log in a directory, with the defaults described above. */
    public static WalConfig durable(Path path) {
        return of(Medium.DURABLE, path.toString(), path.getFileSystem());
    }

    /** A durable log in a directory, with the defaults described above. */
    public static WalConfig durable(String path) {
        return of(Medium.DURABLE, path, FileSystems.getDefault());
    }

    /** A log in memory. It can be read through its own handle only, and is gone when that is closed. */
    public static WalConfig memory() {
        return of(Medium.VOLATILE, "", FileSystems.getDefault());
    }

    private static WalConfig of(Medium medium, String location, FileSystem fileSystem) {
        return new WalConfig(
                medium,
                location,
                fileSystem,
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                DEFAULT_SEGMENT_BYTES,
                RecoveryMode.TORN_TAIL,
                Clock.systemUTC(),
                WalHistory.FULL,
                FileStorage::at);
    }

    /** With {@link #autoFlush} set. */
    public WalConfig withAutoFlush(boolean value) {
        return with(next -> next.autoFlush = value);
    }

    /** With a provider of the caller's own. */
    public WalConfig withProvider(WalProvider value) {
        return with(next -> next.providerInstance = Optional.of(value));
    }

    /** With a provider chosen by name. */
    public WalConfig withProvider(String name) {
        return with(next -> next.provider = Optional.of(name));
    }

    /** With the node the log belongs to. */
    public WalConfig withNodeId(String value) {
        return with(next -> next.nodeId = Optional.of(value));
    }

    /** With the node the log belongs to. */
    public WalConfig withNodeId(NodeId value) {
        return withNodeId(value.value());
    }

    /** With {@link #segmentBytes} set. */
    public WalConfig withSegmentBytes(long value) {
        return with(next -> next.segmentBytes = value);
    }

    /** With {@link #recovery} set. */
    public WalConfig withRecovery(RecoveryMode value) {
        return with(next -> next.recovery = value);
    }

    /** With {@link #clock} set. */
    public WalConfig withClock(InstantSource value) {
        return with(next -> next.clock = value);
    }

    /** With {@link #history} set. */
    public WalConfig withHistory(WalHistory value) {
        return with(next -> next.history = value);
    }

    /** With {@link #storage} set. */
    public WalConfig withStorage(StorageFactory value) {
        return with(next -> next.storage = value);
    }

    /** The location, and what is not as by default. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("WalConfig[").append(medium == Medium.DURABLE ? "'" + location + "'" : "memory");
        nodeId.ifPresent(id -> text.append(", node ").append(id));
        providerInstance.ifPresent(instance -> text.append(", provider ").append(instance.name()));
        provider.ifPresent(name -> text.append(", provider ").append(name));
        if (!autoFlush) {
            text.append(", no automatic flush");
        }
        if (segmentBytes != DEFAULT_SEGMENT_BYTES) {
            text.append(", segments of ").append(segmentBytes).append(" bytes");
        }
        if (recovery != RecoveryMode.TORN_TAIL) {
            text.append(", recovery ").append(recovery);
        }
        if (history != WalHistory.FULL) {
            text.append(", history ").append(history);
        }
        return text.append(']').toString();
    }

    /** The location as a path, or INVALID_ARGUMENT if it is empty or no path. */
    @CheckReturnValue
    public Result<Path> path() {
        if (location.isEmpty()) {
            return Result.err(ErrorCode.INVALID_ARGUMENT, "invalid WAL path: path is empty");
        }
        try {
            return Result.ok(fileSystem.getPath(location));
        } catch (InvalidPathException e) {
            return Result.err(SoftadastraError.of(ErrorCode.INVALID_ARGUMENT, "invalid WAL path: " + e.getReason())
                    .withCause(e));
        }
    }

    /** The storage at the location, or INVALID_ARGUMENT if that is empty or no path. Touches nothing. */
    @CheckReturnValue
    public Result<Storage> openStorage() {
        return path().map(storage::at);
    }

    /** The node that was asked for, or INVALID_ARGUMENT if the text is no node id. */
    @CheckReturnValue
    public Result<Optional<NodeId>> node() {
        return nodeId.isEmpty()
                ? Result.ok(Optional.empty())
                : NodeId.of(nodeId.get()).map(Optional::of);
    }

    private WalConfig with(Consumer<Draft> change) {
        Draft next = new Draft();
        change.accept(next);
        return next.config();
    }

    /** What may be changed of this configuration, one component at a time, so that whoever changes one names no other. */
    private final class Draft {
        private boolean autoFlush = WalConfig.this.autoFlush;
        private Optional<WalProvider> providerInstance = WalConfig.this.providerInstance;
        private Optional<String> provider = WalConfig.this.provider;
        private Optional<String> nodeId = WalConfig.this.nodeId;
        private long segmentBytes = WalConfig.this.segmentBytes;
        private RecoveryMode recovery = WalConfig.this.recovery;
        private InstantSource clock = WalConfig.this.clock;
        private WalHistory history = WalConfig.this.history;
        private StorageFactory storage = WalConfig.this.storage;

        private WalConfig config() {
            return new WalConfig(
                    medium,
                    location,
                    fileSystem,
                    autoFlush,
                    providerInstance,
                    provider,
                    nodeId,
                    segmentBytes,
                    recovery,
                    clock,
                    history,
                    storage);
        }
    }
}

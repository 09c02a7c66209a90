package softadastra.store;

import java.nio.file.Path;
import java.util.Objects;
import softadastra.core.NodeId;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalHistory;
import softadastra.wal.spi.WalProgress;

/**
 * How a store is opened. Immutable; each {@code with...} answers a changed copy. Texts are kept as given, and {@code open}
 * judges them.
 *
 * @param wal the log that the store stands on; its {@code autoFlush} is also the store's, and its clock stamps the operations
 * @param checkpoints when the store writes checkpoints by itself
 * @param progress told how far long work is, a recovery in records of the log, one that writes all entries in these; from
 *     the thread that does it
 */
public record StoreConfig(WalConfig wal, CheckpointPolicy checkpoints, WalProgress progress) {

    /** Refuses null. */
    public StoreConfig {
        Objects.requireNonNull(wal, "wal");
        Objects.requireNonNull(checkpoints, "checkpoints");
        Objects.requireNonNull(progress, "progress");
    }

    private StoreConfig(WalConfig wal) {
        this(wal, CheckpointPolicy.whenGrown(), WalProgress.NONE);
    }

    /**
     * A store in memory, gone when it is closed. Its log keeps no history but what somebody reads, so it writes no checkpoints
     * by itself.
     *
     * @return the configuration
     */
    public static StoreConfig memoryOnly() {
        return new StoreConfig(WalConfig.memory().withHistory(WalHistory.PINNED))
                .withCheckpoints(CheckpointPolicy.manual());
    }

    /**
     * A durable store.
     *
     * @param path the directory of its log, whose parent must exist
     * @return the configuration
     */
    public static StoreConfig durable(Path path) {
        return new StoreConfig(WalConfig.durable(path));
    }

    /**
     * A durable store.
     *
     * @param path the directory of its log, whose parent must exist
     * @return the configuration
     */
    public static StoreConfig durable(String path) {
        return new StoreConfig(WalConfig.durable(path));
    }

    /**
     * A store on a log of any configuration.
     *
     * @param wal the log
     * @return the configuration
     */
    public static StoreConfig of(WalConfig wal) {
        return new StoreConfig(wal);
    }

    /**
     * Whether a write answers only once it is on stable storage.
     *
     * @return whether it does
     * @see WalConfig#autoFlush()
     */
    public boolean autoFlush() {
        return wal.autoFlush();
    }

    /**
     * With automatic flush, the default, an acknowledged write survives a kill and a power cut. Without it, a write is
     * acknowledged once the log has accepted it: a killed process loses at most the last 10 ms or 64 KiB, a power cut may lose
     * everything since the last {@link StoreEngine#flush()}.
     *
     * @param value whether a write answers only once it is on stable storage
     * @return the changed configuration
     */
    public StoreConfig withAutoFlush(boolean value) {
        return withWal(wal.withAutoFlush(value));
    }

    /**
     * With the node the store belongs to.
     *
     * @param value the node's id
     * @return the changed configuration
     * @see WalConfig#nodeId()
     */
    public StoreConfig withNodeId(String value) {
        return withWal(wal.withNodeId(value));
    }

    /**
     * With the node the store belongs to.
     *
     * @param value the node's id
     * @return the changed configuration
     * @see WalConfig#nodeId()
     */
    public StoreConfig withNodeId(NodeId value) {
        return withWal(wal.withNodeId(value));
    }

    /** The log, and the policy for checkpoints. */
    @Override
    public String toString() {
        return "StoreConfig[" + wal + ", " + checkpoints + "]";
    }

    /**
     * With another log.
     *
     * @param value the log
     * @return the changed configuration
     */
    public StoreConfig withWal(WalConfig value) {
        return new StoreConfig(value, checkpoints, progress);
    }

    /**
     * With another policy for checkpoints.
     *
     * @param value when the store writes them by itself; {@link CheckpointPolicy#whenGrown()} by default
     * @return the changed configuration
     */
    public StoreConfig withCheckpoints(CheckpointPolicy value) {
        return new StoreConfig(wal, value, progress);
    }

    /**
     * With somebody who is told of the progress of long work.
     *
     * @param value told of it; it should return at once
     * @return the changed configuration
     */
    public StoreConfig withProgress(WalProgress value) {
        return new StoreConfig(wal, checkpoints, value);
    }
}

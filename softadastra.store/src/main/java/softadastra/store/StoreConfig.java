package softadastra.store;

import java.nio.file.Path;
import java.util.Objects;
import softadastra.core.NodeId;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalHistory;

/**
 * How a store is opened. Immutable; each {@code with...} answers a changed copy. Texts are kept as given, and {@code open}
 * judges them.
 *
 * @param wal the log that the store stands on; its {@code autoFlush} is also the store's, and its clock stamps the operations
 */
public record StoreConfig(WalConfig wal) {

    /** Refuses null. */
    public StoreConfig {
        Objects.requireNonNull(wal, "wal");
    }

    /**
     * A store in memory, gone when it is closed. Its log keeps no history but what somebody reads.
     *
     * @return the configuration
     */
    public static StoreConfig memoryOnly() {
        return new StoreConfig(WalConfig.memory().withHistory(WalHistory.PINNED));
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
        return new StoreConfig(wal.withAutoFlush(value));
    }

    /**
     * With the node the store belongs to.
     *
     * @param value the node's id
     * @return the changed configuration
     * @see WalConfig#nodeId()
     */
    public StoreConfig withNodeId(String value) {
        return new StoreConfig(wal.withNodeId(value));
    }

    /**
     * With the node the store belongs to.
     *
     * @param value the node's id
     * @return the changed configuration
     * @see WalConfig#nodeId()
     */
    public StoreConfig withNodeId(NodeId value) {
        return new StoreConfig(wal.withNodeId(value));
    }

    /**
     * With another log.
     *
     * @param value the log
     * @return the changed configuration
     */
    public StoreConfig withWal(WalConfig value) {
        return new StoreConfig(value);
    }
}

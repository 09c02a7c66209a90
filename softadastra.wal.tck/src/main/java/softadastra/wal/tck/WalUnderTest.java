package softadastra.wal.tck;

import java.nio.file.Path;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;

/** The provider that a contract is about, and where it may keep its logs. */
public interface WalUnderTest {

    /** The provider. */
    WalProvider provider();

    /** An existing directory, empty at the start of each test, in which a durable provider may make logs. */
    Path directory();

    /** Whether the provider says that it can do something. */
    default boolean can(WalCapability capability) {
        return provider().capabilities().contains(capability);
    }

    /** Where the log of {@link #config()} lives, if the provider is a durable one. */
    default Path location() {
        return directory().resolve("node.wal");
    }

    /** The log most tests use: durable if the provider can, else in memory. The same one each time within a test. */
    default WalConfig config() {
        return can(WalCapability.DURABLE)
                ? durable(location())
                : WalConfig.memory().withProvider(provider());
    }

    /** A durable log at a path, of the provider under test. */
    default WalConfig durable(Path path) {
        return WalConfig.durable(path).withProvider(provider());
    }
}

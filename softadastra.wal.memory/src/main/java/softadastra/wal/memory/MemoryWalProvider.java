package softadastra.wal.memory;

import java.util.Set;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;

/**
 * The provider of logs in memory, named {@value #NAME}. Every open makes a new, empty log, which is gone when it is closed;
 * so nothing is ever locked, and nothing can be read but through the handle.
 *
 * <p>Stateless and thread-safe. It is public because the service loader needs it so; name it in the configuration, or ask for
 * {@link WalConfig#memory()}.
 */
@CheckReturnValue
public final class MemoryWalProvider implements WalProvider {

    /** The provider's name. */
    public static final String NAME = "memory";

    private static final Set<WalCapability> CAPABILITIES =
            Set.of(WalCapability.VOLATILE, WalCapability.FOLLOW, WalCapability.CHECKPOINTS);

    /** Made by the service loader. */
    public MemoryWalProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int spiVersion() {
        return WalProvider.SPI_VERSION;
    }

    @Override
    public Set<WalCapability> capabilities() {
        return CAPABILITIES;
    }

    /**
     * Opens a new, empty log. Does not block.
     *
     * @return the log, or INVALID_ARGUMENT for a node id that is none, or for {@link OpenMode#READ}
     */
    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        if (mode == OpenMode.READ) {
            return Result.err(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid WAL configuration: a log in memory can be read through its own handle only");
        }
        return config.node().map(node -> new MemoryWalLog(config, node));
    }

    @Override
    public Result<WalInspector> inspect(WalConfig config) {
        return Result.err(
                ErrorCode.UNSUPPORTED_OPERATION,
                "unsupported WAL operation: a log in memory leaves nothing to inspect; read it through its own handle");
    }
}

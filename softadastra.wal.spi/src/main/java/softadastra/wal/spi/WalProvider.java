package softadastra.wal.spi;

import java.util.Set;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;

/**
 * A kind of log. Providers are found by {@link java.util.ServiceLoader}: a named module says {@code provides
 * softadastra.wal.spi.WalProvider with ...}, a jar on the class path has {@code
 * META-INF/services/softadastra.wal.spi.WalProvider}. Implementations are stateless and thread-safe.
 *
 * <p>{@code softadastra.wal.tck} has the contract as tests to extend; {@link WalDirectory} and {@link SerialWalLog} do for a
 * durable provider what all of them have to do the same way.
 */
@CheckReturnValue
public interface WalProvider {

    /** The version of this interface. */
    int SPI_VERSION = 1;

    /** Its name, by which it is configured and recorded in its logs: 1 to 32 of {@code a-z 0-9 - .}, unique. */
    String name();

    /** The version of this interface it was written for: {@code return WalProvider.SPI_VERSION;}, which the compiler fixes. */
    int spiVersion();

    /** What its logs can do; at least one of {@link WalCapability#DURABLE} and {@link WalCapability#VOLATILE}. */
    Set<WalCapability> capabilities();

    /**
     * Opens a log, creating it if the mode is {@link OpenMode#OWN} and there is none. Blocks while it recovers.
     *
     * <p>A durable provider leaves a {@link WalMarker} at the location, forced before its first file, which names it.
     *
     * @return the log, or an error: INVALID_ARGUMENT, DIRECTORY_MISSING, NOT_FOUND (reading where no log is), LOCKED,
     *     WRONG_NODE, CORRUPTION, UNSUPPORTED_VERSION, PERMISSION_DENIED, NO_SPACE, IO_ERROR
     */
    Result<WalLog> open(WalConfig config, OpenMode mode);

    /**
     * Opens a log for the offline tools, which read and never change it. By default a provider has none.
     *
     * @return the inspector, or UNSUPPORTED_OPERATION where there is nothing to inspect (a log in memory), or an error as
     *     of {@link #open}
     */
    default Result<WalInspector> inspect(WalConfig config) {
        return Result.err(
                ErrorCode.UNSUPPORTED_OPERATION, "the logs of WAL provider '" + name() + "' cannot be inspected");
    }
}

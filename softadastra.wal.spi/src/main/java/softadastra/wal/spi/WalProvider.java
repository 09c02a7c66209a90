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
     * Makes a log that does not begin empty, as a backup or a new replica does not: a checkpoint stands for what came before its
     * first record. What is answered takes that checkpoint's content; publishing it, with the seed's last sequence for its end,
     * makes the log, and leaves it closed. It has an id and an epoch of its own.
     *
     * <p>Until then no log is there: whatever a crash leaves opens with no provider, and what is not published is deleted when
     * the writer is closed, as far as possible. When publishing has returned, the log is durable, and was read back. By default
     * a provider cannot do it.
     *
     * @param config where: its location must not exist or be an empty directory, its parent must exist
     * @param seed what it begins with; a node that the configuration names must be the seed's, unless that is provisional
     * @return the writer, or an error: INVALID_ARGUMENT if something is at the location, DIRECTORY_MISSING, WRONG_NODE, LOCKED,
     *     PERMISSION_DENIED, NO_SPACE, IO_ERROR; UNSUPPORTED_OPERATION where a provider has no such logs
     */
    default Result<WalCheckpointWriter> seed(WalConfig config, WalSeed seed) {
        return Result.err(
                ErrorCode.UNSUPPORTED_OPERATION,
                "the logs of WAL provider '" + name() + "' cannot begin with a checkpoint; choose another provider");
    }

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

package softadastra.sync;

import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.core.Unit;

/**
 * Makes transports; found by {@link java.util.ServiceLoader}, on the module path and the class path.
 *
 * <p>Thread-safe.
 */
public interface SyncTransportProvider {

    /**
     * The name it is chosen by, such as {@code http}: lower case letters, digits and {@code -}.
     *
     * @return the name
     */
    String name();

    /**
     * Judges a configuration as far as that can be told without a node, so that one that cannot be opened is refused before a log is
     * made. Touches nothing, and waits for nobody. A provider that does not say has its configurations judged when they are opened.
     *
     * @param config where to listen and whom to call
     * @return ok, or INVALID_ARGUMENT as of {@link #open}
     */
    @CheckReturnValue
    default Result<Unit> check(TransportConfig config) {
        return Result.ok();
    }

    /**
     * Opens a transport. Blocks until it listens, where it is to listen; other nodes need not be there.
     *
     * @param config where to listen and whom to call
     * @param host the node it works for
     * @return the transport, or INVALID_ARGUMENT (an address that is none, a token that is too short, listening for everybody without
     *     {@link TransportConfig#unauthenticated}), PERMISSION_DENIED, IO_ERROR (the address is taken, or not one of this machine)
     */
    @CheckReturnValue
    Result<SyncTransport> open(TransportConfig config, TransportHost host);
}

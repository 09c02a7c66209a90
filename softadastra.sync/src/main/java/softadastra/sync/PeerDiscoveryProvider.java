package softadastra.sync;

import softadastra.core.CheckReturnValue;
import softadastra.core.Result;

/**
 * Makes discoveries; found by {@link java.util.ServiceLoader}, on the module path and the class path.
 *
 * <p>Thread-safe.
 */
public interface PeerDiscoveryProvider {

    /**
     * The name it is chosen by, such as {@code mdns}: lower case letters, digits and {@code -}.
     *
     * @return the name
     */
    String name();

    /**
     * Begins to look for nodes, and, where others find a node only if it makes itself known, to make this one known. Other nodes need
     * not be there.
     *
     * @param host the node it works for
     * @return the discovery, or an error, as IO_ERROR, PERMISSION_DENIED, with which sync is not opened
     */
    @CheckReturnValue
    Result<PeerDiscovery> open(DiscoveryHost host);
}

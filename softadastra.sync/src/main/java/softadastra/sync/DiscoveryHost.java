package softadastra.sync;

import java.util.Optional;
import softadastra.core.NodeId;

/** What a discovery may ask of the node it works for. Thread-safe. */
public interface DiscoveryHost {

    /**
     * Who the node is.
     *
     * @return its id
     */
    NodeId node();

    /**
     * Where others reach it.
     *
     * @return the address, as of {@link SyncTransport#address}; empty if it listens nowhere
     */
    Optional<String> address();
}

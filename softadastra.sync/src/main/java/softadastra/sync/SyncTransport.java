package softadastra.sync;

import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;

/**
 * A lossy way to other nodes: what is sent may arrive, or not, or twice, or late, or in another order. Whoever uses it counts on
 * nothing more, so it needs to promise nothing more.
 */
interface SyncTransport {

    /** Hands over a message. Returns at once; never fails. */
    void send(NodeId to, byte[] message);

    /** A message that has arrived, null if there is none. */
    byte @Nullable [] receive();
}

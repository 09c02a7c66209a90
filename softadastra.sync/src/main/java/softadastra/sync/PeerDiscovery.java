package softadastra.sync;

import java.util.Set;

/**
 * A look around for nodes that are not configured: whatever it has found, it tells as addresses, and the transport calls them. Nodes
 * that are called show who they are as any others do, so what is found wrongly, or by somebody's malice, costs a few calls.
 *
 * <p>Thread-safe. No call blocks but {@link #close}.
 */
public interface PeerDiscovery extends AutoCloseable {

    /**
     * Where nodes are, as far as is known; this node may be among them. Of very many the transport may call only some.
     *
     * @return addresses as {@link TransportConfig#peers} has them, as of now
     */
    Set<String> addresses();

    /**
     * Has a signal run whenever {@link #addresses} may have changed. Replaces the one before.
     *
     * @param signal returns at once, and throws nothing
     */
    void onChange(Runnable signal);

    /** Looks no more, and lets go of everything it holds: sockets, threads. Closing twice is fine. */
    @Override
    void close();
}

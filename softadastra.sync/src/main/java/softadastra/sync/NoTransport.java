package softadastra.sync;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.NodeId;

/** The transport of a node that talks to nobody at the moment, and knows from its log whom it has talked to. */
enum NoTransport implements SyncTransport {
    /** The only one. */
    INSTANCE;

    @Override
    public void send(NodeId to, byte[] message) {}

    @Override
    public Optional<byte[]> receive() {
        return Optional.empty();
    }

    @Override
    public Set<NodeId> neighbours() {
        return Set.of();
    }

    @Override
    public Optional<String> address() {
        return Optional.empty();
    }

    @Override
    public List<TransportLink> links() {
        return List.of();
    }

    @Override
    public void onArrival(Runnable signal) {}

    @Override
    public void close() {}
}

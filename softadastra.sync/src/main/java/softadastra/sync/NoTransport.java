package softadastra.sync;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.NodeId;

/** A transport with nobody at its other end: a node has it that talks to nobody now, and knows from its log to whom it has talked. */
class NoTransport implements SyncTransport {

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

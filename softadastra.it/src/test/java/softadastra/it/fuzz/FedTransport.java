package softadastra.it.fuzz;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.NodeId;
import softadastra.sync.SyncTransport;
import softadastra.sync.TransportLink;

/** A way to one other node, which says what it is told to say; what is sent to it is kept. */
final class FedTransport implements SyncTransport {

    private final NodeId peer;
    private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
    private final List<byte[]> sent = new ArrayList<>();

    FedTransport(NodeId peer) {
        this.peer = peer;
    }

    /** Has a message arrive. */
    void feed(byte[] message) {
        arrived.add(message);
    }

    /** Takes what was sent since the last call. */
    List<byte[]> takeSent() {
        List<byte[]> all = List.copyOf(sent);
        sent.clear();
        return all;
    }

    @Override
    public void send(NodeId to, byte[] message) {
        sent.add(message);
    }

    @Override
    public Optional<byte[]> receive() {
        return Optional.ofNullable(arrived.poll());
    }

    @Override
    public Set<NodeId> neighbours() {
        return Set.of(peer);
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
    public void onArrival(Runnable signal) {
        // Steps are done when the test says so.
    }

    @Override
    public void close() {
        arrived.clear();
    }
}

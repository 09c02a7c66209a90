package softadastra.sync;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.NodeId;

/** A way that another one leads on, just so: what a test changes of it, it overrides. */
class Line implements SyncTransport {

    private final SyncTransport on;

    Line(SyncTransport on) {
        this.on = on;
    }

    @Override
    public void send(NodeId to, byte[] message) {
        on.send(to, message);
    }

    @Override
    public Optional<byte[]> receive() {
        return on.receive();
    }

    @Override
    public Set<NodeId> neighbours() {
        return on.neighbours();
    }

    @Override
    public Optional<String> address() {
        return on.address();
    }

    @Override
    public List<TransportLink> links() {
        return on.links();
    }

    @Override
    public void onArrival(Runnable signal) {
        on.onArrival(signal);
    }

    @Override
    public void call(Set<String> addresses) {
        on.call(addresses);
    }

    @Override
    public boolean drain(Duration patience) {
        return on.drain(patience);
    }

    @Override
    public void close() {
        on.close();
    }
}

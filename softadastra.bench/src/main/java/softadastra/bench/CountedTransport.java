package softadastra.bench;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import softadastra.core.NodeId;
import softadastra.sync.SyncTransport;
import softadastra.sync.TransportLink;

/** A transport that counts what is handed to it: messages, and the bytes in them. What it adds itself on the way is not counted. */
final class CountedTransport implements SyncTransport {

    private final SyncTransport transport;
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    CountedTransport(SyncTransport transport) {
        this.transport = transport;
    }

    /** How many messages were handed over so far. */
    long messages() {
        return messages.get();
    }

    /** How many bytes were in them. */
    long bytes() {
        return bytes.get();
    }

    @Override
    public void send(NodeId to, byte[] message) {
        messages.incrementAndGet();
        bytes.addAndGet(message.length);
        transport.send(to, message);
    }

    @Override
    public Optional<byte[]> receive() {
        return transport.receive();
    }

    @Override
    public Set<NodeId> neighbours() {
        return transport.neighbours();
    }

    @Override
    public void call(Set<String> addresses) {
        transport.call(addresses);
    }

    @Override
    public Optional<String> address() {
        return transport.address();
    }

    @Override
    public List<TransportLink> links() {
        return transport.links();
    }

    @Override
    public void onArrival(Runnable signal) {
        transport.onArrival(signal);
    }

    @Override
    public boolean drain(Duration patience) {
        return transport.drain(patience);
    }

    @Override
    public void close() {
        transport.close();
    }
}

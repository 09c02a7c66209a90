package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import softadastra.core.NodeId;
import softadastra.sync.SyncTransport;
import softadastra.sync.TransportLink;

/** A transport under test, and what has come out of it; waits by its signal. */
final class Probe implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final NodeId node;
    private final SyncTransport transport;
    private final Object signal = new Object();
    private final List<byte[]> received = new ArrayList<>();

    Probe(String name, SyncTransport transport) {
        this.node = new NodeId(name);
        this.transport = transport;
        transport.onArrival(() -> {
            synchronized (signal) {
                signal.notifyAll();
            }
        });
    }

    NodeId node() {
        return node;
    }

    SyncTransport transport() {
        return transport;
    }

    HttpTransport http() {
        return (HttpTransport) transport;
    }

    int port() {
        return http().bound().orElseThrow().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** The next message, once there is one. */
    byte[] next() {
        List<byte[]> one = new ArrayList<>();
        await("a message at " + node, () -> {
            transport.receive().ifPresent(one::add);
            return !one.isEmpty();
        });
        return one.get(0);
    }

    /** Takes all there is. */
    List<byte[]> takeAll() {
        Optional<byte[]> message = transport.receive();
        while (message.isPresent()) {
            received.add(message.get());
            message = transport.receive();
        }
        return received;
    }

    /** Waits until there is a way to the other one. */
    Probe awaitNeighbour(Probe other) {
        return awaitNeighbour(other.node);
    }

    Probe awaitNeighbour(NodeId other) {
        await(
                node + " reaches " + other + ", links " + transport.links(),
                () -> transport.neighbours().contains(other));
        return this;
    }

    Probe awaitNoNeighbour(NodeId other) {
        await(
                node + " reaches " + other + " no more",
                () -> !transport.neighbours().contains(other));
        return this;
    }

    /** Waits until the first link is down for a reason that has this in it. */
    String awaitProblem(String text) {
        await(
                "a link of " + node + " with the problem: " + text + "; they are " + transport.links(),
                () -> problem(text).isPresent());
        return problem(text).orElseThrow();
    }

    private Optional<String> problem(String text) {
        return transport.links().stream()
                .map(TransportLink::problem)
                .flatMap(Optional::stream)
                .filter(problem -> problem.contains(text))
                .findFirst();
    }

    /** Waits until something holds; looks whenever the transport gives its signal, and now and then besides. */
    void await(String what, BooleanSupplier condition) {
        await(what, PATIENCE_NANOS, condition);
    }

    /** The same with another patience. */
    void await(String what, long patienceNanos, BooleanSupplier condition) {
        long end = System.nanoTime() + patienceNanos;
        synchronized (signal) {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() - end > 0) {
                    fail("waited in vain for " + what + "; links " + transport.links());
                }
                try {
                    signal.wait(20);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    fail("interrupted while waiting for " + what);
                }
            }
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}

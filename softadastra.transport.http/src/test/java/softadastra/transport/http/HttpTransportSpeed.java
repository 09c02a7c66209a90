package softadastra.transport.http;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import softadastra.core.NodeId;
import softadastra.sync.SyncTransport;
import softadastra.sync.TransportConfig;

/**
 * How fast messages go between two nodes of one JVM, over the loopback address: a program that prints figures.
 *
 *
 * <p>Run it with {@code java -cp ... softadastra.transport.http.HttpTransportSpeed [ROUND TRIPS] [MIB]}.
 */
final class HttpTransportSpeed {
    private static final TransportConfig CONFIG = TransportConfig.none().withToken("a token for measuring");
    private static final int LARGE = 256 << 10;

    private HttpTransportSpeed() {}

    public static void main(String[] arguments) throws InterruptedException {
        int trips = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int mebibytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1024;
        try (Probe hub = open("hub", CONFIG.withListen("127.0.0.1:0"));
                Probe leaf = open("leaf", CONFIG.withPeers(List.of(hub.url())))) {
            leaf.awaitNeighbour(hub);
            hub.awaitNeighbour(leaf);
            for (int round = 0; round < 3; round++) {
                print("round trip", roundTrips(leaf, hub, trips));
                print("posted", throughput(leaf, hub, mebibytes));
                print("polled", throughput(hub, leaf, mebibytes));
            }
        }
    }

    private static Probe open(String name, TransportConfig config) {
        return new Probe(
                name,
                new HttpTransportProvider().open(config, FakeHost.of(name)).orElseThrow());
    }

    /** Nanoseconds of each trip there and back, sorted. */
    static long[] roundTrips(Probe from, Probe to, int trips) throws InterruptedException {
        echo(to.transport(), from.node());
        long[] nanos = new long[trips];
        SyncTransport transport = from.transport();
        var waiter = Thread.currentThread();
        transport.onArrival(() -> LockSupport.unpark(waiter));
        for (int i = 0; i < trips; i++) {
            long start = System.nanoTime();
            transport.send(to.node(), new byte[100]);
            Optional<byte[]> answer = transport.receive();
            while (answer.isEmpty()) {
                LockSupport.parkNanos(1_000_000);
                answer = transport.receive();
            }
            nanos[i] = System.nanoTime() - start;
        }
        transport.onArrival(() -> {});
        to.transport().onArrival(() -> {});
        Arrays.sort(nanos);
        return nanos;
    }

    private static void echo(SyncTransport transport, NodeId to) {
        transport.onArrival(() -> {
            Optional<byte[]> message = transport.receive();
            while (message.isPresent()) {
                transport.send(to, message.get());
                message = transport.receive();
            }
        });
    }

    /** Millions of bytes a second, and the longest pause in milliseconds, in messages of 256 KiB, with 2 MiB on their way at a time. */
    static double[] throughput(Probe from, Probe to, int mebibytes) throws InterruptedException {
        long total = (long) mebibytes << 20;
        AtomicLong arrived = new AtomicLong();
        long[] lastAndLongest = {System.nanoTime(), 0};
        CountDownLatch done = new CountDownLatch(1);
        var sender = Thread.currentThread();
        to.transport().onArrival(() -> {
            Optional<byte[]> message = to.transport().receive();
            while (message.isPresent()) {
                arrived.addAndGet(message.get().length);
                message = to.transport().receive();
            }
            long now = System.nanoTime();
            lastAndLongest[1] = Math.max(lastAndLongest[1], now - lastAndLongest[0]);
            lastAndLongest[0] = now;
            LockSupport.unpark(sender);
            if (arrived.get() >= total) {
                done.countDown();
            }
        });
        long start = System.nanoTime();
        long sent = 0;
        while (sent < total) {
            while (sent - arrived.get() > 2 << 20) {
                LockSupport.parkNanos(1_000_000);
            }
            from.transport().send(to.node(), new byte[LARGE]);
            sent += LARGE;
        }
        done.await();
        double seconds = (System.nanoTime() - start) * 1e-9;
        to.transport().onArrival(() -> {});
        return new double[] {total * 1e-6 / seconds, lastAndLongest[1] * 1e-6};
    }

    private static void print(String what, double[] figures) {
        System.out.printf("%s: %.0f MB/s, longest pause %.1f ms%n", what, figures[0], figures[1]);
    }

    private static void print(String what, long[] nanos) {
        System.out.printf(
                "%s: median %.3f ms, 99 %% %.3f ms, slowest %.3f ms%n",
                what,
                nanos[nanos.length / 2] * 1e-6,
                nanos[(int) (nanos.length * 0.99)] * 1e-6,
                nanos[nanos.length - 1] * 1e-6);
    }
}

package softadastra.transport.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.sync.SyncTransport;
import softadastra.sync.TransportConfig;
import softadastra.sync.TransportHost;
import softadastra.sync.TransportLink;

/**
 * Messages over HTTP/1.1: what goes to a node is posted to it where it is called, and answers its poll where it calls.
 *
 * <p>Thread-safe: all of it happens on one loop, and two queues lead there and back.
 */
final class HttpTransport implements SyncTransport {
    private static final int SWEEP_MILLIS = 500;
    private static final int LOOKUPS = 4;
    private static final int STATUSES = 2;
    private static final int HANDSHAKES = 2;
    private static final int MAX_HANDSHAKES_WAITING = 1_024;
    private static final int WORKER_END_MILLIS = 1_000;
    private static final int WORKER_IDLE_SECONDS = 5;
    private static final String[] TLS_VERSIONS = {"TLSv1.3"};

    private final Loop loop;
    private final HttpLimits limits;
    private final Counters counters = new Counters();
    private final Faults faults;
    private final Inbox inbox;
    private final Ways ways;
    private final Service service;

    /** Each kind of work has threads of its own, so that none of them, whoever has it done, holds up another. */
    private final ThreadPoolExecutor lookups;

    private final ThreadPoolExecutor lookupsOfFound;

    private final ThreadPoolExecutor statuses;
    private final ThreadPoolExecutor theirHandshakes;
    private final ThreadPoolExecutor ourHandshakes;
    private final Optional<Server> server;
    private final Optional<InetSocketAddress> bound;
    private final Optional<String> reachedAt;
    private final Callers callers;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean broken;
    private volatile List<TransportLink> links = List.of();
    private volatile Runnable signal = () -> {};

    /** What it is made of, once it has been judged. */
    record Parts(
            TransportConfig config,
            TransportHost host,
            HttpLimits limits,
            Optional<Address> listen,
            List<Address> peers,
            SecureRandom random,
            Names names,
            BiConsumer<String, @Nullable Throwable> faults) {}

    private HttpTransport(Parts parts, @Nullable ServerSocketChannel listening) throws IOException {
        TransportConfig config = parts.config();
        TransportHost host = parts.host();
        this.limits = parts.limits();
        this.faults = new Faults(counters.faults, parts.faults());
        String name = "softadastra-http-" + host.node();
        this.loop = new Loop(name, System::nanoTime, faults::note, this::broken);
        this.lookups = workers(name + "-lookup", LOOKUPS, new LinkedBlockingQueue<>());
        // Bounded: names come and go as fast as somebody makes them up, and are tried again.
        this.lookupsOfFound = workers(name + "-found", LOOKUPS, new ArrayBlockingQueue<>(Callers.MAX_FOUND));
        this.statuses = workers(name + "-status", STATUSES, new ArrayBlockingQueue<>(STATUSES));
        this.theirHandshakes = workers(name + "-tls", HANDSHAKES, new ArrayBlockingQueue<>(MAX_HANDSHAKES_WAITING));
        this.ourHandshakes = workers(name + "-tls-out", HANDSHAKES, new LinkedBlockingQueue<>());
        Identity self = new Identity(
                host.node(),
                Nonces.fresh(parts.random(), Protocol.INSTANCE_DIGITS / 2),
                Secret.of(config.token()),
                host.maxMessageBytes(),
                Protocol.maxBody(host.maxMessageBytes(), limits.batchBytes()));
        this.inbox = new Inbox(limits.inboxBytes(), () -> loop.execute(this::roomAgain));
        this.ways = new Ways(loop, limits, counters.dropped, this::deliver, this::changed);
        Budget budget = new Budget(limits.bodyBytes());
        StatusService status = new StatusService(host, config.token(), counters, statuses, loop::execute);
        Gate gate = new Gate(self, parts.random(), limits.compressLoopback());
        this.service = new Service(loop, limits, counters, self, inbox, this::arrived, gate, status, ways);
        if (listening == null) {
            this.server = Optional.empty();
            this.bound = Optional.empty();
        } else {
            this.bound = Optional.of((InetSocketAddress) listening.getLocalAddress());
            this.server = Optional.of(Server.on(
                    listening,
                    loop,
                    limits,
                    counters,
                    budget,
                    service,
                    config.tls().isPresent(),
                    () -> config.tls().map(tls -> serverEngine(tls, config)),
                    theirHandshakes));
        }
        this.reachedAt =
                bound.map(socket -> Address.reached(socket, config.tls().isPresent()));
        Caller.Shared shared = new Caller.Shared(
                loop,
                limits,
                counters,
                budget,
                self,
                inbox,
                ways,
                parts.random(),
                parts.names(),
                ourHandshakes,
                this::arrived,
                this::changed);
        this.callers = new Callers(
                shared,
                new Callers.Lookups(lookups, lookupsOfFound),
                config,
                parts.peers(),
                HttpTransport::clientEngine);
    }

    /** Opens it. The socket, if it listens, is bound when this returns. */
    static HttpTransport open(Parts parts, @Nullable ServerSocketChannel listening) throws IOException {
        HttpTransport transport = new HttpTransport(parts, listening);
        transport.loop.execute(() -> {
            transport.callers.start();
            transport.sweep();
        });
        transport.publish();
        transport.loop.start();
        return transport;
    }

    @Override
    public void send(NodeId to, byte[] message) {
        Optional<Outbox> outbox = ways.outbox(to);
        if (broken || outbox.isEmpty()) {
            counters.dropped.increment();
            return;
        }
        switch (outbox.get().offer(message)) {
            case FULL -> counters.dropped.increment();
            case TELL -> loop.execute(() -> ways.pump(to));
            case WAITS -> {}
        }
    }

    @Override
    public Optional<byte[]> receive() {
        return closed.get() ? Optional.empty() : inbox.take();
    }

    @Override
    public Set<NodeId> neighbours() {
        return closed.get() || broken ? Set.of() : ways.nodes();
    }

    @Override
    public void call(Set<String> addresses) {
        List<String> all = List.copyOf(addresses);
        loop.execute(() -> {
            if (!closed.get()) {
                callers.find(all);
                changed();
            }
        });
    }

    @Override
    public Optional<String> address() {
        return reachedAt;
    }

    @Override
    public List<TransportLink> links() {
        return links;
    }

    @Override
    public void onArrival(Runnable newSignal) {
        signal = newSignal;
    }

    @Override
    public boolean drain(Duration patience) {
        if (closed.get() || broken) {
            return false;
        }
        CountDownLatch drained = new CountDownLatch(1);
        // Behind whatever was sent before.
        loop.execute(() -> ways.whenDrained(drained::countDown));
        try {
            return drained.await(TimeUnit.NANOSECONDS.convert(patience), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            signal = () -> {};
            workers().forEach(ThreadPoolExecutor::shutdownNow);
            loop.stop(callers::close);
            awaitWorkers();
        }
    }

    /** Waits for them, but not for a lookup of a name, which nothing can interrupt. */
    private void awaitWorkers() {
        try {
            long end = loop.now() + WORKER_END_MILLIS * 1_000_000L;
            for (ThreadPoolExecutor worker : workers()) {
                var unused = worker.awaitTermination(Math.max(0, end - loop.now()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where it listens, once the port is known. */
    Optional<InetSocketAddress> bound() {
        return bound;
    }

    Counters counters() {
        return counters;
    }

    private void arrived() {
        try {
            signal.run();
        } catch (RuntimeException | Error e) {
            // Whoever listens does not end what is going on here.
            if (Loop.isFatal(e)) {
                throw e;
            }
            faults.note(e);
        }
    }

    private void changed() {
        publish();
        arrived();
    }

    /** The loop has ended although nobody has closed this: nothing comes or goes any more, and every link says so. */
    private void broken(Throwable why) {
        broken = true;
        Optional<String> problem = Optional.of("the transport has ended by a fault: " + why);
        links = links.stream()
                .map(link -> new TransportLink(link.address(), link.node(), false, problem))
                .toList();
        workers().forEach(ThreadPoolExecutor::shutdownNow);
        arrived();
    }

    private List<ThreadPoolExecutor> workers() {
        return List.of(lookups, lookupsOfFound, statuses, theirHandshakes, ourHandshakes);
    }

    private void roomAgain() {
        callers.roomAgain();
    }

    private void deliver(Session session, Outbox outbox) {
        service.deliver(session, outbox);
    }

    private void sweep() {
        // First of all, so that a fault in what follows is not the last of it.
        var unused = loop.after(SWEEP_MILLIS, this::sweep);
        server.ifPresent(Server::sweep);
        service.sweep();
        ways.sweep();
        publish();
    }

    private void publish() {
        List<TransportLink> all = callers.links();
        for (Session session : service.reachable()) {
            boolean told =
                    all.stream().anyMatch(link -> link.up() && link.node().equals(Optional.of(session.node)));
            if (!told) {
                all.add(new TransportLink(session.address, Optional.of(session.node), true, Optional.empty()));
            }
        }
        for (Gate.Turned turned : service.turned()) {
            all.add(new TransportLink(
                    turned.address(), Optional.of(turned.node()), false, Optional.of(turned.reason())));
        }
        links = List.copyOf(all);
    }

    /** What speaks TLS with whoever calls. */
    static SSLEngine serverEngine(SSLContext tls, TransportConfig config) {
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(TLS_VERSIONS);
        parameters.setNeedClientAuth(config.clientCertificates());
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static Optional<SSLEngine> clientEngine(Callers.Target target) {
        Address address = target.address();
        if (!address.tls()) {
            return Optional.empty();
        }
        SSLEngine engine = target.tls().orElseThrow().createSSLEngine(address.host(), address.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(TLS_VERSIONS);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return Optional.of(engine);
    }

    private static ThreadPoolExecutor workers(String name, int threads, BlockingQueue<Runnable> queue) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor workers =
                new ThreadPoolExecutor(threads, threads, WORKER_IDLE_SECONDS, TimeUnit.SECONDS, queue, action -> {
                    Thread thread = new Thread(action, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }
}

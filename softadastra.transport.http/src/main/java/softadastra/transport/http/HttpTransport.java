package softadastra.transport.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
    private static final int WORKERS = 4;
    private static final int WORKER_END_MILLIS = 1_000;
    private static final int WORKER_IDLE_SECONDS = 5;
    private static final String[] TLS_VERSIONS = {"TLSv1.3"};

    private final Loop loop;
    private final HttpLimits limits;
    private final Counters counters = new Counters();
    private final Inbox inbox;
    private final Ways ways;
    private final Service service;
    private final ThreadPoolExecutor worker;
    private final Optional<Server> server;
    private final Optional<InetSocketAddress> bound;
    private final Optional<String> reachedAt;
    private final List<Caller> callers = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile List<TransportLink> links = List.of();
    private volatile Runnable signal = () -> {};

    /** What it is made of, once it has been judged. */
    record Parts(
            TransportConfig config,
            TransportHost host,
            HttpLimits limits,
            Optional<Address> listen,
            List<Address> peers,
            SecureRandom random) {}

    private HttpTransport(Parts parts, @Nullable ServerSocketChannel listening) throws IOException {
        TransportConfig config = parts.config();
        TransportHost host = parts.host();
        this.limits = parts.limits();
        String name = "softadastra-http-" + host.node();
        this.loop = new Loop(name, System::nanoTime, counters.faults::increment);
        this.worker = workers(name);
        Identity self = new Identity(
                host.node(),
                Nonces.fresh(parts.random(), Protocol.INSTANCE_DIGITS / 2),
                Secret.of(config.token()),
                host.maxMessageBytes(),
                Protocol.maxBody(host.maxMessageBytes(), limits.batchBytes()));
        this.inbox = new Inbox(limits.inboxBytes(), () -> loop.execute(this::roomAgain));
        this.ways = new Ways(loop, limits, counters.dropped, this::deliver, this::changed);
        Budget budget = new Budget(limits.bodyBytes());
        StatusService status = new StatusService(host, config.token(), counters, worker, loop::execute);
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
                    () -> config.tls().map(tls -> serverEngine(tls, config))));
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
                worker,
                this::arrived,
                this::changed);
        for (int i = 0; i < parts.peers().size(); i++) {
            Address address = parts.peers().get(i);
            callers.add(new Caller(shared, config.peers().get(i), address, () -> clientEngine(config, address)));
        }
    }

    /** Opens it. The socket, if it listens, is bound when this returns. */
    static HttpTransport open(Parts parts, @Nullable ServerSocketChannel listening) throws IOException {
        HttpTransport transport = new HttpTransport(parts, listening);
        transport.loop.execute(() -> {
            transport.callers.forEach(Caller::start);
            transport.sweep();
        });
        transport.publish();
        transport.loop.start();
        return transport;
    }

    @Override
    public void send(NodeId to, byte[] message) {
        Optional<Outbox> outbox = ways.outbox(to);
        if (outbox.isEmpty()) {
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
        return closed.get() ? Set.of() : ways.nodes();
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
    public void close() {
        if (closed.compareAndSet(false, true)) {
            signal = () -> {};
            worker.shutdownNow();
            loop.stop(() -> callers.forEach(Caller::close));
            awaitWorkers();
        }
    }

    /** Waits for them, but not for a lookup of a name, which nothing can interrupt. */
    private void awaitWorkers() {
        try {
            var unused = worker.awaitTermination(WORKER_END_MILLIS, TimeUnit.MILLISECONDS);
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
        signal.run();
    }

    private void changed() {
        publish();
        signal.run();
    }

    private void roomAgain() {
        callers.forEach(Caller::roomAgain);
    }

    private void deliver(Session session, Outbox outbox) {
        service.deliver(session, outbox);
    }

    private void sweep() {
        server.ifPresent(Server::sweep);
        service.sweep();
        ways.sweep();
        publish();
        var unused = loop.after(SWEEP_MILLIS, this::sweep);
    }

    private void publish() {
        List<TransportLink> all = new ArrayList<>();
        for (Caller caller : callers) {
            all.add(caller.link());
        }
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

    private static SSLEngine serverEngine(SSLContext tls, TransportConfig config) {
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(TLS_VERSIONS);
        parameters.setNeedClientAuth(config.clientCertificates());
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static Optional<SSLEngine> clientEngine(TransportConfig config, Address address) {
        if (!address.tls()) {
            return Optional.empty();
        }
        SSLEngine engine = config.tls().orElseThrow().createSSLEngine(address.host(), address.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(TLS_VERSIONS);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return Optional.of(engine);
    }

    private static ThreadPoolExecutor workers(String name) {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(
                0, WORKERS, WORKER_IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), action -> {
                    Thread thread = new Thread(action, name + "-worker-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }
}

package softadastra.transport.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/**
 * Listens, and keeps the connections that others make within bounds.
 *
 * <p>Design note: this is not {@code jdk.httpserver}, because that one reads each request on a thread of its pool with blocking
 * calls, and takes its timeouts and bounds from system properties, once for the whole JVM: a few slow clients stop it, and a library
 * may not set those properties behind the application's back.
 */
final class Server implements Loop.Ready {
    private static final int ACCEPTS = 64;
    private static final int BACKLOG = 1024;

    private final Loop loop;
    private final HttpLimits limits;
    private final Counters counters;
    private final Budget budget;
    private final Service service;
    private final boolean secure;
    private final Supplier<Optional<SSLEngine>> engines;
    private final Executor handshakes;
    private final Remotes remotes;
    private final ServerSocketChannel channel;
    private final SelectionKey key;

    /** In the order in which they came: the first one gives way first. */
    private final Set<Inbound> strangers = new LinkedHashSet<>();

    private final Set<Inbound> known = new LinkedHashSet<>();

    private Server(
            Loop loop,
            HttpLimits limits,
            Counters counters,
            Budget budget,
            Service service,
            boolean secure,
            Supplier<Optional<SSLEngine>> engines,
            Executor handshakes,
            ServerSocketChannel channel)
            throws IOException {
        this.loop = loop;
        this.limits = limits;
        this.counters = counters;
        this.budget = budget;
        this.service = service;
        this.secure = secure;
        this.engines = engines;
        this.handshakes = handshakes;
        this.remotes = new Remotes(limits.handshakesPerSecond());
        this.channel = channel;
        this.key = loop.register(channel, SelectionKey.OP_ACCEPT, this);
    }

    /** Opens a socket that listens. */
    static ServerSocketChannel listen(InetSocketAddress address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(java.net.StandardSocketOptions.SO_REUSEADDR, !windows());
            return channel.bind(address, BACKLOG);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Starts to serve what comes to a socket. Before the loop has started, or on its thread. */
    static Server on(
            ServerSocketChannel channel,
            Loop loop,
            HttpLimits limits,
            Counters counters,
            Budget budget,
            Service service,
            boolean secure,
            Supplier<Optional<SSLEngine>> engines,
            Executor handshakes)
            throws IOException {
        return new Server(loop, limits, counters, budget, service, secure, engines, handshakes, channel);
    }

    HttpLimits limits() {
        return limits;
    }

    Counters counters() {
        return counters;
    }

    Budget budget() {
        return budget;
    }

    Service service() {
        return service;
    }

    long now() {
        return loop.now();
    }

    @Override
    public void ready(SelectionKey ready) {
        for (int i = 0; i < ACCEPTS; i++) {
            try {
                SocketChannel accepted = channel.accept();
                if (accepted == null) {
                    return;
                }
                take(accepted);
            } catch (IOException e) {
                // Out of file descriptors, most likely. The socket stays ready, so it would spin.
                giveWay();
                key.interestOps(0);
                var unused = loop.after(100, () -> key.interestOps(SelectionKey.OP_ACCEPT));
                return;
            }
        }
    }

    @Override
    public void failed() {
        // The one that it was about is lost; those that come later are not.
    }

    private void take(SocketChannel accepted) throws IOException {
        // A handshake costs far more than a request, and comes before anybody can show who they are.
        if (secure && !remotes.allows(accepted.socket().getInetAddress(), now())) {
            counters.refused(429);
            accepted.close();
            return;
        }
        if (strangers.size() + known.size() >= limits.connections() && !giveWay()) {
            counters.givenWay.increment();
            accepted.close();
            return;
        }
        counters.connections.increment();
        Inbound inbound = new Inbound(this);
        boolean taken = false;
        try {
            inbound.over(Connection.accepted(loop, accepted, engines.get().orElse(null), handshakes, inbound));
            strangers.add(inbound);
            taken = true;
        } catch (IOException e) {
            // It has gone already; that is no reason to stop accepting.
        } finally {
            if (!taken) {
                accepted.close();
            }
        }
    }

    private boolean giveWay() {
        Optional<Inbound> oldest = strangers.stream().findFirst();
        oldest.ifPresent(stranger -> {
            counters.givenWay.increment();
            stranger.close("it gave way to others");
        });
        return oldest.isPresent();
    }

    void known(Inbound inbound) {
        strangers.remove(inbound);
        known.add(inbound);
    }

    void closed(Inbound inbound) {
        strangers.remove(inbound);
        known.remove(inbound);
    }

    /** Ends what has taken too long; to be called every now and then. */
    void sweep() {
        long now = now();
        List<Inbound> all = new ArrayList<>(strangers);
        all.addAll(known);
        all.forEach(inbound -> inbound.sweep(now));
    }

    private static boolean windows() {
        return System.getProperty("os.name", "").startsWith("Windows");
    }
}

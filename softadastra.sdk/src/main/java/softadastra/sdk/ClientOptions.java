package softadastra.sdk;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import softadastra.store.StoreConfig;
import softadastra.sync.Admission;
import softadastra.sync.ConflictPolicy;
import softadastra.sync.SyncConfig;
import softadastra.sync.TransportConfig;
import softadastra.wal.spi.WalConfig;

/**
 * How a {@link Client} is opened. Immutable; each {@code with...} answers a changed copy. Texts are kept as given, and
 * {@link Client#open()} judges them.
 *
 * <table>
 * <caption>What each factory begins with</caption>
 * <tr><th>factory</th><th>{@code wal}</th><th>{@code walPath}</th><th>{@code autoFlush}</th><th>what can be lost</th></tr>
 * <tr><td>{@link #local}</td><td>off</td><td>empty</td><td>on</td><td>everything, on close; a start for
 * {@link #withWalPath}</td></tr>
 * <tr><td>{@link #memoryOnly}</td><td>off</td><td>empty</td><td>on</td><td>everything, on close: meant so</td></tr>
 * <tr><td>{@link #persistent}</td><td>on</td><td>as given</td><td>on</td><td>nothing that was acknowledged</td></tr>
 * <tr><td>{@link #fast}</td><td>on</td><td>as given</td><td>off</td><td>a killed process: at most the last 10 ms or 64 KiB;
 * a power cut: everything since the last {@link Client#flush()}</td></tr>
 * </table>
 *
 * <p>Transport and discovery are off in all of them: local work needs no network. A node that serves others and calls one:
 *
 * <pre>{@code
 * ClientOptions.persistent("node-a", "data/node-a.wal")
 *         .withListen("127.0.0.1:7420")
 *         .withPeers("http://127.0.0.1:7421")
 *         .withToken(secret)
 * }</pre>
 *
 * @param nodeId the name of this node. One node has one log, and one log belongs to one node: {@code data/<node-id>.wal} is
 *     the pattern
 * @param wal whether the data is kept in a durable log
 * @param walPath the directory of the log; its parent must exist
 * @param autoFlush whether a write answers only once it is on stable storage
 * @param provider the log provider's name, rather than choosing by what is there
 * @param sync how to exchange operations with peers
 */
public record ClientOptions(
        String nodeId, boolean wal, String walPath, boolean autoFlush, Optional<String> provider, SyncConfig sync) {

    /** Refuses null. */
    public ClientOptions {
        Objects.requireNonNull(nodeId, "nodeId");
        Objects.requireNonNull(walPath, "walPath");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(sync, "sync");
    }

    /**
     * A client without peers, in memory until it is given a log: {@code local(id).withWal(true).withWalPath(path)}.
     *
     * @param nodeId the name of this node
     * @return the options
     */
    public static ClientOptions local(String nodeId) {
        return new ClientOptions(nodeId, false, "", true, Optional.empty(), SyncConfig.local());
    }

    /**
     * A client in memory: what it holds is gone when it is closed.
     *
     * <p>Closing it takes leave of the others, which then wait for nothing of it. It waits until that is handed over to those that there
     * is a way to, for a second at most, and not in a thread that is interrupted. Where it cannot be delivered, as when the process is
     * killed, the others remember removals for it, and count what it has not acknowledged, until it is opened again under its name, which
     * is a new epoch, or they have fenced it after the {@linkplain SyncConfig#withRetention retention}, or somebody says {@link
     * Client#forget}.
     *
     * @param nodeId the name of this node
     * @return the options
     */
    public static ClientOptions memoryOnly(String nodeId) {
        return local(nodeId);
    }

    /**
     * A client on a durable log: a write that answers ok survives a kill and a power cut.
     *
     * @param nodeId the name of this node
     * @param walPath the directory of the log; its parent must exist
     * @return the options
     */
    public static ClientOptions persistent(String nodeId, String walPath) {
        return local(nodeId).withWal(true).withWalPath(walPath);
    }

    /**
     * A client on a durable log that does not wait for the device: fast, and for data that may be lost. {@link
     * Client#flush()} and {@link Client#close()} make everything durable.
     *
     * @param nodeId the name of this node
     * @param walPath the directory of the log; its parent must exist
     * @return the options
     */
    public static ClientOptions fast(String nodeId, String walPath) {
        return persistent(nodeId, walPath).withAutoFlush(false);
    }

    /**
     * With {@link #wal} set. With {@code true} and no path, {@link Client#open()} fails; with {@code false}, a path is kept
     * and not used.
     *
     * @param value whether the data is kept in a durable log
     * @return the changed copy
     */
    public ClientOptions withWal(boolean value) {
        return new ClientOptions(nodeId, value, walPath, autoFlush, provider, sync);
    }

    /**
     * With {@link #walPath} set, and {@link #wal} on, since whoever names a log means to use it.
     *
     * @param value the directory of the log; its parent must exist
     * @return the changed copy
     */
    public ClientOptions withWalPath(String value) {
        return new ClientOptions(nodeId, true, value, autoFlush, provider, sync);
    }

    /**
     * With {@link #autoFlush} set. Without it a write is acknowledged before it is durable: not for data that matters.
     *
     * @param value whether a write answers only once it is on stable storage
     * @return the changed copy
     */
    public ClientOptions withAutoFlush(boolean value) {
        return new ClientOptions(nodeId, wal, walPath, value, provider, sync);
    }

    /**
     * With {@link #sync} set as a whole, for what has no method of its own here.
     *
     * @param value how to exchange operations with peers
     * @return the changed copy
     */
    public ClientOptions withSync(SyncConfig value) {
        return new ClientOptions(nodeId, wal, walPath, autoFlush, provider, value);
    }

    /**
     * With a transport asked for, or none.
     *
     * @param value whether to exchange operations with peers; {@link Client#open()} fails where there is no transport
     * @return the changed copy
     */
    public ClientOptions withTransport(boolean value) {
        return withSync(sync.withTransport(value));
    }

    /**
     * With the transport chosen by name, and on.
     *
     * @param name the name of its provider, such as {@code http}
     * @return the changed copy
     */
    public ClientOptions withTransport(String name) {
        return withSync(sync.withProvider(name));
    }

    /**
     * With an address to listen at, and the transport on.
     *
     * @param address such as {@code 127.0.0.1:7420}; port 0 for any that is free
     * @return the changed copy
     */
    public ClientOptions withListen(String address) {
        return withNetwork(network().withListen(address));
    }

    /**
     * With peers to call, in place of those before, and the transport on.
     *
     * @param addresses such as {@code http://192.0.2.7:7420}
     * @return the changed copy
     */
    public ClientOptions withPeers(String... addresses) {
        return withNetwork(network().withPeers(List.of(addresses)));
    }

    /**
     * With a secret that all nodes share, and the transport on.
     *
     * @param secret what both sides of a connection prove to know
     * @return the changed copy
     */
    public ClientOptions withToken(String secret) {
        return withNetwork(network().withToken(secret));
    }

    /**
     * With TLS, and the transport on.
     *
     * @param context keys and trusted certificates
     * @return the changed copy
     */
    public ClientOptions withTls(SSLContext context) {
        return withNetwork(network().withTls(context));
    }

    /**
     * With certificates asked of whoever calls, and the transport on.
     *
     * @param value whether who calls must show a certificate that is trusted; needs {@link #withTls}
     * @return the changed copy
     */
    public ClientOptions withClientCertificates(boolean value) {
        return withNetwork(network().withClientCertificates(value));
    }

    /**
     * With everybody let in, and the transport on. Whoever reaches the node may read and write everything.
     *
     * @param value whether to listen beyond the loopback address although nobody needs to show who they are
     * @return the changed copy
     */
    public ClientOptions withUnauthenticated(boolean value) {
        return withNetwork(network().withUnauthenticated(value));
    }

    /**
     * With a policy for the keys that begin with a text; see {@link SyncConfig#withPolicy}.
     *
     * @param prefix the text; empty for all keys
     * @param policy what becomes of values that were written by nodes none of which knew the other's
     * @return the changed copy
     */
    public ClientOptions withPolicy(String prefix, ConflictPolicy policy) {
        return withSync(sync.withPolicy(prefix, policy));
    }

    /**
     * With an admission: what it refuses of what others write is rejected for good; see {@link SyncConfig#withAdmission}.
     *
     * @param admission which operations of other nodes are taken
     * @return the changed copy
     */
    public ClientOptions withAdmission(Admission admission) {
        return withSync(sync.withAdmission(admission));
    }

    /**
     * With a bound on what others write: a larger value is rejected for good; see {@link SyncConfig#withLargestValue}.
     *
     * @param bytes how many a value of another node may have
     * @return the changed copy
     * @throws IllegalArgumentException if that is negative
     */
    public ClientOptions withLargestValue(int bytes) {
        return withSync(sync.withLargestValue(bytes));
    }

    /**
     * With keys of others only that begin with one of these texts; see {@link SyncConfig#withSubscription}.
     *
     * @param prefixes the texts; none for whatever the log was begun with
     * @return the changed copy
     * @throws IllegalArgumentException if there are more than 64, or one has more than 256 bytes of UTF-8, or has none
     */
    public ClientOptions withSubscription(String... prefixes) {
        return withSync(sync.withSubscription(prefixes));
    }

    /**
     * With another time for which a removal is remembered at least, also where every member has it: a day, where nothing is said. Nothing
     * comes back that was removed, however short it is; see {@link SyncConfig#grace}.
     *
     * @param value how long, a millisecond at least
     * @return the changed copy
     * @throws IllegalArgumentException if it is less
     */
    public ClientOptions withGrace(Duration value) {
        return withSync(sync.withGrace(value));
    }

    /**
     * With another time for which a member may be silent, while this client runs: 30 days, where nothing is said. Who is silent for longer is fenced, if those who
     * have not heard of it are more than half of all: nobody waits for it any more, and it comes back by itself, with what only it has. See
     * {@link SyncConfig#retention}.
     *
     * @param value how long, a minute at least; the same on all nodes
     * @return the changed copy
     * @throws IllegalArgumentException if it is less
     */
    public ClientOptions withRetention(Duration value) {
        return withSync(sync.withRetention(value));
    }

    /**
     * With discovery asked for, or none.
     *
     * @param value whether to look for peers; {@link Client#open()} fails where nothing can
     * @return the changed copy
     */
    public ClientOptions withDiscovery(boolean value) {
        return withSync(sync.withDiscovery(value));
    }

    /**
     * Whether to exchange operations with peers.
     *
     * @return whether a transport is asked for
     */
    public boolean transport() {
        return sync.transport();
    }

    /**
     * Whether to look for peers.
     *
     * @return whether a discovery is asked for
     */
    public boolean discovery() {
        return sync.discovery();
    }

    private TransportConfig network() {
        return sync.network();
    }

    private ClientOptions withNetwork(TransportConfig value) {
        return withSync(sync.withNetwork(value));
    }

    /**
     * With the log provider chosen by name.
     *
     * @param name the provider's name, such as {@code file}
     * @return the changed copy
     */
    public ClientOptions withProvider(String name) {
        return new ClientOptions(nodeId, wal, walPath, autoFlush, Optional.of(name), sync);
    }

    StoreConfig storeConfig() {
        StoreConfig store = wal ? StoreConfig.durable(walPath) : StoreConfig.memoryOnly();
        WalConfig config = store.wal().withNodeId(nodeId).withAutoFlush(autoFlush);
        return store.withWal(provider.map(config::withProvider).orElse(config));
    }
}

package softadastra.transport.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.sync.SyncTransport;
import softadastra.sync.SyncTransportProvider;
import softadastra.sync.TransportConfig;
import softadastra.sync.TransportHost;

/**
 * The provider of the transport named {@value #NAME}: HTTP/1.1, over TLS where there are keys for it, with nothing but the JDK. What it
 * speaks is in {@code docs/transport-http.md}.
 *
 * <p>Stateless and thread-safe. It is public because the service loader needs it so.
 */
@CheckReturnValue
public final class HttpTransportProvider implements SyncTransportProvider {

    /** The provider's name. */
    public static final String NAME = "http";

    /** The shortest token, in characters: a shorter one can be found by trying. */
    private static final int MIN_TOKEN = 16;

    /** Made by the service loader. */
    public HttpTransportProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    /**
     * Opens a transport. Blocks until it listens, where it is to, and starts one thread that stays; other nodes need not be there.
     *
     * @return the transport; or INVALID_ARGUMENT for an address that is none, for a token of less than 16 characters, for client
     *     certificates without TLS, for a TLS context that cannot be used, for listening with a TLS context that has no key, for listening beyond the loopback address while
     *     nobody has to show who they are; PERMISSION_DENIED; IO_ERROR where the address is taken, or not one of this machine
     */
    @Override
    public Result<SyncTransport> open(TransportConfig config, TransportHost host) {
        return open(config, host, HttpLimits.defaults(host.maxMessageBytes())).map(transport -> transport);
    }

    @Override
    public Result<Unit> check(TransportConfig config) {
        return judge(config).map(addresses -> Unit.UNIT);
    }

    static Result<HttpTransport> open(TransportConfig config, TransportHost host, HttpLimits limits) {
        return open(config, host, limits, Names.SYSTEM, Faults.log());
    }

    /** The same, where the caller looks up names, and is told of faults: the seam of tests. */
    static Result<HttpTransport> open(
            TransportConfig config,
            TransportHost host,
            HttpLimits limits,
            Names names,
            BiConsumer<String, @Nullable Throwable> faults) {
        return judge(config)
                .flatMap(addresses -> start(new HttpTransport.Parts(
                        config,
                        host,
                        limits,
                        addresses.listen(),
                        addresses.peers(),
                        new SecureRandom(),
                        names,
                        faults)));
    }

    /** What a configuration says in text. */
    private record Addresses(Optional<Address> listen, List<Address> peers) {}

    private static Result<Addresses> judge(TransportConfig config) {
        if (config.token().filter(token -> token.length() < MIN_TOKEN).isPresent()) {
            return invalid("the token is shorter than " + MIN_TOKEN + " characters");
        }
        if (config.clientCertificates() && config.tls().isEmpty()) {
            return invalid("client certificates need TLS");
        }
        List<Address> peers = new ArrayList<>();
        for (String peer : config.peers()) {
            Result<Address> address = Address.peer(peer);
            if (address.isErr()) {
                return Result.err(address.error());
            }
            peers.add(address.value());
        }
        Optional<Address> listen = Optional.empty();
        if (config.listen().isPresent()) {
            Result<Address> address =
                    Address.listen(config.listen().get(), config.tls().isPresent());
            if (address.isErr()) {
                return Result.err(address.error());
            }
            listen = Optional.of(address.value());
        }
        // What a name stands for is seen once it is looked up.
        Optional<InetAddress> literal = listen.flatMap(Address::literal);
        if (literal.isPresent() && isForEverybody(literal.get(), config)) {
            return forEverybody(listen.get());
        }
        if (config.tls().filter(tls -> !isUsable(tls, config)).isPresent()) {
            return invalid("the TLS context cannot be used: it is not initialised, or does not speak TLS 1.3");
        }
        if (listen.isPresent()
                && config.tls().isPresent()
                && !hasKey(config.tls().get(), config)) {
            return invalid(
                    "listening with TLS needs a key with its certificate, and the TLS context shows none: give it one;"
                            + " or listen without TLS, where what the peers show is trusted by Java itself"
                            + " (javax.net.ssl.trustStore), and no TLS context is given");
        }
        if (config.tls().isEmpty() && peers.stream().anyMatch(Address::tls)) {
            try {
                var unused = SSLContext.getDefault();
            } catch (NoSuchAlgorithmException e) {
                return invalid("a peer is called with https, and this JVM has no certificates that it trusts");
            }
        }
        return Result.ok(new Addresses(listen, List.copyOf(peers)));
    }

    private static boolean isUsable(SSLContext tls, TransportConfig config) {
        try {
            SSLEngine unused = HttpTransport.serverEngine(tls, config);
            return true;
        } catch (RuntimeException e) {
            // What a context throws that is none is up to its provider.
            return false;
        }
    }

    private static boolean hasKey(SSLContext tls, TransportConfig config) {
        return ServerKey.isShownBy(HttpTransport.serverEngine(tls, config));
    }

    private static Result<HttpTransport> start(HttpTransport.Parts parts) {
        ServerSocketChannel listening = null;
        if (parts.listen().isPresent()) {
            Result<ServerSocketChannel> result = listen(parts.listen().get(), parts.config());
            if (result.isErr()) {
                return Result.err(result.error());
            }
            listening = result.value();
        }
        return start(parts, listening);
    }

    private static Result<HttpTransport> start(HttpTransport.Parts parts, @Nullable ServerSocketChannel listening) {
        boolean opened = false;
        try {
            HttpTransport transport = HttpTransport.open(parts, listening);
            opened = true;
            return Result.ok(transport);
        } catch (IOException e) {
            return Result.err(ErrorCode.IO_ERROR, "failed to start the HTTP transport: no selector can be opened", e);
        } finally {
            // Also where there is no thread to be had, which is an error: the address would stay taken.
            if (!opened) {
                closeQuietly(listening);
            }
        }
    }

    private static Result<ServerSocketChannel> listen(Address address, TransportConfig config) {
        String failed = "failed to listen at " + address.authority() + ": ";
        InetSocketAddress at = InetSocketAddress.createUnresolved(address.host(), address.port());
        try {
            InetAddress host = InetAddress.getByName(address.host());
            at = new InetSocketAddress(host, address.port());
            if (isForEverybody(host, config)) {
                return forEverybody(address);
            }
            return Result.ok(Server.listen(at));
        } catch (UnknownHostException e) {
            return Result.err(ErrorCode.INVALID_ARGUMENT, failed + "unknown host", e);
        } catch (IOException e) {
            String reason = Reasons.ofListening(e, at);
            ErrorCode code = reason.equals("permission denied") ? ErrorCode.PERMISSION_DENIED : ErrorCode.IO_ERROR;
            return Result.err(code, failed + reason, e);
        }
    }

    private static boolean isForEverybody(InetAddress host, TransportConfig config) {
        boolean open = config.token().isEmpty() && !config.clientCertificates();
        return open && !host.isLoopbackAddress() && !config.unauthenticated();
    }

    private static <T> Result<T> forEverybody(Address address) {
        return invalid("listening at " + address.authority()
                + " lets everybody read and write everything: give a token or"
                + " ask for client certificates, or say that it is to be unauthenticated");
    }

    private static void closeQuietly(@Nullable ServerSocketChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The first failure is the one that is told.
            }
        }
    }

    private static <T> Result<T> invalid(String problem) {
        return Result.err(ErrorCode.INVALID_ARGUMENT, "invalid transport configuration: " + problem);
    }
}

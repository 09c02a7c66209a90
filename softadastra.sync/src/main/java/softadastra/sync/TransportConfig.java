package softadastra.sync;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where a node listens, whom it calls, and how both sides show who they are. Immutable; each {@code with...} answers a changed copy.
 * Texts are kept as given; the transport judges them when it is opened.
 *
 * @param listen where to listen, such as {@code 127.0.0.1:7420} (port 0: any that is free); empty to call others only. Without a
 *     host it is the loopback address
 * @param peers whom to call, by address, such as {@code http://192.0.2.7:7420}
 * @param token what both sides prove to know; empty for none
 * @param tls keys and trusted certificates for TLS; empty for none
 * @param clientCertificates whether whoever calls must show a certificate that is trusted; needs {@code tls}
 * @param unauthenticated whether to listen beyond the loopback address although nobody needs to show who they are: whoever gets
 *     there may read and write everything
 */
public record TransportConfig(
        Optional<String> listen,
        List<String> peers,
        Optional<String> token,
        Optional<SSLContext> tls,
        boolean clientCertificates,
        boolean unauthenticated) {

    /** Refuses null. */
    public TransportConfig {
        Objects.requireNonNull(listen, "listen");
        peers = List.copyOf(peers);
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(tls, "tls");
    }

    /**
     * Listens nowhere and calls nobody.
     *
     * @return the configuration
     */
    public static TransportConfig none() {
        return new TransportConfig(Optional.empty(), List.of(), Optional.empty(), Optional.empty(), false, false);
    }

    /**
     * With {@link #listen} set.
     *
     * @param address where to listen
     * @return the changed copy
     */
    public TransportConfig withListen(String address) {
        return new TransportConfig(Optional.of(address), peers, token, tls, clientCertificates, unauthenticated);
    }

    /**
     * With {@link #peers} set.
     *
     * @param addresses whom to call, in place of those before
     * @return the changed copy
     */
    public TransportConfig withPeers(List<String> addresses) {
        return new TransportConfig(listen, addresses, token, tls, clientCertificates, unauthenticated);
    }

    /**
     * With {@link #token} set.
     *
     * @param secret what both sides prove to know
     * @return the changed copy
     */
    public TransportConfig withToken(String secret) {
        return new TransportConfig(listen, peers, Optional.of(secret), tls, clientCertificates, unauthenticated);
    }

    /**
     * With {@link #tls} set.
     *
     * @param context keys and trusted certificates
     * @return the changed copy
     */
    public TransportConfig withTls(SSLContext context) {
        return new TransportConfig(listen, peers, token, Optional.of(context), clientCertificates, unauthenticated);
    }

    /**
     * With {@link #clientCertificates} set.
     *
     * @param value whether whoever calls must show a certificate
     * @return the changed copy
     */
    public TransportConfig withClientCertificates(boolean value) {
        return new TransportConfig(listen, peers, token, tls, value, unauthenticated);
    }

    /**
     * With {@link #unauthenticated} set.
     *
     * @param value whether to listen for everybody
     * @return the changed copy
     */
    public TransportConfig withUnauthenticated(boolean value) {
        return new TransportConfig(listen, peers, token, tls, clientCertificates, value);
    }

    /** Says whether there is a token, and not which. */
    @Override
    public String toString() {
        return "TransportConfig[listen=" + listen.orElse("") + ", peers=" + peers + ", token="
                + (token.isPresent() ? "set" : "none") + ", tls=" + tls.isPresent() + ", clientCertificates="
                + clientCertificates + ", unauthenticated=" + unauthenticated + "]";
    }
}

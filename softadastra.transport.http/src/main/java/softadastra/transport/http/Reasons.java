package softadastra.transport.http;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why a connection is not, or is no more, in our own words: the same ones on every platform. */
final class Reasons {
    private Reasons() {}

    static String of(IOException e) {
        String text = lower(e);
        if (e instanceof SSLException) {
            return ofTls(e, text);
        }
        if (e instanceof UnknownHostException) {
            return "unknown host";
        }
        if (e instanceof NoRouteToHostException || text.contains("unreachable")) {
            return "no route to the host";
        }
        // The system may say it in any language; and a connection that nobody answers is given up here before it does.
        if (text.contains("refused") || (e instanceof ConnectException && !text.contains("timed out"))) {
            return "connection refused";
        }
        if (e instanceof ConnectException) {
            return "no connection";
        }
        return "the connection was lost";
    }

    /** Why an address cannot be listened at. */
    static String ofListening(IOException e, InetSocketAddress address) {
        String text = lower(e);
        if (e instanceof UnknownHostException) {
            return "unknown host";
        }
        if (text.contains("permission denied") || (e instanceof SocketException && text.contains("access"))) {
            return "permission denied";
        }
        if (text.contains("in use")) {
            return "the address is in use";
        }
        if (!(e instanceof BindException)) {
            return "it cannot be listened at";
        }
        return text.contains("cannot assign") || !isOfThisMachine(address)
                ? "not an address of this machine"
                : "the address is in use";
    }

    /** For where the system does not say so in English. */
    private static boolean isOfThisMachine(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null || host.isAnyLocalAddress() || host.isLoopbackAddress()) {
            return true;
        }
        try {
            return NetworkInterface.getByInetAddress(host) != null;
        } catch (SocketException e) {
            return true;
        }
    }

    private static String ofTls(IOException e, String text) {
        if (text.contains("received fatal alert")) {
            if (text.contains("certificate_required") || text.contains("bad_certificate")) {
                return "TLS: it wants a certificate that it trusts";
            }
            if (text.contains("certificate_unknown") || text.contains("unknown_ca")) {
                return "TLS: it does not trust the certificate";
            }
            return "TLS: it broke off the handshake";
        }
        Throwable cause = certificateProblem(e);
        if (cause != null) {
            String problem = lower(cause);
            return problem.contains("subject alternative") || problem.contains("no name matching")
                    ? "TLS: its certificate is for another host"
                    : "TLS: its certificate is not trusted";
        }
        if (text.contains("plaintext") || text.contains("unrecognized")) {
            return "TLS: no TLS is spoken there";
        }
        if (text.contains("empty client certificate")) {
            return "TLS: no client certificate was shown";
        }
        return "TLS: the handshake failed";
    }

    private static @Nullable Throwable certificateProblem(Throwable e) {
        Throwable found = null;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException || cause instanceof CertPathValidatorException) {
                found = cause;
            }
        }
        return found;
    }

    private static String lower(Throwable e) {
        String message = e.getMessage();
        return message == null ? "" : message.toLowerCase(Locale.ROOT);
    }
}

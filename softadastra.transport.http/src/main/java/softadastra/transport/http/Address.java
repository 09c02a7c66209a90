package softadastra.transport.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.Result;

/**
 * Where a node listens, or where it is called.
 *
 * @param host a name, or an IP address without brackets
 * @param port the TCP port; 0, where to listen, for any that is free
 * @param tls whether TLS is spoken there
 */
record Address(String host, int port, boolean tls) {

    private static final String LOOPBACK = "127.0.0.1";
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern SCHEME = Pattern.compile("https?://", Pattern.CASE_INSENSITIVE);

    /** Names have underscores where people give them to containers, which {@link URI} takes for none. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(?<host>[\\w.-]+|\\[[\\p{XDigit}:.%\\w-]+\\])(:(?<port>\\d{0,9}))?");

    private static final Pattern IPV4 = Pattern.compile("(" + OCTET + "\\.){3}" + OCTET);

    /** An address such as {@code https://host:7420}; without a port it is that of the scheme. */
    static Result<Address> peer(String text) {
        if (!SCHEME.matcher(text.strip()).lookingAt()) {
            return invalid("peer", text, "does not begin with http:// or https://");
        }
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            return invalid("peer", text, "not a URL");
        }
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        Matcher authority = AUTHORITY.matcher(Objects.requireNonNullElse(uri.getRawAuthority(), ""));
        if (uri.getRawUserInfo() == null && !authority.matches()) {
            return invalid("peer", text, noAuthority(uri.getRawAuthority()));
        }
        String path = uri.getRawPath();
        boolean bare = path == null || path.isEmpty() || path.equals("/");
        if (!bare || uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
            return invalid("peer", text, "has more than a scheme, a host and a port");
        }
        String digits = authority.group("port");
        int port = digits == null || digits.isEmpty() ? (tls ? 443 : 80) : Integer.parseInt(digits);
        if (port < 1 || port > 65535) {
            return invalid("peer", text, "has no port from 1 to 65535");
        }
        return Result.ok(new Address(unbracketed(authority.group("host")), port, tls));
    }

    /** What is wrong with what is to be a host, and maybe a port. */
    private static String noAuthority(@Nullable String authority) {
        int colon = authority == null ? -1 : authority.lastIndexOf(':');
        if (authority == null || authority.isEmpty() || colon == 0) {
            return "has no host";
        }
        if (colon >= 0 && authority.indexOf(':') < colon && !authority.startsWith("[")) {
            return "an IPv6 address needs brackets";
        }
        return colon >= 0 && AUTHORITY.matcher(authority.substring(0, colon)).matches()
                ? "has no port from 1 to 65535"
                : "has a host that is none";
    }

    /** An address such as {@code host:7420}, {@code [::1]:7420} or {@code 7420}. */
    static Result<Address> listen(String text, boolean tls) {
        String stripped = text.strip();
        int colon = stripped.lastIndexOf(':');
        String host = colon < 0 ? "" : stripped.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.indexOf(':') >= 0 && !bracketed) {
            return invalid("listen", text, "an IPv6 address needs brackets");
        }
        int port;
        try {
            port = Integer.parseInt(stripped.substring(colon + 1));
        } catch (NumberFormatException e) {
            port = -1;
        }
        if (port < 0 || port > 65535) {
            return invalid("listen", text, "has no port from 0 to 65535");
        }
        return Result.ok(new Address(host.isEmpty() ? LOOPBACK : unbracketed(host), port, tls));
    }

    /** Where others reach a socket that listens; for one at all addresses of the machine, the first that is not for itself only. */
    static String reached(InetSocketAddress socket, boolean tls) {
        InetAddress address = socket.getAddress();
        String host = (address.isAnyLocalAddress() ? outward(address) : address).getHostAddress();
        int zone = host.indexOf('%');
        String bare = zone < 0 ? host : host.substring(0, zone);
        return (tls ? "https://" : "http://") + new Address(bare, socket.getPort(), tls).authority();
    }

    private static InetAddress outward(InetAddress any) {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(one -> one instanceof Inet4Address && !one.isLoopbackAddress() && !one.isLinkLocalAddress())
                    .findFirst()
                    .orElse(InetAddress.getLoopbackAddress());
        } catch (SocketException e) {
            return any;
        }
    }

    /** The IP address, if the host is one; empty if it is a name, which takes a while to look up. */
    Optional<InetAddress> literal() {
        if (host.indexOf(':') < 0 && !IPV4.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** As it is written in URLs and in the header {@code Host}. */
    String authority() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static Result<Address> invalid(String which, String text, String problem) {
        // What stands before the host may be a password, and this ends up in logs.
        String shown = text.replaceAll("(?s)(?<=//).*@", "...@");
        return Result.err(ErrorCode.INVALID_ARGUMENT, "invalid " + which + " address: " + shown + ": " + problem);
    }
}

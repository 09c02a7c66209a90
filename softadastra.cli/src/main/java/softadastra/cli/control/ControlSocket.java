package softadastra.cli.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The socket that a node takes requests at: one in the log's directory, which nobody but its owner can connect to. Where there can
 * be none, as the path is too long or the file system has none, one of the loopback address; the handshake guards both.
 */
final class ControlSocket {
    private static final String UNIX = "unix:";
    private static final String TCP = "tcp:";
    private static final int BACKLOG = 64;

    private ControlSocket() {}

    /** An address in a control file, and what listens there. */
    record Bound(String address, ServerSocketChannel channel) {}

    static Bound bind(Path log) throws IOException {
        Optional<ServerSocketChannel> inDirectory = bindIn(log);
        if (inDirectory.isPresent()) {
            return new Bound(UNIX + ControlFile.SOCKET, inDirectory.get());
        }
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
            return new Bound(TCP + ((InetSocketAddress) channel.getLocalAddress()).getPort(), channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static Optional<ServerSocketChannel> bindIn(Path log) throws IOException {
        Path file = log.resolve(ControlFile.SOCKET);
        // Left by a node that was killed; the log's lock says that there is no other.
        boolean unused = Files.deleteIfExists(file);
        ServerSocketChannel channel = null;
        try {
            channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(file), BACKLOG);
            ControlFile.restrict(file);
            return Optional.of(channel);
        } catch (IOException | UnsupportedOperationException e) {
            if (channel != null) {
                channel.close();
            }
            return Optional.empty();
        }
    }

    /** A connection to an address in a control file; an exception if nobody listens there. */
    static SocketChannel connect(Path log, String address) throws IOException {
        return SocketChannel.open(socketAddress(log, address));
    }

    /** Whether an address is a file in the log's directory, which nobody but the log's owner can have. */
    static boolean isOfLog(String address) {
        return address.startsWith(UNIX);
    }

    private static SocketAddress socketAddress(Path log, String address) throws IOException {
        try {
            if (address.startsWith(UNIX)) {
                return UnixDomainSocketAddress.of(log.resolve(address.substring(UNIX.length())));
            }
            if (address.startsWith(TCP)) {
                int port = Integer.parseInt(address.substring(TCP.length()));
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("no address: " + address, e);
        }
        throw new IOException("no address: " + address);
    }
}

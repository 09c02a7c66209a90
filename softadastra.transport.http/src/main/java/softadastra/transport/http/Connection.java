package softadastra.transport.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection, with TLS or without, as whoever speaks over it sees it: bytes out, bytes in, and its end, told once with a
 * reason. On its loop's thread only.
 */
final class Connection implements Loop.Ready {

    /** Who speaks over a connection. */
    interface User {
        /** It stands, the TLS handshake included. */
        void connected();

        /** Bytes have come; they are to be taken before this returns. */
        void received(ByteBuffer bytes);

        /** It is over. */
        void closed(String why);
    }

    /** Reads in a row, before others get their turn. */
    private static final int READS = 4;

    /** With more than that waiting to go out nothing more is read, so that answers cannot pile up. */
    private static final int MAX_WAITING = 1 << 20;

    private static final String PLAIN = "TLS is spoken here: use https:\n";

    private final Loop loop;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final User user;
    private final @Nullable Tls tls;
    private final Executor worker;
    private final Deque<ByteBuffer> out = new ArrayDeque<>();
    private long waiting;
    private boolean open = true;
    private boolean ending;

    private Connection(
            Loop loop, SocketChannel channel, @Nullable SSLEngine engine, Executor worker, int operations, User user)
            throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.user = user;
        this.worker = worker;
        this.tls = engine == null ? null : new Tls(engine, this::compute);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.key = loop.register(channel, operations, this);
    }

    /**
     * One that somebody else has made. {@link User#connected} is not called before this returns. The worker computes what a
     * handshake needs.
     */
    static Connection accepted(Loop loop, SocketChannel channel, @Nullable SSLEngine engine, Executor worker, User user)
            throws IOException {
        return new Connection(loop, channel, engine, worker, SelectionKey.OP_READ, user);
    }

    /** One that is made here. Whether it comes to be is told later. */
    static Connection to(Loop loop, InetSocketAddress address, @Nullable SSLEngine engine, Executor worker, User user)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            Connection connection = new Connection(loop, channel, engine, worker, SelectionKey.OP_CONNECT, user);
            if (channel.connect(address)) {
                // The key is not ready for this any more, so it goes by way of the loop.
                loop.execute(() -> connection.attempt(connection::established));
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Sends bytes, which are the connection's from here on. After the end it does nothing. */
    void send(byte[]... parts) {
        attempt(() -> {
            for (byte[] part : parts) {
                if (tls == null) {
                    queue(ByteBuffer.wrap(part));
                } else {
                    tls.send(ByteBuffer.wrap(part), this::queue);
                }
            }
            flush();
        });
    }

    /** Sends what waits, and then that nothing more comes; the other side may still be heard. */
    void end() {
        attempt(() -> {
            if (tls != null) {
                tls.end(this::queue);
            }
            ending = true;
            flush();
        });
    }

    /** Ends it at once. The user is told, unless it knows already. */
    void close(String why) {
        if (open) {
            open = false;
            key.cancel();
            out.clear();
            waiting = 0;
            try {
                channel.close();
            } catch (IOException e) {
                // It is gone either way.
            }
            user.closed(why);
        }
    }

    boolean isOpen() {
        return open;
    }

    /** How many bytes wait to go out. */
    long waiting() {
        return waiting;
    }

    /** The certificate that the other side has shown; empty if it has shown none. */
    Optional<X509Certificate> certificate() {
        return tls == null ? Optional.empty() : tls.certificate();
    }

    boolean secure() {
        return tls != null;
    }

    /** The address of the other side. */
    InetAddress remote() {
        return channel.socket().getInetAddress();
    }

    @Override
    public void ready(SelectionKey ready) {
        attempt(() -> {
            if (ready.isConnectable() && channel.finishConnect()) {
                established();
            }
            if (open && ready.isReadable()) {
                read();
            }
            if (open && ready.isWritable()) {
                flush();
            }
        });
    }

    @Override
    public void failed() {
        close("an internal fault");
    }

    private void established() throws IOException {
        key.interestOps(SelectionKey.OP_READ);
        if (tls == null) {
            user.connected();
        } else {
            tls.begin(this::queue);
            flush();
        }
    }

    private void read() throws IOException {
        for (int i = 0; i < READS && open && reads(); i++) {
            ByteBuffer input = loop.input();
            int count = channel.read(input);
            if (count < 0) {
                close("the connection was closed by the other side");
                return;
            }
            if (count == 0) {
                return;
            }
            input.flip();
            take(input);
            if (input.limit() < input.capacity()) {
                return;
            }
        }
    }

    private void take(ByteBuffer input) throws IOException {
        if (tls == null) {
            user.received(input);
            return;
        }
        if (!tls.isRecord(input)) {
            // Whoever speaks plain HTTP to this port is told so in a way that it understands.
            List<String> headers = List.of("Content-Type: text/plain", "Connection: close");
            queue(ByteBuffer.wrap(HttpWriter.answer(400, headers, PLAIN.length())));
            queue(ByteBuffer.wrap(PLAIN.getBytes(StandardCharsets.US_ASCII)));
            flush();
            close("TLS: no TLS was spoken");
            return;
        }
        boolean before = tls.established();
        tls.received(input, this::plain, this::queue, user::connected);
        taken(tls, before);
    }

    private void taken(Tls from, boolean before) throws IOException {
        if (open) {
            flush();
            if (from.ended()) {
                close(before ? "the connection was closed by the other side" : "the TLS handshake was broken off");
            }
        }
    }

    private void plain(ByteBuffer bytes) {
        if (open) {
            user.received(bytes);
        }
    }

    /** Has the worker compute what a handshake needs, and goes on with it afterwards. */
    private void compute(Runnable task) {
        try {
            worker.execute(() -> {
                try {
                    task.run();
                } finally {
                    // What has gone wrong, the engine says when it is asked next.
                    loop.execute(this::resume);
                }
            });
        } catch (RejectedExecutionException e) {
            close("TLS: too many handshakes at once");
        }
    }

    private void resume() {
        attempt(() -> {
            if (tls != null) {
                boolean before = tls.established();
                tls.resume(this::plain, this::queue, user::connected);
                taken(tls, before);
            }
        });
    }

    /** Whether what comes is read now: not while answers pile up, nor before what came can be made sense of. */
    private boolean reads() {
        return waiting < MAX_WAITING && (tls == null || !tls.busy());
    }

    private void queue(ByteBuffer bytes) {
        if (bytes.hasRemaining()) {
            out.add(bytes);
            waiting += bytes.remaining();
        }
    }

    private void flush() throws IOException {
        if (!open || !channel.isConnected()) {
            return;
        }
        while (!out.isEmpty()) {
            ByteBuffer scratch = loop.output();
            gather(scratch);
            int written = channel.write(scratch.flip());
            consume(written);
            if (scratch.hasRemaining()) {
                key.interestOps(SelectionKey.OP_WRITE | (reads() ? SelectionKey.OP_READ : 0));
                return;
            }
        }
        key.interestOps(reads() ? SelectionKey.OP_READ : 0);
        if (ending) {
            channel.shutdownOutput();
        }
    }

    private void gather(ByteBuffer scratch) {
        for (ByteBuffer bytes : out) {
            int count = Math.min(bytes.remaining(), scratch.remaining());
            if (count == 0) {
                return;
            }
            scratch.put(bytes.duplicate().limit(bytes.position() + count));
        }
    }

    private void consume(int written) {
        waiting -= written;
        int left = written;
        while (left > 0) {
            ByteBuffer first = out.element();
            int count = Math.min(left, first.remaining());
            first.position(first.position() + count);
            left -= count;
            if (!first.hasRemaining()) {
                out.remove();
            }
        }
    }

    /** What goes wrong ends the connection, and is told in our own words. */
    private void attempt(Step step) {
        if (!open) {
            return;
        }
        try {
            step.run();
        } catch (SSLException e) {
            lastWords();
            close(Reasons.of(e));
        } catch (IOException e) {
            close(Reasons.of(e));
        }
    }

    /** TLS tells the other side why it ends; if that does not go out at once, it does not. */
    private void lastWords() {
        if (tls != null) {
            try {
                tls.end(this::queue);
                flush();
            } catch (IOException e) {
                // The connection ends with the first reason.
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}

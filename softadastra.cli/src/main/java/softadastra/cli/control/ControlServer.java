package softadastra.cli.control;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/**
 * Takes requests of commands for a node, of whoever may read its control file, and nobody else: {@link Handshake}. Each connection
 * has a thread, and there are a bounded number; whoever does not show in time that it may is hung up on. Thread-safe.
 */
public final class ControlServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 32;
    private static final int MAX_REQUEST = Connection.MAX_FRAME;
    private static final long HANDSHAKE_SECONDS = 5;
    private static final long PATIENCE_MILLIS = 5_000;
    private static final int SECRET_BYTES = 32;

    private final Path log;
    private final Node node;
    private final String nodeId;
    private final ControlFile file;
    private final ServerSocketChannel listening;
    private final ThreadFactory threads;
    private final SecureRandom random = new SecureRandom();
    private final Map<Thread, SocketChannel> connections = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(ControlServer::daemon);
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean closed;

    private ControlServer(
            Path log,
            Node node,
            String nodeId,
            ControlFile file,
            ServerSocketChannel listening,
            ThreadFactory threads) {
        this.log = log;
        this.node = node;
        this.nodeId = nodeId;
        this.file = file;
        this.listening = listening;
        this.threads = threads;
    }

    /**
     * Begins to take requests.
     *
     * @param node what they are for; thread-safe, and not closed by this
     * @param nodeId its id
     * @return the server; or IO_ERROR; or INTERRUPTED, if this thread is
     */
    public static Result<ControlServer> start(Node node, String nodeId) {
        return start(node, nodeId, ControlServer::daemon);
    }

    /** The same with threads of the caller's for the connections: the seam of tests. */
    static Result<ControlServer> start(Node node, String nodeId, ThreadFactory threads) {
        Path log = node.log();
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        ControlSocket.Bound bound;
        try {
            bound = ControlSocket.bind(log);
        } catch (IOException e) {
            return failed(e);
        }
        ControlFile file = new ControlFile(bound.address(), HexFormat.of().formatHex(secret));
        ControlServer server = new ControlServer(log, node, nodeId, file, bound.channel(), threads);
        try {
            file.write(log);
        } catch (IOException e) {
            server.close();
            return failed(e);
        }
        daemon(server::accept).start();
        return Result.ok(server);
    }

    private static <T> Result<T> failed(IOException e) {
        boolean interrupted = e instanceof ClosedByInterruptException;
        String reason = interrupted ? "interrupted" : String.valueOf(e.getMessage());
        return Result.err(SoftadastraError.of(
                        interrupted ? ErrorCode.INTERRUPTED : ErrorCode.IO_ERROR,
                        "failed to open the control endpoint: " + reason)
                .withCause(e));
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "softadastra-control");
        thread.setDaemon(true);
        return thread;
    }

    /** Where it listens, for people. */
    public String address() {
        return file.address();
    }

    /** How many were hung up on since they did not show that they may ask. */
    long refused() {
        return refused.get();
    }

    private void accept() {
        while (!closed) {
            try {
                SocketChannel channel = listening.accept();
                if (connections.size() >= MAX_CONNECTIONS) {
                    refused.incrementAndGet();
                    channel.close();
                } else {
                    begin(channel);
                }
            } catch (IOException | OutOfMemoryError e) {
                // Closed; or a connection that ended as it began, or no descriptor or thread for it: no reason to stop.
                pauseUnlessClosed();
            }
        }
    }

    /** Serves a connection; if there is no thread for it to be had, it is hung up on, and takes no place. */
    private void begin(SocketChannel channel) {
        Thread thread = null;
        boolean begun = false;
        try {
            thread = threads.newThread(() -> serve(channel));
            connections.put(thread, channel);
            thread.start();
            begun = true;
        } finally {
            if (!begun) {
                if (thread != null) {
                    connections.remove(thread);
                }
                hangUp(channel);
            }
        }
    }

    private void pauseUnlessClosed() {
        if (!closed && listening.isOpen()) {
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (Connection connection = new Connection(channel)) {
            ScheduledFuture<?> deadline = clock.schedule(() -> hangUp(channel), HANDSHAKE_SECONDS, TimeUnit.SECONDS);
            boolean accepted = new Handshake(connection, file.secretBytes(), random).accept(nodeId);
            boolean unused = deadline.cancel(false);
            if (!accepted) {
                refused.incrementAndGet();
                return;
            }
            RequestHandler handler = new RequestHandler(node, connection);
            while (!closed) {
                handler.handle(connection.receive(MAX_REQUEST));
            }
        } catch (IOException | RejectedExecutionException e) {
            // It has left, which is how a connection ends; or it has come while this was being closed.
            return;
        } finally {
            connections.remove(Thread.currentThread());
        }
    }

    private static void hangUp(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Then it is gone anyway.
            return;
        }
    }

    /** Takes no more requests, and answers those that are under way, as far as that takes no more than five seconds. */
    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            // It takes nobody any more, whatever else is wrong with it.
            closed = true;
        }
        sweep(log);
        connections.values().forEach(ControlServer::endInput);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        for (Thread thread : connections.keySet()) {
            await(thread, end);
        }
        connections.values().forEach(ControlServer::hangUp);
        clock.shutdownNow();
    }

    /** Removes the way to a node that is no more, for the log's owner: closed, or killed. Does what it can. */
    public static void sweep(Path log) {
        remove(log.resolve(ControlFile.NAME));
        remove(log.resolve(ControlFile.SOCKET));
    }

    private static void remove(Path file) {
        try {
            boolean unused = Files.deleteIfExists(file);
        } catch (IOException e) {
            // What is left behind is passed over by commands, and replaced by the next node.
            return;
        }
    }

    /** A connection that waits for a request ends; one that is at a request answers it first. */
    private static void endInput(SocketChannel channel) {
        try {
            SocketChannel unused = channel.shutdownInput();
        } catch (IOException e) {
            // It has ended already.
            return;
        }
    }

    private static void await(Thread thread, long end) {
        try {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

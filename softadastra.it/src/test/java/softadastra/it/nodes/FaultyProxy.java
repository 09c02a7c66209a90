package softadastra.it.nodes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A wire to a node that drops, repeats, delays and truncates pieces of what goes through, in either direction, and cuts connections,
 * until it is mended. Its own address stays while that of the node changes.
 */
final class FaultyProxy implements AutoCloseable {
    private static final int PIECE = 2048;
    private static final int MOST_DELAY_MILLIS = 30;

    private final ServerSocket listening;
    private final SplittableRandom random;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong faults;
    private volatile int target;
    private volatile boolean faulty;
    private volatile boolean closed;

    /** What becomes of a piece. */
    private enum Fate {
        PASS,
        DROP,
        REPEAT,
        DELAY,
        TRUNCATE,
        CUT
    }

    FaultyProxy(long seed, AtomicLong faults) {
        this.random = new SplittableRandom(seed);
        this.faults = faults;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    /** Where nodes call. */
    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    /** Leads to another port from now on; 0 for none. */
    void leadTo(int port) {
        target = port;
    }

    void spoil() {
        faulty = true;
    }

    /** Passes on everything from now on. What was under way is cut: it may lack something already. */
    void mend() {
        faulty = false;
        cutAll();
    }

    private void cutAll() {
        open.forEach(FaultyProxy::quietlyClose);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket from = listening.accept();
                open.add(from);
                connect(from);
            } catch (IOException e) {
                // Closed, or a caller that has left; the next one is waited for.
                closed |= listening.isClosed();
            }
        }
    }

    private void connect(Socket from) {
        try {
            Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(to);
            start(() -> pump(from, to));
            start(() -> pump(to, from));
        } catch (IOException | IllegalArgumentException e) {
            // The node is not there.
            quietlyClose(from);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] piece = new byte[PIECE];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                pass(piece, count, out);
            }
        } catch (IOException e) {
            // A connection that has ended, or was cut: so does its other half.
            quietlyClose(to);
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private void pass(byte[] piece, int count, OutputStream out) throws IOException {
        Fate fate = fate();
        if (fate != Fate.PASS) {
            faults.incrementAndGet();
        }
        switch (fate) {
            case PASS -> out.write(piece, 0, count);
            case DROP -> {}
            case REPEAT -> {
                out.write(piece, 0, count);
                out.write(piece, 0, count);
            }
            case DELAY -> {
                pause();
                out.write(piece, 0, count);
            }
            case TRUNCATE -> {
                out.write(piece, 0, count / 2);
                throw new IOException("truncated");
            }
            case CUT -> throw new IOException("cut");
        }
        out.flush();
    }

    private Fate fate() {
        if (!faulty) {
            return Fate.PASS;
        }
        int drawn;
        synchronized (random) {
            drawn = random.nextInt(100);
        }
        if (drawn < 15) {
            return Fate.DELAY;
        }
        return drawn < 18
                ? Fate.DROP
                : drawn < 21 ? Fate.REPEAT : drawn < 23 ? Fate.TRUNCATE : drawn < 25 ? Fate.CUT : Fate.PASS;
    }

    private void pause() {
        int millis;
        synchronized (random) {
            millis = random.nextInt(MOST_DELAY_MILLIS);
        }
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void quietlyClose(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone.
            return;
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cutAll();
    }
}

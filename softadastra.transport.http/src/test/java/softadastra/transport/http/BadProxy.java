package softadastra.transport.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between two nodes and hands bytes on, badly: cuts connections, leaves the end of a piece away, hands a piece on twice, flips a
 * bit, or takes its time; by a seed, until it is told to be good.
 */
final class BadProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final long seed;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong number = new AtomicLong();
    private final AtomicLong faults = new AtomicLong();
    private volatile boolean good;

    BadProxy(int target, long seed) throws IOException {
        this.target = target;
        this.seed = seed;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** How often it has done something bad. */
    long faults() {
        return faults.get();
    }

    /** From now on it hands on what it gets; what is there already is cut. */
    void beGood() throws IOException {
        good = true;
        cut();
    }

    /** Cuts all connections. */
    void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket in = listening.accept();
                Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
                in.setTcpNoDelay(true);
                out.setTcpNoDelay(true);
                sockets.add(in);
                sockets.add(out);
                thread(() -> pump(in, out));
                thread(() -> pump(out, in));
            }
        } catch (IOException e) {
            // It has been closed.
        }
    }

    private void pump(Socket from, Socket to) {
        Random random = new Random(seed + number.getAndIncrement());
        byte[] buffer = new byte[16 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int count = in.read(buffer);
            while (count >= 0 && hand(out, buffer, count, random)) {
                count = in.read(buffer);
            }
        } catch (IOException e) {
            // Cut.
        }
        sockets.remove(from);
        sockets.remove(to);
    }

    /** Hands a piece on; false if the connection is to be cut. */
    private boolean hand(OutputStream out, byte[] bytes, int count, Random random) throws IOException {
        int chance = good ? 100 : random.nextInt(100);
        if (chance < 10) {
            faults.incrementAndGet();
        }
        switch (chance) {
            case 0, 1 -> {
                return false;
            }
            case 2, 3 -> {
                out.write(bytes, 0, count / 2);
                return false;
            }
            case 4 -> {
                out.write(bytes, 0, count);
                out.write(bytes, 0, count);
            }
            case 5 -> {
                bytes[random.nextInt(count)] ^= (byte) (1 << random.nextInt(8));
                out.write(bytes, 0, count);
            }
            case 6, 7, 8, 9 -> {
                LockSupport.parkNanos(random.nextInt(20_000_000));
                out.write(bytes, 0, count);
            }
            default -> out.write(bytes, 0, count);
        }
        return true;
    }

    private static void thread(Runnable action) {
        Thread thread = new Thread(action, "bad-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}

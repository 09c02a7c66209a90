package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Sends a little to each of many connections, in turn, and makes those anew that were closed; until it is closed. */
final class Attack implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    /** How the next connection is made. */
    interface Entry {
        RawSocket open() throws IOException;
    }

    private final Entry entry;
    private final Random random;
    private final List<Optional<RawSocket>> sockets = new ArrayList<>();
    private long rounds;
    private final Thread thread = new Thread(this::run, "attacker");
    private volatile boolean stopped;

    Attack(Entry entry, int connections, long seed) {
        this.entry = entry;
        this.random = new Random(seed);
        for (int i = 0; i < connections; i++) {
            sockets.add(Optional.empty());
        }
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until it has gone through all connections once more; what it was at before does not count. */
    synchronized void awaitRound() throws InterruptedException {
        long wanted = rounds + (rounds == 0 ? 1 : 2);
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (rounds < wanted) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                fail("the attack has come to a halt in round " + rounds);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private synchronized void roundDone() {
        rounds++;
        notifyAll();
    }

    private void run() {
        while (!stopped) {
            for (int i = 0; i < sockets.size() && !stopped; i++) {
                try {
                    if (sockets.get(i).isEmpty()) {
                        sockets.set(i, Optional.of(entry.open().send(beginning(i))));
                    }
                    sockets.get(i).get().send(more(i));
                } catch (IOException e) {
                    sockets.get(i).ifPresent(Attack::closeQuietly);
                    sockets.set(i, Optional.empty());
                }
            }
            roundDone();
        }
        sockets.forEach(socket -> socket.ifPresent(Attack::closeQuietly));
    }

    private static void closeQuietly(RawSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Closed by the other side.
        }
    }

    private static byte[] beginning(int i) {
        String head = "HTTP/1.1\r\nHost: 127.0.0.1\r\n";
        return switch (i % 5) {
            case 0 -> "G".getBytes(StandardCharsets.ISO_8859_1);
            case 1 -> ("POST /v1/hello " + head + "Content-Length: 1024\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
            case 2 ->
                ("POST /v1/messages " + head + "Content-Length: 4000000\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
            case 3 -> new byte[0];
            default -> ("GET /status " + head + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        };
    }

    /** Slow heads and bodies, a body that was refused and goes on, garbage, and requests whose answers nobody reads. */
    private byte[] more(int i) {
        byte[] bytes = new byte[i % 5 == 2 ? 10_000 : i % 5 == 3 ? 300 : 1];
        if (i % 5 == 3) {
            random.nextBytes(bytes);
        } else if (i % 5 == 4) {
            return beginning(i);
        } else {
            Arrays.fill(bytes, (byte) 'x');
        }
        return bytes;
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("interrupted before the attack had ended");
        }
    }
}

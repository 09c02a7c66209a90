package softadastra.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says on standard error what a node that runs has to say, by a thread of its own, so that whoever does not read there holds up nothing
 * else. What waits is bounded; beyond that it is counted, and the number is said once there is room. Thread-safe.
 */
final class Messages implements AutoCloseable {
    /** Once as much waits nothing more is taken; what it would tell of is in the log. */
    static final long MAX_BYTES = 8 << 20;

    private static final long PATIENCE_MILLIS = 5_000;

    private record Message(Runnable saying, long bytes) {}

    private final Io io;
    private final long patienceMillis;
    private final Deque<Message> waiting = new ArrayDeque<>();
    private final Thread thread = new Thread(this::sayAll, "softadastra-messages");
    private long bytes;
    private long dropped;
    private boolean closed;

    Messages(Io io) {
        this(io, PATIENCE_MILLIS);
    }

    /** With another patience: the seam of tests. */
    Messages(Io io, long patienceMillis) {
        this.io = io;
        this.patienceMillis = patienceMillis;
        thread.setDaemon(true);
    }

    /** Begins to say what it is given: from here on the streams are its own. */
    void start() {
        thread.start();
    }

    /** Has a line said, if there is room for it; else it is not even made. Returns at once. */
    synchronized void say(Supplier<String> line) {
        if (bytes >= MAX_BYTES) {
            dropped++;
            return;
        }
        String text = line.get();
        add(new Message(() -> io.message(text), 2L * text.length()));
    }

    /** Has something done that says something, however much waits already. Returns at once. */
    synchronized void add(Runnable saying) {
        add(new Message(saying, 0));
    }

    private synchronized void add(Message message) {
        waiting.add(message);
        bytes += message.bytes();
        notifyAll();
    }

    private void sayAll() {
        try {
            for (Message message = next(); message != null; message = next()) {
                say(message);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void say(Message message) {
        try {
            message.saying().run();
        } catch (RuntimeException | Error e) {
            // A lack of memory passes, and what there is to say then is not to be lost for this.
            lost(message);
        } finally {
            said(message);
        }
    }

    /** What tells how many were lost is not among them: it would be told of for ever. */
    private synchronized void lost(Message message) {
        dropped += message.bytes() > 0 ? 1 : 0;
    }

    private synchronized @Nullable Message next() throws InterruptedException {
        while (waiting.isEmpty() && dropped == 0 && !closed) {
            wait();
        }
        if (waiting.isEmpty() && dropped > 0) {
            String text = dropped(dropped);
            dropped = 0;
            return new Message(() -> io.message(text), 0);
        }
        return waiting.poll();
    }

    /** Only now: one that waits for a reader still takes the room that it takes. */
    private synchronized void said(Message message) {
        bytes -= message.bytes();
    }

    private String dropped(long count) {
        return io.isJson()
                ? new JsonObject().put("notPrinted", count).toString()
                : "not printed: " + Texts.count(count, "event", "events")
                        + ", which came faster than they were read here; the log has them";
    }

    /** Waits until all is said, though not for ever: who has not read it by then does not get the rest. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        if (thread.getState() == Thread.State.NEW) {
            sayAll();
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        boolean interrupted = false;
        for (long left = patienceMillis; thread.isAlive() && left > 0; ) {
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                // Whoever is told to stop is about to.
                interrupted = true;
            }
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

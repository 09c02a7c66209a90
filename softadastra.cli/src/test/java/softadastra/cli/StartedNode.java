package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A {@code node start} in a thread of this JVM, which is interrupted to stop it. Nothing is waited for without end. */
final class StartedNode implements AutoCloseable {
    private static final String END = "\0";
    private static final long PATIENCE_SECONDS = 180;

    private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();
    private final Messages err = new Messages();
    private final List<String> start = new ArrayList<>();
    private final Thread thread;
    private volatile int exit = -1;

    private StartedNode(List<String> args) {
        thread = new Thread(() -> {
            try {
                exit = Main.run(args.toArray(String[]::new), new Lines(), err, new ByteArrayInputStream(new byte[0]));
            } finally {
                printed.add(END);
            }
        });
        // One that does not stop has failed its test, and is not to hold up the others.
        thread.setDaemon(true);
    }

    /** Starts a node on a log, and waits until it is ready. */
    static StartedNode on(Path log, String... options) {
        return run(Stream.concat(Stream.of("--wal", log.toString(), "node", "start"), Stream.of(options))
                .toList());
    }

    static StartedNode run(List<String> args) {
        StartedNode node = new StartedNode(args);
        node.thread.start();
        String last = "ready";
        String line;
        do {
            line = node.nextLine();
            node.start.add(line);
        } while (!line.equals(last) && !line.contains("\"ready\":true") && !line.equals(END));
        return line.equals(END) ? fail("the node has not started: " + node.err) : node;
    }

    private String nextLine() {
        try {
            String line = printed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return line == null ? fail("the node is not ready: " + start + " " + err) : line;
        } catch (InterruptedException e) {
            return fail("interrupted", e);
        }
    }

    /** What it printed until it was ready. */
    List<String> lines() {
        return List.copyOf(start);
    }

    /** The text behind a name, of what it printed. */
    String said(String name) {
        return start.stream()
                .filter(line -> line.startsWith(name + " : "))
                .map(line -> line.substring(name.length() + 3))
                .findFirst()
                .orElseThrow();
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** Waits until it has said something on stderr, and answers all that it has said there. */
    String awaitErr(String text) {
        try {
            return err.await(text, thread);
        } catch (InterruptedException e) {
            return fail("interrupted", e);
        }
    }

    /** Stops it, and answers its exit code. */
    int stop() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            assertFalse(thread.isAlive(), () -> "the node does not stop: " + err);
        } catch (InterruptedException e) {
            return fail("interrupted", e);
        }
        return exit;
    }

    @Override
    public void close() {
        var unused = stop();
    }

    /** Keeps what is written, and has who waits for something look again. */
    private static final class Messages extends ByteArrayOutputStream {

        @Override
        public synchronized void write(int b) {
            super.write(b);
            notifyAll();
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            notifyAll();
        }

        synchronized String await(String text, Thread writer) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            boolean writes = true;
            String all = toString(StandardCharsets.UTF_8);
            while (!all.contains(text)) {
                if (!writes || System.nanoTime() - end > 0) {
                    fail("in vain for '" + text + "', " + (writes ? "in time" : "to its end") + ": " + all);
                }
                // What it said before its end is looked at once more.
                writes = writer.isAlive();
                wait(writes ? 1_000 : 1);
                all = toString(StandardCharsets.UTF_8);
            }
            return all;
        }
    }

    /** Cuts what is written into lines. */
    private final class Lines extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            if (b == '\n') {
                printed.add(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(b);
            }
        }
    }
}

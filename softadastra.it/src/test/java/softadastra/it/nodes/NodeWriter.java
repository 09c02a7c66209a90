package softadastra.it.nodes;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import softadastra.it.ChildJvm;

/**
 * Writes to a node through its control endpoint for as long as that is there, one operation at a time, and remembers what was
 * acknowledged: {@code store import -}, to which lines are given and which acknowledges each once it is durable.
 */
final class NodeWriter {
    private static final Pattern ACKNOWLEDGED = Pattern.compile("acknowledged (\\d+) entries.*");
    /** So many lines are given beyond the last one that was acknowledged. */
    private static final int AHEAD = 32;

    private static final int KEYS = 40;

    private final NodeProcess node;
    private final SplittableRandom random;
    private final Map<String, Long> last = new HashMap<>();
    private final List<String> shared = new ArrayList<>();
    private long counter;
    private long acknowledged;

    NodeWriter(NodeProcess node, long seed) {
        this.node = node;
        this.random = new SplittableRandom(seed);
    }

    /** How many writes were acknowledged so far. */
    synchronized long acknowledged() {
        return acknowledged;
    }

    /** The number in the last acknowledged value of each key that only this node writes. */
    synchronized Map<String, Long> lastOfOwnKeys() {
        return Map.copyOf(last);
    }

    /** The acknowledged values of keys that all nodes write to. */
    synchronized List<String> shared() {
        return List.copyOf(shared);
    }

    /** One run of the command. */
    final class Run implements AutoCloseable {
        private final ChildJvm command = node.command("store", "import", "-", "--batch-count", "1");
        private final Semaphore room = new Semaphore(AHEAD);
        private final List<String> given = new ArrayList<>();
        private final Thread feeder = new Thread(this::feed, "feeder");
        private final Thread reader = new Thread(this::read, "reader");
        private volatile boolean enough;
        private int seen;
        private boolean ended;

        private Run() {
            feeder.start();
            reader.start();
        }

        private void feed() {
            try (OutputStream in = command.input()) {
                while (!enough) {
                    room.acquire();
                    if (!enough) {
                        in.write(nextLine().getBytes(StandardCharsets.UTF_8));
                        in.flush();
                    }
                }
            } catch (IOException e) {
                // The command has ended, as its node was killed.
                enough = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private String nextLine() {
            synchronized (NodeWriter.this) {
                boolean own = random.nextInt(3) == 0;
                String key = (own ? node.id() : "all") + "/" + random.nextInt(KEYS);
                given.add(key + "=" + ++counter);
                return "{\"key\":\"" + key + "\",\"value\":\"" + node.id() + ":" + counter + "\"}\n";
            }
        }

        private void read() {
            for (Optional<String> line = command.line(); line.isPresent(); line = command.line()) {
                Matcher matcher = ACKNOWLEDGED.matcher(line.get());
                if (matcher.matches()) {
                    take(Integer.parseInt(matcher.group(1)));
                }
            }
            enough = true;
            room.release();
            synchronized (NodeWriter.this) {
                ended = true;
                NodeWriter.this.notifyAll();
            }
        }

        private void take(int count) {
            synchronized (NodeWriter.this) {
                for (String line : given.subList(seen, count)) {
                    String key = line.substring(0, line.indexOf('='));
                    if (key.startsWith(node.id() + "/")) {
                        last.put(key, Long.valueOf(line.substring(key.length() + 1)));
                    } else {
                        shared.add(node.id() + ":" + line.substring(key.length() + 1));
                    }
                }
                acknowledged += count - seen;
                room.release(count - seen);
                seen = count;
                NodeWriter.this.notifyAll();
            }
        }

        /** Waits until so many of this run were acknowledged; false if it has ended before. */
        boolean await(int count) throws InterruptedException {
            synchronized (NodeWriter.this) {
                while (seen < count && !ended) {
                    NodeWriter.this.wait();
                }
                return seen >= count;
            }
        }

        /** Gives no more lines, and waits until all was read that the command has to say; its exit code. */
        int end() throws InterruptedException {
            enough = true;
            room.release();
            feeder.join();
            reader.join();
            return command.waitFor();
        }

        @Override
        public void close() {
            command.close();
        }
    }

    Run run() {
        return new Run();
    }
}

package softadastra.it.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.Tries;

/**
 * Two and three nodes of the linked image, over sockets and wires that drop, repeat, delay, truncate and cut; all of them are
 * written to, through their control endpoints, and each is killed with SIGKILL in the middle of that, in every round. Once the
 * wires are mended all have the same entries, every acknowledged write among them, nobody's outbox holds anything, and nothing has
 * failed. An acknowledged write to a key that all of them write to stands, or was replaced by one that knew it, or all of them were told
 * that it has lost.
 *
 * <p>{@code -Dsoftadastra.nodes=N} sets how many rounds there are; {@code -Dsoftadastra.slice=ci} means 30.
 */
@Tag("packaged")
class NodesUnderKillTest {
    static final String TOKEN = "a token that all nodes share";

    private static final int ROUNDS = 3;
    private static final int CI_ROUNDS = 30;
    private static final int MOST_BEFORE_KILL = 120;
    private static final int MOST_AFTER_KILL = 60;
    private static final String PATIENCE_SECONDS = "120";
    private static final Pattern ENTRY = Pattern.compile(
            "\"key\":\"([^\"]*)\",\"version\":(\\d+),.*\"timestamp\":\"([^\"]*)\".*\"value\":\"([^\"]*)\"");

    @TempDir
    Path directory;

    private static int rounds() {
        boolean ci = "ci".equals(System.getProperty("softadastra.slice"));
        return Integer.getInteger("softadastra.nodes", ci ? CI_ROUNDS : ROUNDS);
    }

    @Test
    void whateverIsAcknowledgedReachesEveryNode() throws Exception {
        long seed = Tries.seed();
        int rounds = rounds();
        AtomicLong faults = new AtomicLong();
        long written = 0;
        int ofTwo = rounds / 2;
        written += cluster(2, ofTwo, seed, faults);
        written += cluster(3, rounds - ofTwo, seed + 1, faults);
        System.out.println("Nodes under SIGKILL: " + rounds + " rounds, " + (2 * ofTwo + 3 * (rounds - ofTwo))
                + " kills, " + written + " acknowledged writes, " + faults + " faults of the wires; seed " + seed);
    }

    private long cluster(int size, int rounds, long seed, AtomicLong faults) throws Exception {
        try (Cluster cluster = new Cluster(size, seed, faults)) {
            for (int round = 1; round <= rounds; round++) {
                cluster.round(size + " nodes, round " + round + ", seed " + seed);
            }
            cluster.stop();
            return cluster.written();
        }
    }

    /** Nodes, the wires between them, and who writes to them. */
    private final class Cluster implements AutoCloseable {
        private final SplittableRandom random;
        private final List<FaultyProxy> wires = new ArrayList<>();
        private final List<NodeProcess> nodes = new ArrayList<>();
        private final List<NodeWriter> writers = new ArrayList<>();
        private final SharedWrites shared = new SharedWrites();

        Cluster(int size, long seed, AtomicLong faults) throws IOException {
            random = new SplittableRandom(seed);
            Path token = Files.writeString(directory.resolve("token" + size), TOKEN);
            for (int i = 0; i < size; i++) {
                wires.add(new FaultyProxy(random.nextLong(), faults));
            }
            for (int i = 0; i < size; i++) {
                int self = i;
                List<String> peers = IntStream.range(0, size)
                        .filter(other -> other != self)
                        .mapToObj(other -> wires.get(other).url())
                        .toList();
                String id = "node-" + (char) ('a' + i);
                NodeProcess node = new NodeProcess(id, directory.resolve(size + "-" + id + ".wal"), token, peers);
                nodes.add(node);
                writers.add(new NodeWriter(node, random.nextLong()));
                wires.get(i).leadTo(node.start());
            }
        }

        void round(String name) throws Exception {
            wires.forEach(FaultyProxy::spoil);
            List<NodeWriter.Run> runs = new ArrayList<>();
            for (NodeWriter writer : writers) {
                runs.add(writer.run());
            }
            for (int victim : shuffled()) {
                try (NodeWriter.Run run = runs.get(victim)) {
                    assertTrue(run.await(1 + random.nextInt(MOST_BEFORE_KILL)), name);
                    nodes.get(victim).kill();
                    assertTrue(run.end() != 0, () -> name + ": a command whose node is killed does not end well");
                }
                wires.get(victim).leadTo(nodes.get(victim).start());
                runs.set(victim, writers.get(victim).run());
            }
            for (NodeWriter.Run run : runs) {
                try (run) {
                    assertTrue(run.await(random.nextInt(MOST_AFTER_KILL)), name);
                    assertEquals(0, run.end(), name);
                }
            }
            wires.forEach(FaultyProxy::mend);
            awaitEmptyOutboxes(name);
            check(name);
        }

        private List<Integer> shuffled() {
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, nodes.size()).boxed().toList());
            for (int i = order.size() - 1; i > 0; i--) {
                order.set(i, order.set(random.nextInt(i + 1), order.get(i)));
            }
            return order;
        }

        /**
         * The first time round every operation reaches every node, and those that the nodes pass on among themselves are there too; so
         * the second time there is nothing left to come but acknowledgements, and an outbox that is empty stays so.
         */
        private void awaitEmptyOutboxes(String name) {
            for (int round = 0; round < 2; round++) {
                for (NodeProcess node : nodes) {
                    String status = node.run("sync", "status", "--wait", PATIENCE_SECONDS);
                    assertTrue(status.lines().anyMatch("outbox size : 0"::equals), () -> name + ": " + status);
                }
            }
        }

        private void check(String name) {
            Map<String, String> first = entries(nodes.get(0));
            for (int i = 0; i < nodes.size(); i++) {
                NodeProcess node = nodes.get(i);
                assertEquals(0, node.status("failedCount"), name);
                assertEquals(first, entries(node), name + ", " + node.id());
                shared.see(node);
                writers.get(i).lastOfOwnKeys().forEach((key, number) -> {
                    String value = first.getOrDefault(key, "nothing:-1 ");
                    long found = Long.parseLong(value.substring(value.indexOf(':') + 1, value.indexOf(' ')));
                    assertTrue(found >= number, () -> name + ": " + key + " has " + value + ", acknowledged " + number);
                });
            }
        }

        /** What a node has: value, version and stamp by key. */
        private static Map<String, String> entries(NodeProcess node) {
            Map<String, String> entries = new TreeMap<>();
            node.run("--json", "store", "list").lines().forEach(line -> {
                Matcher entry = ENTRY.matcher(line);
                assertTrue(entry.find(), line);
                entries.put(entry.group(1), entry.group(4) + " " + entry.group(2) + " " + entry.group(3));
            });
            return entries;
        }

        void stop() {
            nodes.forEach(node -> assertEquals(0, node.stop(), node.id()));
            writers.forEach(writer -> shared.check(nodes.get(0), writer.shared()));
        }

        long written() {
            return writers.stream().mapToLong(NodeWriter::acknowledged).sum();
        }

        @Override
        public void close() {
            nodes.forEach(NodeProcess::close);
            wires.forEach(FaultyProxy::close);
        }
    }
}

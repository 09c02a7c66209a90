package softadastra.sync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Nodes with the rules of a simulation, whose logs are files, and which go on when the test says so. */
abstract class PartsNodes {

    /** Some parts of the rules of a simulation, which are of 300 bytes. */
    static final int LONGEST = 4_000;

    @TempDir
    Path directory;

    final InMemoryNetwork network = new InMemoryNetwork(3);
    private final List<Node> nodes = new ArrayList<>();
    private long now;

    final class Node {
        private final String id;
        private final Admitting admission;
        StoreEngine store;
        Exchange exchange;

        /** What happens before it decides on something. */
        Runnable beforeDeciding = () -> {};

        boolean isFull;

        Node(String id) {
            this(id, Admitting.EVERYTHING);
        }

        Node(String id, Admitting admission) {
            this.id = id;
            this.admission = admission;
            open();
            nodes.add(this);
        }

        void open() {
            store = StoreEngine.open(StoreConfig.of(StoreConfig.durable(directory.resolve(id + ".wal"))
                            .wal()
                            .withProvider(SubmittedTo.of("file", batch -> requireRoom()))
                            .withNodeId(id)))
                    .orElseThrow();
            exchange = Exchange.open(store, network.connect(node(id)), new SplittableRandom(1), rules())
                    .orElseThrow();
        }

        private void requireRoom() {
            if (isFull) {
                throw new SoftadastraException(ErrorCode.NO_SPACE, "as the test wants it");
            }
        }

        private ExchangeRules rules() {
            ExchangeRules rules =
                    SimulationBug.NONE.rules(InstantSource.system(), 1L << 60, admission, Optional.empty());
            return new ExchangeRules(
                    () -> {
                        beforeDeciding.run();
                        return rules.arbiters().get();
                    },
                    rules.collector(),
                    rules.graceMillis(),
                    rules.chunkBytes(),
                    rules.remembered(),
                    rules.window(),
                    rules.converging(),
                    rules.restNanos(),
                    rules.subscription(),
                    rules.covering(),
                    rules.memberships(),
                    rules.retentionNanos(),
                    rules.clock());
        }

        void kill() {
            store.close();
        }

        /** Its log is gone, and it begins again with none. */
        void lose() {
            kill();
            Path log = directory.resolve(id + ".wal");
            try (Stream<Path> all = Files.walk(log)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            open();
        }

        void put(String key, int bytes) {
            store.put(Key.of(key), Value.of(new byte[bytes])).orElseThrow();
        }

        /** How many operations stand under a key. */
        int beside(String key) {
            return contents().getOrDefault(key, Set.of()).size();
        }

        /** What stands under each key, by who has written it and when. */
        Map<String, Set<String>> contents() {
            Map<String, Set<String>> all = new TreeMap<>();
            long unused = store.replication()
                    .standing(
                            Optional.empty(),
                            each -> all.computeIfAbsent(each.key().asString(), key -> new TreeSet<>())
                                    .add(each.id().toString()))
                    .orElseThrow();
            return all;
        }

        /** The key that it has come to. */
        Optional<String> through() {
            return exchange.progress().map(each -> each.through().asString());
        }
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> node.store.close());
    }

    static NodeId node(String id) {
        return NodeId.of(id).orElseThrow();
    }

    /** Of some nodes the others hear nothing from here on; of none of them, if there are none. */
    void cutOff(String... ids) {
        network.cutOff(Stream.of(ids).map(PartsNodes::node).collect(Collectors.toSet()));
    }

    /** The time of the next step. */
    long next() {
        now += 100_000_000;
        return now;
    }

    void tick(Node... some) {
        long time = next();
        for (Node node : some) {
            var unused = node.exchange.tick(time).orElseThrow();
        }
    }

    void tick(int times, Node... some) {
        for (int i = 0; i < times; i++) {
            tick(some);
        }
    }

    /** Writes so many entries from a number on, behind which a checkpoint is. */
    static void fill(Node node, String prefix, int from, int to) {
        for (int i = from; i < to; i++) {
            node.put(key(prefix, i), 100);
        }
        node.store.checkpoint().orElseThrow();
    }

    static String key(String prefix, int number) {
        return String.format("%s%03d", prefix, number);
    }
}

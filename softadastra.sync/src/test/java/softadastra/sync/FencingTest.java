package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.store.Key;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;

/** Members that are silent for long, leave, are forgotten, or come with a log that is not the one they had. */
class FencingTest {

    private static final Duration GRACE = Duration.ofMinutes(1);
    private static final Duration RETENTION = Duration.ofHours(1);

    private static final ExchangeRules RULES = ExchangeRules.standard(
            GRACE.toMillis(), RETENTION.toNanos(), Policies.NONE, Admitting.EVERYTHING, Optional.empty());

    @TempDir
    Path directory;

    private Instant time = Instant.parse("2026-01-01T00:00:00Z");
    private final InMemoryNetwork network = new InMemoryNetwork(1);
    private final List<Node> nodes = new ArrayList<>();

    private final class Node {
        final NodeId id;
        final List<SyncEvent> events = new ArrayList<>();
        StoreEngine store;
        Exchange exchange;
        boolean up = true;

        Node(String name) {
            id = NodeId.of(name).orElseThrow();
            open();
            nodes.add(this);
        }

        Path log() {
            return directory.resolve(id + ".wal");
        }

        void open() {
            WalConfig config = WalConfig.durable(log()).withNodeId(id.value()).withClock(() -> time);
            store = StoreEngine.open(StoreConfig.of(config)).orElseThrow();
            exchange = Exchange.open(store, network.connect(id), new SplittableRandom(1), RULES)
                    .orElseThrow();
            up = true;
        }

        void close() {
            exchange.close().orElseThrow();
            store.close();
            up = false;
        }

        void tick() {
            exchange.tick(Duration.between(Instant.EPOCH, time).toNanos()).orElseThrow();
            events.addAll(exchange.tellOfMembers());
        }

        void put(String key, String value) {
            store.put(Key.of(key), Value.fromString(value)).orElseThrow();
        }

        Map<String, String> contents() {
            return store.entries()
                    .collect(Collectors.toMap(
                            entry -> entry.key().asString(),
                            entry -> entry.value().asString(),
                            (one, other) -> one,
                            TreeMap::new));
        }

        Set<String> members() {
            return exchange.members().current().stream()
                    .map(origin -> origin.node().value())
                    .collect(Collectors.toSet());
        }
    }

    @AfterEach
    void close() {
        nodes.stream().filter(node -> node.up).forEach(Node::close);
    }

    /** Seconds, with three steps of each node in each, until there is nothing left to tell. */
    private void pass(long seconds) {
        for (long i = 0; i < seconds; i++) {
            time = time.plusSeconds(1);
            for (int step = 0; step < 3; step++) {
                nodes.stream().filter(node -> node.up).forEach(Node::tick);
            }
        }
    }

    private void passMinutes(long minutes) {
        for (long i = 0; i < minutes; i++) {
            time = time.plusSeconds(59);
            pass(1);
        }
    }

    @Test
    void whoIsSilentForTooLongIsNotWaitedForAndComesBackWithWhatOnlyItHas() {
        Node a = new Node("a");
        Node b = new Node("b");
        Node c = new Node("c");
        a.put("old", "1");
        a.put("both", "1");
        pass(20);
        assertEquals(Set.of("a", "b", "c"), c.members());
        assertEquals(a.contents(), c.contents());
        network.cutOff(Set.of(c.id));
        a.store.remove(Key.of("old")).orElseThrow();
        a.put("both", "of a");
        c.put("mine", "of c");
        c.put("both", "of c");
        passMinutes(30);
        assertEquals(Set.of("a", "b", "c"), a.members());
        assertEquals(1, a.store.replication().remembered().orElseThrow());
        passMinutes(60);
        assertEquals(Set.of("a", "b"), a.members());
        assertEquals(Set.of("a", "b"), b.members());
        assertTrue(a.events.contains(new SyncEvent.MemberFenced(c.id)), a.events.toString());
        assertEquals(0, a.exchange.state().outboxSize());
        // A promise covers what is forgotten: the clock has to go on.
        a.put("later", "1");
        b.put("later still", "1");
        passMinutes(5);
        assertEquals(0, a.store.replication().remembered().orElseThrow());
        network.cutOff(Set.of());
        pass(30);
        Map<String, String> expected = Map.of("both", "of c", "mine", "of c", "later", "1", "later still", "1");
        assertEquals(expected, a.contents());
        assertEquals(expected, b.contents());
        assertEquals(expected, c.contents());
        assertEquals(List.of(new SyncEvent.Rebased(2)), returns(c));
        // What it is on top of is reported.
        assertEquals(
                List.of("of a"),
                c.exchange.conflicts().all().stream()
                        .map(conflict -> conflict.lost().orElseThrow().asString())
                        .toList());
        nodes.forEach(node -> assertEquals(0, node.exchange.state().outboxSize(), node.id.value()));
    }

    private static List<SyncEvent> returns(Node node) {
        return node.events.stream()
                .filter(event -> event instanceof SyncEvent.Rebased)
                .toList();
    }

    @Test
    void aRemovalThatIsRememberedLeavesTheLogAsItIs() {
        Node a = new Node("a");
        Node b = new Node("b");
        a.put("k", "1");
        pass(20);
        a.store.remove(Key.of("k")).orElseThrow();
        pass(20);
        assertEquals(1, a.store.replication().remembered().orElseThrow());
        long last = a.store.stats().lastSequence();
        long lastOfB = b.store.stats().lastSequence();
        pass(20);
        assertEquals(last, a.store.stats().lastSequence());
        assertEquals(lastOfB, b.store.stats().lastSequence());
    }

    @Test
    void halfOfThemFencesNobody() {
        Node a = new Node("a");
        Node b = new Node("b");
        pass(20);
        network.cutOff(Set.of(b.id));
        passMinutes(120);
        assertEquals(Set.of("a", "b"), a.members());
        assertEquals(Set.of("a", "b"), b.members());
    }

    @Test
    void whoTakesItsLeaveIsNotWaitedForUntilItIsOpenedAgain() {
        Node a = new Node("a");
        Node b = new Node("b");
        pass(20);
        b.exchange.leave().orElseThrow();
        pass(2);
        b.close();
        pass(2);
        assertEquals(Set.of("a"), a.members());
        a.put("k", "1");
        b.open();
        b.put("l", "2");
        pass(20);
        assertEquals(Set.of("a", "b"), a.members());
        assertEquals(Map.of("k", "1", "l", "2"), a.contents());
        assertEquals(a.contents(), b.contents());
    }

    @Test
    void anOlderLogInThePlaceOfALogIsNoticed() throws Exception {
        Node a = new Node("a");
        Node b = new Node("b");
        b.put("first", "1");
        pass(20);
        b.close();
        Path copy = directory.resolve("copy");
        copy(b.log(), copy);
        b.open();
        b.put("second", "2");
        pass(20);
        Origin before = b.exchange.self();
        b.close();
        delete(b.log());
        copy(copy, b.log());
        b.open();
        b.put("instead of the second", "2");
        pass(30);
        assertFalse(b.exchange.self().equals(before));
        assertTrue(b.events.contains(new SyncEvent.OriginForked(before)), b.events.toString());
        Map<String, String> expected = Map.of("first", "1", "second", "2", "instead of the second", "2");
        assertEquals(expected, a.contents());
        assertEquals(expected, b.contents());
        assertEquals(Set.of("a", "b"), a.members());
    }

    @Test
    void twoCopiesOfOneLogEndUpWithAnErrorAtOneOfThem() throws Exception {
        Node a = new Node("a");
        Node b = new Node("b");
        b.put("k", "1");
        pass(20);
        b.close();
        Path copy = directory.resolve("copy");
        copy(b.log(), copy);
        b.open();
        b.put("of the one", "1");
        pass(20);
        // Both are called b from now on, and hear whatever is said to b.
        SyncTransport line = network.connect(b.id);
        Twin one = new Twin(line);
        Twin two = new Twin(line);
        one.other = two;
        two.other = one;
        StoreEngine of = StoreEngine.open(
                        StoreConfig.of(WalConfig.durable(copy).withNodeId("b").withClock(() -> time)))
                .orElseThrow();
        of.put(Key.of("of the other"), Value.fromString("1")).orElseThrow();
        Exchange first =
                Exchange.open(b.store, one, new SplittableRandom(3), RULES).orElseThrow();
        Exchange other = Exchange.open(of, two, new SplittableRandom(2), RULES).orElseThrow();
        boolean failed = false;
        for (int i = 0; i < 600 && !failed; i++) {
            time = time.plusSeconds(1);
            long now = Duration.between(Instant.EPOCH, time).toNanos();
            a.exchange.tick(now).orElseThrow();
            failed = isForked(first, now) || isForked(other, now);
        }
        of.close();
        assertTrue(failed, "both go on");
    }

    /** One of two ends of one way. */
    private static final class Twin extends NoTransport {
        private final SyncTransport line;
        private final ArrayDeque<byte[]> in = new ArrayDeque<>();
        private @Nullable Twin other;

        Twin(SyncTransport line) {
            this.line = line;
        }

        @Override
        public void send(NodeId to, byte[] message) {
            line.send(to, message);
        }

        @Override
        public Optional<byte[]> receive() {
            Twin to = Objects.requireNonNull(other);
            for (Optional<byte[]> next = line.receive(); next.isPresent(); next = line.receive()) {
                in.add(next.get());
                to.in.add(next.get());
            }
            return Optional.ofNullable(in.poll());
        }

        @Override
        public Set<NodeId> neighbours() {
            return line.neighbours();
        }
    }

    private static boolean isForked(Exchange exchange, long now) {
        try {
            Step unused = exchange.tick(now).orElseThrow();
            return false;
        } catch (SoftadastraException e) {
            assertEquals(ErrorCode.ORIGIN_FORK, e.code());
            return true;
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : files.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    private static void delete(Path log) throws Exception {
        try (Stream<Path> files = Files.walk(log)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}

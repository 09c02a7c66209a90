package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;

/** Nodes in one JVM, with clocks that may be wrong and some of the keys or all of them, in a time that the test makes pass. */
abstract class TimedNodes {

    static final Duration GRACE = Duration.ofMinutes(10);
    final InMemoryNetwork network = new InMemoryNetwork(11);
    final List<Node> nodes = new ArrayList<>();
    Instant time = Instant.parse("2026-01-01T00:00:00Z");

    final class Node {
        final NodeId id;
        final StoreEngine store;
        SyncEngine sync;

        Node(String name, String... prefixes) {
            this(name, Duration.ZERO, prefixes);
        }

        Node(String name, Duration skew, String... prefixes) {
            InstantSource clock = () -> time.plus(skew);
            id = NodeId.of(name).orElseThrow();
            store = StoreEngine.open(
                            StoreConfig.of(WalConfig.memory().withNodeId(name).withClock(clock)))
                    .orElseThrow();
            sync = open(prefixes);
            nodes.add(this);
        }

        SyncEngine open(String... prefixes) {
            SyncConfig config = SyncConfig.local()
                    .withGrace(GRACE)
                    .withPolicy("manual/", ConflictPolicy.MANUAL)
                    .withSubscription(prefixes);
            return SyncEngine.open(store, config, network.connect(id)).orElseThrow();
        }

        void put(String key, String value) {
            store.put(Key.of(key), Value.fromString(value)).orElseThrow();
        }

        void remove(String key) {
            assertTrue(store.remove(Key.of(key)).orElseThrow().deleted());
        }

        Map<String, String> contents() {
            return store.entries()
                    .collect(Collectors.toMap(
                            entry -> entry.key().asString(),
                            entry -> entry.value().asString(),
                            (one, other) -> one,
                            TreeMap::new));
        }

        long outbox() {
            return sync.state().orElseThrow().outboxSize();
        }

        int remembered() {
            return store.replication().remembered().orElseThrow();
        }

        Set<String> lost() {
            return sync.conflicts().orElseThrow().stream()
                    .map(conflict ->
                            conflict.key() + "=" + conflict.lost().orElseThrow().asString())
                    .collect(Collectors.toSet());
        }
    }

    @AfterEach
    void close() {
        for (Node node : nodes) {
            node.sync.close();
            node.store.close();
        }
    }

    /** Minutes, with a step of each node in each second. */
    final void pass(int minutes) {
        for (int i = 0; i < 60 * minutes; i++) {
            step();
        }
    }

    final void step() {
        time = time.plusSeconds(1);
        for (Node node : nodes) {
            node.sync.tick(TimeUnit.SECONDS.toNanos(time.getEpochSecond())).orElseThrow();
        }
    }

    /** Everybody has word of everything, and nobody waits for anybody. */
    final void assertSettled() {
        for (Node node : nodes) {
            assertEquals(nodes.get(0).store.context(), node.store.context(), node.id.value());
            assertEquals(0, node.outbox(), node.id.value());
        }
    }

    /** One writes to two keys of the hub's, one of them with a policy of its own, that it is not told of. */
    final void writeOver(Node hub, Node leaf) {
        hub.put("b/1", "hub");
        hub.put("manual/1", "hub");
        pass(1);
        leaf.put("b/1", "leaf");
        leaf.put("manual/1", "leaf");
        pass(1);
    }

    static Origin origin(Node node) {
        return new Origin(node.id, node.store.identity().epoch());
    }

    /** Has a node go on with a log that begins behind a checkpoint. */
    static void beginAnew(Node node) {
        node.store.checkpoint().orElseThrow();
        node.sync.close();
        node.sync = node.open();
    }
}

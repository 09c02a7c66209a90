package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;

/** What becomes of rejections where a node goes on in a new epoch. */
class RejectionEpochsTest {

    @TempDir
    Path directory;

    private Instant time = Instant.parse("2026-01-01T00:00:00Z");
    private final InMemoryNetwork network = new InMemoryNetwork(1);
    private final List<Node> nodes = new ArrayList<>();

    private final class Node {
        final NodeId id;
        final StoreEngine store;
        final Exchange exchange;

        Node(String name, Admission admission) {
            id = new NodeId(name);
            store = StoreEngine.open(StoreConfig.of(log().withClock(() -> time)))
                    .orElseThrow();
            ExchangeRules rules = ExchangeRules.standard(
                    60_000,
                    Duration.ofDays(30).toNanos(),
                    Policies.NONE,
                    Admitting.of(id, admission, Integer.MAX_VALUE),
                    Optional.empty());
            exchange = Exchange.open(store, network.connect(id), new SplittableRandom(1), rules)
                    .orElseThrow();
            nodes.add(this);
        }

        WalConfig log() {
            return WalConfig.durable(directory.resolve(id + ".wal")).withNodeId(id.value());
        }

        void put(String key) {
            store.put(Key.of(key), Value.fromString("of " + id)).orElseThrow();
        }

        List<OperationId> failed() {
            return exchange.rejecting().failed().stream()
                    .map(FailedOperation::id)
                    .toList();
        }
    }

    private static Admission everything() {
        return (origin, operation) -> Optional.empty();
    }

    private static Admission nothingOf(String node) {
        return (origin, operation) -> origin.value().equals(node) ? Optional.of("no") : Optional.empty();
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> {
            node.exchange.close().orElseThrow();
            node.store.close();
        });
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            time = time.plusSeconds(1);
            for (int step = 0; step < 3; step++) {
                for (Node each : nodes) {
                    Result<Step> unused = each.exchange.tick(
                            Duration.between(Instant.EPOCH, time).toNanos());
                }
            }
        }
    }

    @Test
    void whoHasRejectedSaysSoInTheEpochThatItHasThen() {
        Node a = new Node("a", everything());
        Node c = new Node("c", everything());
        Node b = new Node("b", nothingOf("a"));
        pass(20);
        Origin before = b.exchange.self();
        a.exchange.forget(b.id).orElseThrow();
        pass(60);
        assertNotEquals(before, b.exchange.self());
        assertTrue(c.exchange.members().has(b.exchange.self()));
        a.put("k");
        pass(20);
        assertEquals(
                List.of(b.exchange.self()),
                a.exchange.rejecting().claims().stream()
                        .map(Rejections.Claim::by)
                        .toList());
        assertEquals(Set.of(), b.exchange.rejecting().untoldOperations());
    }

    @Test
    void whatAFenceRefusesHasNotFailed() {
        Node a = new Node("a", everything());
        Node b = new Node("b", nothingOf("a"));
        Node c = new Node("c", everything());
        pass(20);
        // Those who stay have nothing of what a has written, and b has rejected: the limit of its fence is before that.
        network.cutOff(Set.of(c.id));
        a.put("k");
        pass(20);
        List<OperationId> failed = a.failed();
        assertEquals(1, failed.size());
        network.cutOff(Set.of(a.id, b.id));
        c.exchange.forget(b.id).orElseThrow();
        c.exchange.forget(a.id).orElseThrow();
        pass(20);
        network.cutOff(Set.of());
        pass(90);
        assertTrue(c.exchange.members().refuses(failed.get(0)), "beyond the limit");
        assertEquals(Set.of("a", "b", "c"), members(c));
        assertEquals("of a", c.store.get(Key.of("k")).orElseThrow().value().asString());
        // What was written again is rejected again, by another id.
        List<OperationId> again = a.failed();
        assertEquals(1, again.size());
        assertNotEquals(failed, again);
        assertEquals(1, a.exchange.state().failedCount());
        assertEquals(
                ErrorCode.NOT_FOUND,
                a.exchange.rejecting().retry(failed.get(0)).error().code());
        try (SyncLog log = SyncLog.read(a.log()).orElseThrow()) {
            assertEquals(1, log.state().orElseThrow().failedCount());
        }
    }

    private static Set<String> members(Node node) {
        return node.exchange.members().current().stream()
                .map(origin -> origin.node().value())
                .collect(Collectors.toSet());
    }
}

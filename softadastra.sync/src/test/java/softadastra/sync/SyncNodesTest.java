package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraError;
import softadastra.store.Batch;
import softadastra.store.Key;
import softadastra.store.KeyRange;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.store.Watch;

/** Nodes in one JVM, over a network in memory: what an application sees of them. */
@Timeout(300)
class SyncNodesTest {

    private final InMemoryNetwork network = new InMemoryNetwork(7);

    /** A node of the network. */
    private final class Node extends EngineNode {

        Node(String id) {
            this(id, StoreConfig.memoryOnly());
        }

        Node(String id, StoreConfig config) {
            this(id, config, network.connect(new NodeId(id)));
        }

        Node(String id, StoreConfig config, SyncTransport way) {
            super(id, config, SyncConfig.local(), way);
        }
    }

    private static void tick(Node... nodes) {
        for (int i = 0; i < 50; i++) {
            for (Node node : nodes) {
                node.sync.tick().orElseThrow();
            }
        }
    }

    @Test
    void whoWritesCanWaitUntilAllHaveIt() throws Exception {
        Duration patience = Duration.ofMinutes(1);
        try (Node a = new Node("node-a")) {
            assertTrue(a.sync.awaitSynced(patience).orElseThrow(), "nothing was written");
            a.put("k", "v");
            assertFalse(a.sync.awaitSynced(Duration.ZERO).orElseThrow(), "there is nobody");
            try (Node b = new Node("node-b")) {
                a.sync.start().orElseThrow();
                b.sync.start().orElseThrow();
                assertTrue(a.sync.awaitSynced(patience).orElseThrow());
                assertEquals(Map.of("k", "v"), b.contents());
            }
            a.put("k", "w");
            var waiting = CompletableFuture.supplyAsync(() -> a.sync.awaitSynced(patience));
            a.sync.close();
            assertEquals(ErrorCode.INVALID_STATE, waiting.get().error().code());
            Thread.currentThread().interrupt();
            try (Node alone = new Node("node-c")) {
                alone.put("k", "v");
                assertEquals(
                        ErrorCode.INTERRUPTED,
                        alone.sync.awaitSynced(patience).error().code());
                assertTrue(Thread.interrupted());
            }
        }
    }

    @Test
    void whoHasYetToGetWhatOthersHoldIsToldHowMuchThatIs() {
        int all = 1_000;
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            tick(a, b);
            for (int i = 0; i < all; i++) {
                a.put("k" + i, "v");
            }
            boolean partly = false;
            for (int i = 0; i < 50; i++) {
                a.sync.tick().orElseThrow();
                b.sync.tick().orElseThrow();
                long ahead = b.sync.peers().orElseThrow().get(0).ahead();
                assertTrue(ahead == 0 || ahead == all - b.contents().size(), "ahead: " + ahead);
                partly |= ahead > 0 && ahead < all;
            }
            assertTrue(partly, "it had all of it at once");
            assertEquals(a.contents(), b.contents());
            assertEquals(0, a.sync.peers().orElseThrow().get(0).ahead());
        }
    }

    /** A log in memory lets go what nobody has pinned. */
    @Test
    void whoLagsBehindWhatALogInMemoryStillHasCatchesUp() {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            a.put("first", "1");
            tick(a, b);
            Value value = Value.of(new byte[1_000]);
            for (int i = 0; i < 20_000; i++) {
                a.store.put(Key.of("k" + i % 500), value).orElseThrow();
            }
            assertTrue(a.store.replication().start().orElseThrow().sequence() > 1, "it has all of it");
            tick(a, b);
            assertEquals(a.contents(), b.contents());
            assertEquals(0, a.sync.state().orElseThrow().outboxSize());
        }
    }

    @Test
    void conflictsThatThereIsNoRoomForAreCountedAndTold(@TempDir Path directory) {
        StoreConfig durable = StoreConfig.durable(directory.resolve("a.wal"));
        List<SyncEvent> events = new ArrayList<>();
        try (Node b = new Node("node-b")) {
            try (Node a = new Node("node-a", durable)) {
                a.sync.addListener(events::add);
                // At once: each by itself waits for the disk.
                Batch batch = new Batch();
                for (int i = 0; i < Conflicts.MAX_COUNT + 7; i++) {
                    batch.put(Key.of("k" + i), Value.fromString("a"));
                    b.put("k" + i, "b");
                }
                a.store.write(batch).orElseThrow();
                tick(a, b);
                assertEquals(a.contents(), b.contents());
                SyncReport report = a.sync.report().orElseThrow();
                assertEquals(Conflicts.MAX_COUNT, report.conflicts());
                assertEquals(7, report.conflictsDropped());
                List<SyncEvent> dropped = events.stream()
                        .filter(SyncEvent.ConflictsDropped.class::isInstance)
                        .toList();
                assertEquals(new SyncEvent.ConflictsDropped(7), dropped.get(dropped.size() - 1));
                assertEquals(dropped.size(), Set.copyOf(dropped).size(), dropped::toString);
                a.store.checkpoint().orElseThrow();
            }
            events.clear();
            try (Node a = new Node("node-a", durable)) {
                a.sync.addListener(events::add);
                tick(a, b);
                assertEquals(7, a.sync.report().orElseThrow().conflictsDropped());
                assertTrue(events.stream().noneMatch(SyncEvent.ConflictsDropped.class::isInstance));
            }
        }
    }

    @Test
    void whatIsWrittenOnOneNodeIsOnTheOther() {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            a.put("user:1", "Gaspard");
            assertEquals(1, a.sync.state().orElseThrow().outboxSize());
            tick(a, b);
            assertEquals(Map.of("user:1", "Gaspard"), b.contents());
            SyncState state = a.sync.state().orElseThrow();
            assertEquals(0, state.outboxSize());
            assertEquals(1, state.acknowledgedCount());
            a.put("user:2", "Softadastra");
            assertEquals(1, a.sync.state().orElseThrow().outboxSize(), "before the next step");
            assertEquals(
                    List.of(NodeId.of("node-b").orElseThrow()),
                    a.sync.peers().orElseThrow().stream().map(PeerState::node).toList());
        }
    }

    @Test
    void aRestartForgetsNeitherWhatWasAcknowledgedNorWhatWasNot(@TempDir Path directory) {
        StoreConfig durable = StoreConfig.durable(directory.resolve("a.wal"));
        try (Node b = new Node("node-b")) {
            try (Node a = new Node("node-a", durable)) {
                a.put("user:1", "Gaspard");
                tick(a, b);
                network.cutOff(Set.of(NodeId.of("node-b").orElseThrow()));
                a.put("user:2", "Softadastra");
                tick(a, b);
            }
            try (Node a = new Node("node-a", durable)) {
                SyncState state = a.sync.state().orElseThrow();
                assertEquals(1, state.outboxSize());
                assertEquals(1, state.acknowledgedCount());
                assertEquals(0, state.failedCount(), "no way to a peer is no failure");
                a.store.checkpoint().orElseThrow();
            }
            try (StoreEngine alone =
                            StoreEngine.open(durable.withNodeId("node-a")).orElseThrow();
                    SyncEngine sync = SyncEngine.open(alone, SyncConfig.local()).orElseThrow()) {
                assertEquals(1, sync.state().orElseThrow().outboxSize(), "without a transport");
                assertEquals("node-b", sync.peers().orElseThrow().get(0).node().value());
            }
            try (Node a = new Node("node-a", durable)) {
                assertEquals(1, a.sync.state().orElseThrow().outboxSize(), "behind a checkpoint");
                network.cutOff(Set.of());
                tick(a, b);
                assertEquals(0, a.sync.state().orElseThrow().outboxSize());
                assertEquals(a.contents(), b.contents());
            }
        }
    }

    @Test
    void twoThatWroteOfflineAgreeByRuleAndTellOfTheOther() {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            LinkedBlockingQueue<SyncEvent> events = new LinkedBlockingQueue<>();
            a.sync.addListener(events::add);
            network.cutOff(Set.of(NodeId.of("node-a").orElseThrow()));
            a.put("doc/1", "local");
            b.put("doc/1", "remote");
            tick(a, b);
            network.cutOff(Set.of());
            tick(a, b);
            assertEquals(a.contents(), b.contents());
            List<Conflict> conflicts = a.sync.conflicts().orElseThrow();
            assertEquals(1, conflicts.size());
            String lost = conflicts.get(0).lost().orElseThrow().asString();
            assertEquals(Set.of("local", "remote"), Set.of(lost, a.contents().get("doc/1")));
            assertEquals(conflicts, b.sync.conflicts().orElseThrow());
            assertTrue(events.stream()
                    .anyMatch(event -> event instanceof SyncEvent.ConflictDecided decided
                            && decided.conflict().equals(conflicts.get(0))));
        }
    }

    @Test
    void threadsBringItOverByThemselves() throws Exception {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            network.loseOneIn(4);
            network.repeatOneIn(5);
            a.sync.start().orElseThrow();
            b.sync.start().orElseThrow();
            CountDownLatch arrived = new CountDownLatch(500);
            Watch watch =
                    b.store.watch(KeyRange.all(), change -> arrived.countDown()).orElseThrow();
            for (int i = 0; i < 500; i++) {
                a.put("key:" + i, "value " + i);
            }
            arrived.await();
            watch.close();
            assertEquals(a.contents(), b.contents());
            assertTrue(network.lost() > 0);
        }
    }

    @Test
    void aListenerThatThrowsKeepsNothingFromOthersNorFromItself() {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            List<SyncEvent> thrower = new ArrayList<>();
            List<SyncEvent> other = new ArrayList<>();
            b.sync.addListener(event -> {
                thrower.add(event);
                throw new IllegalStateException("no " + event);
            });
            b.sync.addListener(other::add);
            for (String key : List.of("k", "l")) {
                a.put(key, "a");
                b.put(key, "b");
            }
            List<Throwable> thrown = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                a.sync.tick().orElseThrow();
                try {
                    b.sync.tick().orElseThrow();
                } catch (IllegalStateException e) {
                    thrown.add(e);
                    thrown.addAll(List.of(e.getSuppressed()));
                }
            }
            assertEquals(other, thrower);
            assertEquals(
                    other.stream().map(event -> "no " + event).toList(),
                    thrown.stream().map(Throwable::getMessage).toList());
            assertEquals(
                    b.sync.conflicts().orElseThrow(),
                    other.stream()
                            .filter(SyncEvent.ConflictDecided.class::isInstance)
                            .map(event -> ((SyncEvent.ConflictDecided) event).conflict())
                            .toList());
            assertEquals(2, b.sync.conflicts().orElseThrow().size());
        }
    }

    /** A way on which nothing arrives from one moment to another: whoever asks says so, and waits. */
    private static SyncTransport held(SyncTransport way, CountDownLatch from, CountDownLatch asked, CountDownLatch to) {
        InvocationHandler held = (proxy, method, arguments) -> {
            if (from.getCount() == 0 && method.getName().equals("receive")) {
                asked.countDown();
                assertTrue(to.await(2, TimeUnit.MINUTES));
            }
            return method.invoke(way, arguments);
        };
        return (SyncTransport) Proxy.newProxyInstance(
                SyncTransport.class.getClassLoader(), new Class<?>[] {SyncTransport.class}, held);
    }

    private static Optional<String> failure(Node node) {
        return node.sync.failure().map(SoftadastraError::message);
    }

    @Test
    void aListenerThatThrowsIsAFailureThatIsToldAndEndsNothing() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        SyncTransport way = held(network.connect(new NodeId("node-b")), told, asked, seen);
        try (Node a = new Node("node-a");
                Node b = new Node("node-b", StoreConfig.memoryOnly(), way)) {
            b.sync.addListener(event -> {
                told.countDown();
                throw new IllegalStateException("no such listener");
            });
            a.put("doc/1", "local");
            b.put("doc/1", "remote");
            a.sync.start().orElseThrow();
            b.sync.start().orElseThrow();
            // Once the next step begins, the one whose listener has thrown has ended.
            assertTrue(asked.await(1, TimeUnit.MINUTES));
            Optional<String> failure = failure(b);
            seen.countDown();
            assertEquals(
                    Optional.of("a step of sync has failed: java.lang.IllegalStateException: no such listener"),
                    failure);
            CountDownLatch arrived = new CountDownLatch(1);
            Watch watch =
                    b.store.watch(KeyRange.all(), change -> arrived.countDown()).orElseThrow();
            a.put("after", "it");
            assertTrue(arrived.await(1, TimeUnit.MINUTES));
            watch.close();
            // Waits for the end of the step that has brought it.
            b.sync.stop();
            assertEquals(Optional.empty(), failure(b));
        }
    }

    @Test
    void closingBehindTheStoreIsFine() {
        Node a = new Node("node-a");
        a.sync.start().orElseThrow();
        a.store.close();
        a.sync.close();
        a.sync.close();
    }

    @Test
    void aListenerThatStopsTheEngineIsNotWaitedFor() throws Exception {
        try (Node a = new Node("node-a");
                Node b = new Node("node-b")) {
            CountDownLatch told = new CountDownLatch(1);
            b.sync.addListener(event -> {
                b.sync.close();
                told.countDown();
            });
            a.put("doc/1", "local");
            b.put("doc/1", "remote");
            a.sync.start().orElseThrow();
            b.sync.start().orElseThrow();
            assertTrue(told.await(1, TimeUnit.MINUTES));
            assertEquals(ErrorCode.INVALID_STATE, b.sync.tick().error().code());
            b.put("after", "the engine the store goes on");
        }
    }
}

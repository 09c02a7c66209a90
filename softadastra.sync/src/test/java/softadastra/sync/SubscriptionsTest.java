package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraError;
import softadastra.store.Key;
import softadastra.store.Origin;
import softadastra.store.Skip;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;

/** Nodes that want some of the keys, beside one that has all. */
class SubscriptionsTest {

    private static final Duration GRACE = Duration.ofMinutes(10);

    private final InMemoryNetwork network = new InMemoryNetwork(11);
    private final List<Node> nodes = new ArrayList<>();
    private Instant time = Instant.parse("2026-01-01T00:00:00Z");

    private final class Node {
        final NodeId id;
        final StoreEngine store;
        SyncEngine sync;

        Node(String name, String... prefixes) {
            id = NodeId.of(name).orElseThrow();
            store = StoreEngine.open(
                            StoreConfig.of(WalConfig.memory().withNodeId(name).withClock(() -> time)))
                    .orElseThrow();
            sync = open(prefixes);
            nodes.add(this);
        }

        private SyncEngine open(String... prefixes) {
            SyncConfig config = SyncConfig.local()
                    .withGrace(GRACE)
                    .withPolicy("manual/", ConflictPolicy.MANUAL)
                    .withSubscription(prefixes);
            return SyncEngine.open(store, config, network.connect(id)).orElseThrow();
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
    private void pass(int minutes) {
        for (int i = 0; i < 60 * minutes; i++) {
            time = time.plusSeconds(1);
            for (Node node : nodes) {
                node.sync.tick(TimeUnit.SECONDS.toNanos(time.getEpochSecond())).orElseThrow();
            }
        }
    }

    @Test
    void whatIsWantedIsChosenWithoutAWayToAnybodyToo() {
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            SyncConfig some = SyncConfig.local().withSubscription("a/");
            SyncEngine.open(store, some).orElseThrow().close();
            try (SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow()) {
                assertEquals(List.of("a/"), sync.report().orElseThrow().subscription());
            }
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    SyncEngine.open(store, SyncConfig.local().withSubscription("b/"))
                            .error()
                            .code());
        }
    }

    @Test
    void eachHasWhatItWantsAndWhatItHasWrittenAndNobodyWaits() {
        Node hub = new Node("hub");
        Node a = new Node("a", "a/");
        Node b = new Node("b", "b/", "c/");
        hub.put("a/hub", "1");
        hub.put("b/hub", "2");
        a.put("a/a", "3");
        a.put("c/a", "4");
        b.put("d/b", "5");
        pass(1);
        assertEquals(Map.of("a/hub", "1", "b/hub", "2", "a/a", "3", "c/a", "4", "d/b", "5"), hub.contents());
        assertEquals(Map.of("a/hub", "1", "a/a", "3", "c/a", "4"), a.contents());
        assertEquals(Map.of("b/hub", "2", "c/a", "4", "d/b", "5"), b.contents());
        for (Node node : nodes) {
            assertEquals(hub.store.context(), node.store.context(), node.id.value());
            assertEquals(0, node.outbox(), node.id.value());
        }
        assertEquals(List.of("b/", "c/"), b.sync.report().orElseThrow().subscription());
        assertEquals(
                Map.of("a", List.of("a/"), "hub", List.of()),
                b.sync.peers().orElseThrow().stream()
                        .collect(Collectors.toMap(peer -> peer.node().value(), PeerState::subscription)));
    }

    @Test
    void whoComesLateIsToldWhatItWantsOfWhatStands() {
        Node hub = new Node("hub");
        for (int i = 0; i < 200; i++) {
            hub.put("a/" + i, "value " + i);
            hub.put("b/" + i, "value " + i);
        }
        hub.store.checkpoint().orElseThrow();
        hub.put("a/200", "behind it");
        hub.put("b/200", "behind it");
        Node late = new Node("late", "a/");
        late.put("a/late", "its own");
        pass(1);
        assertEquals(202, late.contents().size());
        assertTrue(late.contents().keySet().stream().allMatch(key -> key.startsWith("a/")));
        assertEquals(hub.store.context(), late.store.context());
        assertEquals("its own", hub.contents().get("a/late"));
        // It goes on so after a restart.
        late.sync.close();
        late.sync = late.open();
        hub.put("a/201", "more");
        hub.put("b/201", "more");
        pass(1);
        assertEquals(203, late.contents().size());
        assertEquals(hub.store.context(), late.store.context());
    }

    @Test
    void whoLacksSomethingTellsNobodyThatItIsThere() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        hub.put("a/1", "wanted");
        hub.put("b/1", "not wanted");
        pass(1);
        network.cutOff(Set.of(hub.id));
        Node other = new Node("other");
        leaf.put("a/2", "of its own");
        pass(1);
        assertEquals(Map.of("a/1", "wanted"), other.contents(), "what follows on what it was not told of has to wait");
        assertFalse(other.store.context().includes(hub.store.context()));
        assertNotEquals(0, leaf.outbox());
        network.cutOff(Set.of());
        pass(1);
        assertEquals(Map.of("a/1", "wanted", "a/2", "of its own", "b/1", "not wanted"), other.contents());
        assertEquals(other.contents(), hub.contents());
        assertEquals(0, leaf.outbox());
    }

    @Test
    void aWriteToWhatOneIsNotToldOfIsAConflict() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        hub.put("b/1", "hub");
        hub.put("manual/1", "hub");
        pass(1);
        leaf.put("b/1", "leaf");
        leaf.put("manual/1", "leaf");
        pass(1);
        assertEquals(Map.of("b/1", "leaf", "manual/1", "leaf"), hub.contents());
        assertEquals(Set.of("b/1=hub", "manual/1=hub"), hub.lost());
        hub.put("b/1", "later");
        pass(1);
        assertEquals("leaf", leaf.contents().get("b/1"), "it is told of nothing there");
    }

    @Test
    void removalsAreForgottenWhereSomeWantThemAndSomeDoNot() {
        Node hub = new Node("hub");
        Node a = new Node("a", "a/");
        Node b = new Node("b", "b/");
        hub.put("a/1", "1");
        b.put("a/1", "of one who is not told");
        pass(1);
        assertEquals(a.contents(), hub.contents());
        a.store.remove(Key.of("a/1")).orElseThrow();
        pass(1);
        assertEquals(Map.of(), hub.contents());
        assertNotEquals(0, hub.remembered());
        for (int i = 0; i < 3; i++) {
            // Clocks go on with what is written, and promises with clocks.
            pass((int) GRACE.toMinutes());
            hub.put("c/1", "later " + i);
        }
        pass(1);
        for (Node node : nodes) {
            assertEquals(0, node.remembered(), node.id.value());
        }
        assertEquals(Map.of("c/1", "later 2"), hub.contents());
        assertEquals(Map.of(), a.contents());
    }

    @Test
    void whatIsLeftOutForAnEarlierEpochOfANodeIsNotLeftOutForThisOne() {
        Node leaf = new Node("leaf", "a/");
        Origin self = new Origin(leaf.id, leaf.store.identity().epoch());
        Origin phone = new Origin(NodeId.of("phone").orElseThrow(), 7);
        SyncTransport pipe = network.connect(phone.node());
        Skip skip = new Skip(phone, 1, 9);
        pipe.send(leaf.id, leavingOut(phone, new Origin(leaf.id, self.epoch() + 1), skip));
        pass(1);
        assertEquals(0, leaf.store.context().counter(phone));
        pipe.send(leaf.id, leavingOut(phone, self, skip));
        pass(1);
        assertEquals(9, leaf.store.context().counter(phone));
    }

    private static byte[] leavingOut(Origin from, Origin to, Skip skip) {
        SyncMessage.State state = new SyncMessage.State(
                from,
                new Cut(9, new Vector(), 0, Members.NONE.digest()),
                Members.NONE,
                0,
                0,
                new TreeSet<>(),
                new TreeMap<>(),
                Optional.empty(),
                new TreeMap<>(),
                false);
        return SyncMessageCodec.encode(SyncMessage.to(to, state, List.of(), Optional.empty(), List.of(skip)));
    }

    @Test
    void aLogKeepsToItsSubscription() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        hub.put("a/1", "1");
        leaf.put("a/2", "2");
        pass(1);
        leaf.sync.close();
        for (String other : List.of("", "b/", "a/1")) {
            SoftadastraError error = SyncEngine.open(
                            leaf.store, SyncConfig.local().withSubscription(other), network.connect(leaf.id))
                    .error();
            assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
            assertTrue(
                    error.message()
                            .contains("this log is subscribed to [a/], and "
                                    + (other.isEmpty() ? "all keys" : "[" + other + "]")),
                    error::message);
        }
        leaf.sync = leaf.open();
        assertEquals(List.of("a/"), leaf.sync.report().orElseThrow().subscription());
        hub.sync.close();
        SoftadastraError error = SyncEngine.open(
                        hub.store, SyncConfig.local().withSubscription("a/"), network.connect(hub.id))
                .error();
        assertTrue(error.message().contains("this log is subscribed to all keys, and [a/]"), error::message);
        hub.sync = hub.open("");
    }

    @Test
    void aSubscriptionIsASetOfPrefixes() {
        Subscription some = Subscription.of(List.of("a/", "a/b/", "c", "c"));
        assertEquals(Set.of("a/", "c"), some.prefixes());
        assertTrue(some.matches(Key.of("a/b/1")) && some.matches(Key.of("c")));
        assertFalse(some.matches(Key.of("a")) || some.matches(Key.of("b")));
        assertTrue(some.covers(Subscription.of(List.of("a/x", "cc"))));
        assertFalse(some.covers(Subscription.of(List.of("a/", "b"))));
        assertTrue(Subscription.EVERYTHING.covers(some));
        assertFalse(some.covers(Subscription.EVERYTHING));
        assertEquals(Subscription.EVERYTHING, Subscription.of(List.of("", "a")));
        ByteWriter out = new ByteWriter();
        some.write(out);
        assertEquals(some, Subscription.read(new ByteReader(out.toByteArray())));
    }

    @Test
    void ofPrefixesThereAreOnlySoMany() {
        List<String> many = IntStream.rangeClosed(0, Subscription.MAX_PREFIXES)
                .mapToObj(i -> "prefix" + (100 + i))
                .toList();
        ByteWriter out = new ByteWriter();
        Subscription.of(many).write(out);
        assertThrows(MalformedDataException.class, () -> Subscription.read(new ByteReader(out.toByteArray())));
        assertThrows(
                IllegalArgumentException.class, () -> SyncConfig.local().withSubscription(many.toArray(String[]::new)));
        String large = "x".repeat(Subscription.MAX_PREFIX_BYTES + 1);
        assertThrows(IllegalArgumentException.class, () -> SyncConfig.local().withSubscription(large));
    }
}

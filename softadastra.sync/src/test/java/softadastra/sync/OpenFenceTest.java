package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** What a report says of fences that are open, and of how far a node is with taking part. */
class OpenFenceTest {

    private final InMemoryNetwork network = new InMemoryNetwork(1);
    private final List<Node> nodes = new ArrayList<>();
    private long now;

    private final class Node {
        final NodeId id;
        final StoreEngine store;
        final SyncEngine sync;

        Node(String name) {
            id = new NodeId(name);
            store = StoreEngine.open(StoreConfig.memoryOnly().withNodeId(name)).orElseThrow();
            sync = SyncEngine.open(store, SyncConfig.local(), network.connect(id))
                    .orElseThrow();
            nodes.add(this);
        }

        SyncReport report() {
            return sync.report().orElseThrow();
        }

        Origin origin() {
            return new Origin(id, report().epoch());
        }

        void put(String key) {
            store.put(Key.of(key), Value.fromString("of " + id)).orElseThrow();
        }
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> {
            node.sync.close();
            node.store.close();
        });
    }

    private void pass(int seconds) {
        for (int i = 0; i < 3 * seconds; i++) {
            now += 333_000_000L;
            nodes.forEach(this::step);
        }
    }

    private void step(Node node) {
        var unused = node.sync.tick(now).orElseThrow();
    }

    @Test
    void aFenceIsShownWithThoseItWaitsForUntilItCloses() {
        Node a = new Node("a");
        Node b = new Node("b");
        Node c = new Node("c");
        pass(10);
        assertEquals(List.of(), a.report().openFences());
        assertEquals(SyncStage.TAKES_PART, a.report().stage());
        network.cutOff(Set.of(b.id));
        Origin before = c.origin();
        a.sync.forget(c.id).orElseThrow();
        c.put("k");
        pass(10);
        assertEquals(List.of(new OpenFence(before, List.of(b.id))), a.report().openFences());
        assertEquals(SyncStage.TAKES_PART, a.report().stage());
        // It is on its way back, and stays there.
        assertEquals(List.of(new OpenFence(before, List.of(b.id))), c.report().openFences());
        assertEquals(SyncStage.WRITING_AGAIN, c.report().stage());
        assertEquals(List.of(), b.report().openFences());
        network.cutOff(Set.of());
        pass(40);
        for (Node each : nodes) {
            assertEquals(List.of(), each.report().openFences(), each.id.value());
            assertEquals(SyncStage.TAKES_PART, each.report().stage(), each.id.value());
        }
    }

    @Test
    void whoIsOnItsWayBackLearnsUntilThereIsAWayToSomebody() {
        Node a = new Node("a");
        Node b = new Node("b");
        b.put("k");
        pass(10);
        a.sync.forget(b.id).orElseThrow();
        // It hears that it is fenced, and then nothing any more.
        for (int i = 0; i < 20 && b.report().stage() == SyncStage.TAKES_PART; i++) {
            now += 333_000_000L;
            step(a);
            step(b);
        }
        network.cutOff(Set.of(b.id));
        pass(10);
        assertEquals(SyncStage.LEARNING, b.report().stage());
        network.cutOff(Set.of());
        pass(40);
        assertEquals(SyncStage.TAKES_PART, b.report().stage());
    }

    @Test
    void whoHasLeftSaysSo() {
        Node a = new Node("a");
        Node b = new Node("b");
        pass(10);
        b.sync.leave().orElseThrow();
        assertEquals(SyncStage.LEFT, b.report().stage());
        assertEquals(List.of(), b.report().openFences());
        assertEquals(SyncStage.TAKES_PART, a.report().stage());
    }

    @Test
    void whoHasNeverHadATransportTakesPartAndKnowsOfNoFence() {
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly().withNodeId("a"))
                        .orElseThrow();
                SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow()) {
            SyncReport report = sync.report().orElseThrow();
            assertEquals(SyncStage.TAKES_PART, report.stage());
            assertEquals(List.of(), report.openFences());
        }
    }

    @Test
    void aFenceWaitsForNobodyExactlyWhenItsLimitIsKnown() {
        long seed = 7;
        SplittableRandom random = new SplittableRandom(seed);
        Origin self = new Origin(new NodeId("a"), 1);
        Origin fenced = new Origin(new NodeId("gone"), 1);
        Set<Boolean> seen = new TreeSet<>();
        for (int i = 0; i < 2_000; i++) {
            Members members = Members.NONE.with(self).with(fenced).fence(fenced, Members.OPEN);
            List<Origin> others = List.of(new Origin(new NodeId("b"), 2), new Origin(new NodeId("c"), 3));
            for (Origin each : others) {
                members = members.with(each);
            }
            Map<Origin, Peer> peers = new TreeMap<>();
            for (Origin each : others) {
                Peer peer = new Peer(each, new LogStart(1, CausalContext.EMPTY), Peer.Window.STANDARD);
                if (random.nextInt(8) > 0) {
                    long digest = random.nextInt(8) > 0 ? members.digest() : 1;
                    peer.learn(
                            new Cut(1, holding(fenced, random), 0, digest, random.nextInt(8) == 0), new TreeSet<>(), 0);
                }
                peers.put(each, peer);
            }
            long has = random.nextLong(2);
            boolean known =
                    new Fences().limit(fenced, members, self, peers, has, 0).isPresent();
            List<NodeId> waitsFor =
                    Fences.open(members, self, true, peers, of -> has).get(0).waitsFor();
            assertEquals(known, waitsFor.isEmpty(), "seed " + seed + ", round " + i + ": " + waitsFor);
            boolean unused = seen.add(known);
        }
        assertEquals(2, seen.size());
    }

    private static Vector holding(Origin fenced, SplittableRandom random) {
        return new Vector(new TreeMap<>(Map.of(fenced, random.nextLong(2))));
    }

    @Test
    void aFenceWaitsForThoseWhoHoldLessOfTheFencedOne() {
        Origin self = new Origin(new NodeId("a"), 1);
        Origin other = new Origin(new NodeId("b"), 2);
        Origin fenced = new Origin(new NodeId("gone"), 1);
        Members members = Members.NONE.with(self).with(other).with(fenced).fence(fenced, Members.OPEN);
        Peer peer = new Peer(other, new LogStart(1, CausalContext.EMPTY), Peer.Window.STANDARD);
        peer.learn(
                new Cut(1, new Vector(new TreeMap<>(Map.of(fenced, 3L))), 0, members.digest(), false),
                new TreeSet<>(),
                0);
        Optional<OpenFence> less = waiting(members, self, Map.of(other, peer), 2);
        assertEquals(Optional.of(new OpenFence(fenced, List.of(self.node()))), less);
        Optional<OpenFence> more = waiting(members, self, Map.of(other, peer), 4);
        assertEquals(Optional.of(new OpenFence(fenced, List.of(other.node()))), more);
    }

    private static Optional<OpenFence> waiting(Members members, Origin self, Map<Origin, Peer> peers, long has) {
        return Fences.open(members, self, true, peers, of -> has).stream().findFirst();
    }
}

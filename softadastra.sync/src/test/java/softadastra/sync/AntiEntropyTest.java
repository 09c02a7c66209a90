package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.NodeId;
import softadastra.store.Arbiter;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replication;
import softadastra.store.Standing;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Nodes that hold the same and have something else, since a log is not what it should be, find out and mend it. */
@Timeout(300)
class AntiEntropyTest {

    private final InMemoryNetwork network = new InMemoryNetwork(7);

    /** In seconds from any time on. */
    private long seconds;

    private final class Node extends EngineNode {
        final List<SyncEvent> events = new ArrayList<>();

        Node(String id, SyncConfig config) {
            super(id, StoreConfig.memoryOnly(), config, network.connect(new NodeId(id)));
            sync.addListener(events::add);
        }

        boolean isToldOf(String peer) {
            return events.contains(
                    new SyncEvent.ContentsDiverged(NodeId.of(peer).orElseThrow()));
        }

        boolean isToldOfAny() {
            return events.stream().anyMatch(SyncEvent.ContentsDiverged.class::isInstance);
        }
    }

    private void tick(Node... nodes) {
        for (int i = 0; i < 20; i++) {
            for (Node node : nodes) {
                node.sync.tick(++seconds * 1_000_000_000).orElseThrow();
            }
        }
    }

    /** Rests until all have looked at what the others have. */
    private void rest(Node... nodes) {
        for (int i = 0; i < 10; i++) {
            seconds += 20;
            tick(nodes);
        }
    }

    /** Has a node log what another one has written last, as if it had been decided in another way. */
    private static void log(Node to, Node from, Arbiter wrong) {
        List<OperationRecord> last = new ArrayList<>();
        CausalContext held = to.store.context();
        var unused = from.store
                .operations(1, (sequence, record) -> {
                    if (!held.includes(record.id())) {
                        last.add(OperationRecord.remote(
                                record.id(), record.stamp(), record.version(), Effect.WON, held, record.operation()));
                    }
                    return true;
                })
                .orElseThrow();
        assertEquals(1, last.size());
        var logged = to.store.replication().apply(last, wrong).orElseThrow();
        assertEquals(from.store.context(), to.store.context());
        assertNotEquals(from.contents(), to.contents());
        assertTrue(logged.lastSequence() > 0);
    }

    @Test
    void aValueThatWasWronglyPassedOverIsMended() {
        try (Node a = new Node("a", SyncConfig.local());
                Node b = new Node("b", SyncConfig.local())) {
            for (int i = 0; i < 100; i++) {
                a.put("k" + i, "1");
            }
            tick(a, b);
            rest(a, b);
            assertFalse(a.isToldOfAny() || b.isToldOfAny());
            a.put("k7", "2");
            log(b, a, (incoming, standing) -> Effect.LOST);
            rest(a, b);
            assertEquals("2", b.contents().get("k7"));
            assertEquals(a.contents(), b.contents());
            assertTrue(a.isToldOf("b") && b.isToldOf("a"));
            // Nobody can tell whether what it replaces was reported when it should have gone.
            Conflict replaced = b.sync.conflicts().orElseThrow().get(0);
            assertEquals(Optional.of(Value.fromString("1")), replaced.lost());
            assertEquals(List.of(), a.sync.conflicts().orElseThrow());
            // And it is over.
            a.events.clear();
            rest(a, b);
            assertFalse(a.isToldOfAny());
            b.put("k7", "3");
            tick(a, b);
            assertEquals("3", a.contents().get("k7"));
        }
    }

    @Test
    void whatIsMissingAltogetherMayHaveBeenRemovedAndIsOnlyTold() {
        try (Node a = new Node("a", SyncConfig.local());
                Node b = new Node("b", SyncConfig.local())) {
            tick(a, b);
            a.put("k", "1");
            log(b, a, (incoming, standing) -> Effect.REJECTED);
            rest(a, b);
            assertEquals(Map.of(), b.contents());
            assertTrue(a.isToldOf("b") && b.isToldOf("a"));
            // Once, although it goes on.
            a.events.clear();
            a.put("other", "1");
            tick(a, b);
            rest(a, b);
            assertEquals(Map.of("other", "1"), b.contents());
            assertFalse(a.isToldOfAny());
            // It is over when somebody writes to it.
            a.put("k", "2");
            tick(a, b);
            rest(a, b);
            assertEquals(a.contents(), b.contents());
            a.put("k", "3");
            log(b, a, (incoming, standing) -> Effect.LOST);
            rest(a, b);
            assertTrue(a.isToldOfAny());
        }
    }

    @Test
    void whatShouldStandBesideOthersMayHaveBeenResolvedAndIsOnlyTold() {
        SyncConfig manual = SyncConfig.local().withPolicy("", ConflictPolicy.MANUAL);
        try (Node a = new Node("a", manual);
                Node b = new Node("b", manual)) {
            tick(a, b);
            a.put("k", "1");
            b.put("k", "2");
            Replication to = b.store.replication();
            List<OperationRecord> ofA = new ArrayList<>();
            var unused = a.store
                    .operations(
                            1,
                            (sequence, record) -> ofA.add(OperationRecord.remote(
                                    record.id(),
                                    record.stamp(),
                                    record.version(),
                                    Effect.WON,
                                    CausalContext.EMPTY,
                                    record.operation())))
                    .orElseThrow();
            var logged = to.apply(ofA, (incoming, standing) -> Effect.LOST).orElseThrow();
            assertEquals(1, logged.lost());
            rest(a, b);
            assertEquals(2, a.sync.standing(Key.of("k")).orElseThrow().size());
            assertEquals(1, b.sync.standing(Key.of("k")).orElseThrow().size());
            assertTrue(b.isToldOf("a"));
        }
    }

    @Test
    void whereNodesNeedNotAgreeNobodyIsTold() {
        SyncConfig local = SyncConfig.local().withPolicy("", ConflictPolicy.KEEP_LOCAL);
        SyncConfig strict = SyncConfig.local().withAdmission((origin, operation) -> Optional.of("nothing"));
        try (Node a = new Node("a", local);
                Node b = new Node("b", local)) {
            tick(a, b);
            a.put("k", "1");
            b.put("k", "2");
            rest(a, b);
            assertNotEquals(a.contents(), b.contents());
            assertFalse(a.isToldOfAny() || b.isToldOfAny());
        }
        try (Node c = new Node("c", SyncConfig.local());
                Node d = new Node("d", strict)) {
            tick(c, d);
            c.put("k", "1");
            rest(c, d);
            assertNotEquals(c.contents(), d.contents());
            assertFalse(c.isToldOfAny() || d.isToldOfAny());
        }
    }

    private static final long MILLIS = 1_000_000;

    /** The rules of a simulation, which have slices of 300 bytes and rest for a second. */
    private static ExchangeRules small(AtomicInteger looked) {
        ExchangeRules rules = SimulationBug.NONE.rules(
                InstantSource.system(), 1_000_000_000_000L, Admitting.EVERYTHING, Optional.empty());
        return new ExchangeRules(
                rules.arbiters(),
                rules.collector(),
                rules.graceMillis(),
                rules.chunkBytes(),
                rules.remembered(),
                rules.window(),
                Optional.of(key -> {
                    looked.incrementAndGet();
                    return true;
                }),
                rules.restNanos(),
                rules.subscription(),
                rules.covering(),
                rules.memberships(),
                rules.retentionNanos(),
                rules.clock());
    }

    /** Goes by the rules of a simulation, and counts what it looks at. */
    private static AntiEntropy antiEntropy(StoreEngine store, AtomicInteger looked) {
        Forks forks = new Forks(store.replication());
        return new AntiEntropy(store.replication(), store::context, small(looked), arbiter -> {}, forks);
    }

    private static StoreEngine filled(String id, int entries) {
        StoreEngine store =
                StoreEngine.open(StoreConfig.memoryOnly().withNodeId(id)).orElseThrow();
        for (int i = 0; i < entries; i++) {
            store.put(Key.of("k" + i), Value.of(new byte[100])).orElseThrow();
        }
        return store;
    }

    private static Contents next(AntiEntropy of, StoreEngine store) {
        return of.next(PEER, new Vector(store.context().counters()));
    }

    private static final Origin PEER = new Origin(NodeId.of("peer").orElseThrow(), 7);

    private static SyncMessage message(StoreEngine store, Contents contents) {
        Cut cut = new Cut(1, new Vector(store.context().counters()), 0, Members.NONE.digest(), false);
        SyncMessage.State state = new SyncMessage.State(
                PEER,
                cut,
                Members.NONE,
                0,
                0,
                new TreeSet<>(),
                new TreeSet<>(),
                new TreeMap<>(),
                Optional.empty(),
                new TreeMap<>(),
                false);
        return new SyncMessage(state, List.of(), Optional.empty(), Refusals.NONE, contents);
    }

    @Test
    void noStepLooksAtMoreThanASlice() {
        AtomicInteger looked = new AtomicInteger();
        try (StoreEngine store = filled("a", 500)) {
            AntiEntropy antiEntropy = antiEntropy(store, looked);
            long now = 0;
            while (next(antiEntropy, store).isEmpty()) {
                looked.set(0);
                antiEntropy.step(true, now += MILLIS);
                assertTrue(looked.get() <= 3, () -> looked + " in one step");
            }
            // The peer has nothing at all: whatever stands here is told, each of it once.
            SyncMessage other = message(store, new Contents(new ContentSums().byBucket(), List.of()));
            antiEntropy.hear(other, now);
            List<OperationRecord> told = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                looked.set(0);
                antiEntropy.step(true, now += MILLIS / 4);
                assertTrue(looked.get() <= 3, () -> looked + " in one step");
                if (i % 7 == 0) {
                    told.addAll(next(antiEntropy, store).entries());
                }
            }
            assertEquals(500, told.size());
            // What was lost is told again.
            now += 2_000 * MILLIS;
            for (int i = 0; i < 1_000; i++) {
                antiEntropy.step(true, now += MILLIS / 2);
                told.addAll(next(antiEntropy, store).entries());
            }
            assertEquals(1_000, told.size());
        }
    }

    @Test
    void aStoreThatIsWrittenToNowAndThenIsComparedAllTheSame() {
        try (StoreEngine store = filled("a", 500)) {
            AntiEntropy antiEntropy = antiEntropy(store, new AtomicInteger());
            int complete = 0;
            for (int i = 1; i < 20_000; i++) {
                antiEntropy.step(true, 20L * i * MILLIS);
                complete += next(antiEntropy, store).isEmpty() ? 0 : 1;
                if (i % 60 == 0) {
                    store.put(Key.of("k1"), Value.of(new byte[100])).orElseThrow();
                }
            }
            assertTrue(complete > 0);
        }
    }

    @Test
    void nothingIsTakenWhereTheSumsAreTheSame() {
        try (StoreEngine store = filled("a", 20)) {
            AntiEntropy antiEntropy = antiEntropy(store, new AtomicInteger());
            long now = 0;
            while (next(antiEntropy, store).isEmpty()) {
                antiEntropy.step(true, now += MILLIS);
            }
            antiEntropy.hear(message(store, new Contents(new ContentSums().byBucket(), List.of())), now);
            List<Long> ours = next(antiEntropy, store).sums();
            Key key = Key.of("k3");
            Standing standing = store.replication().standing(key).orElseThrow().get(0);
            // What never was: later than what stands here, and held; not by its name, which nobody takes.
            OperationId other = store.replication()
                    .standing(Key.of("k4"))
                    .orElseThrow()
                    .get(0)
                    .id();
            OperationRecord later = OperationRecord.remote(
                    other,
                    standing.stamp().next(),
                    standing.version(),
                    Effect.WON,
                    CausalContext.EMPTY,
                    Operation.put(key, Value.fromString("wrong")));
            List<Long> others = new ArrayList<>(ours);
            int bucket = ContentSums.bucket(key);
            others.set((bucket + 1) % ContentSums.BUCKETS, 1L);
            antiEntropy.hear(message(store, new Contents(others, List.of(later))), now);
            assertEquals(
                    standing, store.replication().standing(key).orElseThrow().get(0));
            others.set(bucket, 1L);
            antiEntropy.hear(message(store, new Contents(others, List.of(later))), now);
            assertEquals("wrong", store.get(key).orElseThrow().value().asString());
        }
    }
}

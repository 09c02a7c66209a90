package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replication;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.sync.SyncEvent.IdentityForked;

/** One identity with two contents is told, and never merged; what merely comes twice is not. */
@Timeout(60)
class ForksTest {

    private static final HybridTimestamp EARLY = HybridTimestamp.of(1_000_000, 0);
    private static final HybridTimestamp LATE = HybridTimestamp.of(2_000_000, 0);

    private final InMemoryNetwork network = new InMemoryNetwork(1);
    private final SyncTransport line = network.connect(new NodeId("phone"));
    private final Spoken phone = Spoken.by("phone", 9);
    private final List<Node> nodes = new ArrayList<>();
    private long seconds;

    private final class Node {
        final StoreEngine store;
        final SyncEngine sync;
        final List<SyncEvent> events = new ArrayList<>();

        Node(String id, SyncConfig config) {
            store = StoreEngine.open(StoreConfig.memoryOnly().withNodeId(id)).orElseThrow();
            sync = SyncEngine.open(store, config, network.connect(new NodeId(id)))
                    .orElseThrow();
            sync.addListener(events::add);
            nodes.add(this);
        }

        void tick() {
            sync.tick(++seconds * 1_000_000_000).orElseThrow();
        }

        void hear(OperationRecord... operations) {
            line.send(id(), phone.to(origin()).encoded(operations));
            tick();
        }

        void hear(Chunk chunk) {
            line.send(id(), phone.telling(origin(), chunk));
            tick();
        }

        NodeId id() {
            return origin().node();
        }

        Origin origin() {
            return store.replication().origin().orElseThrow();
        }

        String value(String key) {
            return store.get(Key.of(key)).orElseThrow().value().asString();
        }

        List<IdentityForked> told() {
            List<IdentityForked> forks = events.stream()
                    .filter(IdentityForked.class::isInstance)
                    .map(IdentityForked.class::cast)
                    .toList();
            events.clear();
            return forks;
        }
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> {
            node.sync.close();
            node.store.close();
        });
    }

    private OperationRecord put(long counter, HybridTimestamp stamp, String key, String value) {
        return phone.holding(phone.from, counter).put(counter, stamp, key, Value.fromString(value));
    }

    private Chunk part(Vector cut, Optional<Key> through, OperationRecord... survivors) {
        return new Chunk(cut, false, Optional.empty(), through, List.of(survivors), List.of(), List.of(), List.of());
    }

    private OperationId id(long counter) {
        return new OperationId(phone.from, counter);
    }

    @Test
    void anOperationThatComesAgainAsAnotherOneIsTold() {
        Node a = new Node("a", SyncConfig.local());
        a.hear(put(1, EARLY, "k", "one"));
        a.hear(put(1, EARLY, "k", "one"));
        assertEquals(List.of(), a.told(), "it merely came twice");
        a.hear(put(1, LATE, "k", "two"));
        IdentityForked told = new IdentityForked(id(1), Key.of("k"), EARLY, LATE);
        assertEquals(List.of(told), a.told());
        assertEquals(ErrorCode.ORIGIN_FORK, told.error().code());
        assertEquals("one", a.value("k"));
        assertEquals(1, a.sync.report().orElseThrow().forks());
        a.hear(put(1, LATE, "k", "two"));
        assertEquals(List.of(), a.told(), "once");
        // What follows is taken.
        a.hear(put(2, LATE, "k", "three"));
        assertEquals("three", a.value("k"));
        // What stood is gone: nothing can be said of it any more.
        a.hear(put(1, LATE, "k", "four"));
        assertEquals(List.of(), a.told());
        assertTrue(a.sync.conflicts().orElseThrow().stream()
                .noneMatch(each -> each.loser().equals(id(1)) && each.winner().equals(id(1))));
    }

    @Test
    void twoOfOneNameInOneStepAndTwoValuesOfOneStampAreTold() {
        Node a = new Node("a", SyncConfig.local());
        a.hear(put(1, EARLY, "k", "one"), put(1, LATE, "k", "two"));
        assertEquals(List.of(new IdentityForked(id(1), Key.of("k"), EARLY, LATE)), a.told());
        a.hear(put(2, EARLY, "m", "one"));
        a.hear(put(2, EARLY, "m", "two"));
        assertEquals(List.of(new IdentityForked(id(2), Key.of("m"), EARLY, EARLY)), a.told());
        assertEquals("one", a.value("k"));
        assertEquals("one", a.value("m"));
    }

    @Test
    void whatStandsBesideOthersIsNotMerged() {
        Node a = new Node("a", SyncConfig.local().withPolicy("", ConflictPolicy.MANUAL));
        a.store.put(Key.of("k"), Value.fromString("ours")).orElseThrow();
        a.hear(put(1, EARLY, "k", "one"));
        a.hear(put(1, LATE, "k", "two"));
        assertEquals(List.of(new IdentityForked(id(1), Key.of("k"), EARLY, LATE)), a.told());
        assertEquals(2, a.sync.standing(Key.of("k")).orElseThrow().size());
    }

    @Test
    void aPartOfWhatStandsElsewhereIsComparedToo() {
        Node a = new Node("a", SyncConfig.local());
        a.hear(put(1, EARLY, "k", "one"));
        OperationRecord same = put(1, EARLY, "k", "one");
        OperationRecord other = put(1, LATE, "k", "two");
        OperationRecord next = put(2, EARLY, "m", "next");
        a.hear(part(phone.held.copy(), Optional.of(Key.of("k")), same));
        assertEquals(List.of(), a.told());
        a.hear(part(phone.holding(phone.from, 3).held.copy(), Optional.empty(), other, next));
        assertEquals(List.of(), a.told(), "it is not the part to follow");
        Node b = new Node("b", SyncConfig.local());
        b.hear(put(1, EARLY, "k", "one"));
        b.hear(part(phone.held.copy(), Optional.empty(), other, next));
        assertEquals(List.of(new IdentityForked(id(1), Key.of("k"), EARLY, LATE)), b.told());
        assertEquals("one", b.value("k"));
        assertEquals("next", b.value("m"));
    }

    /** It came with a part of what stands elsewhere, and its turn is yet to come. */
    @Test
    void whatStandsBeforeItsTurnStays() {
        Node a = new Node("a", SyncConfig.local());
        a.hear();
        a.hear(part(phone.holding(phone.from, 2).held.copy(), Optional.of(Key.of("k")), put(1, EARLY, "k", "one")));
        assertEquals("one", a.value("k"));
        a.hear(put(1, LATE, "k", "two"));
        assertEquals(List.of(new IdentityForked(id(1), Key.of("k"), EARLY, LATE)), a.told());
        assertEquals("one", a.value("k"));
        Node b = new Node("b", SyncConfig.local());
        b.hear();
        b.hear(part(phone.held.copy(), Optional.of(Key.of("k")), put(1, EARLY, "k", "one")));
        b.hear(put(1, EARLY, "k", "one"));
        assertEquals(List.of(), b.told(), "it is the same");
    }

    /** Two nodes hold the same identities, and have not had any of them twice. */
    @Test
    void sumsThatDifferBringItToLight() {
        Node a = new Node("a", SyncConfig.local());
        Node b = new Node("b", SyncConfig.local());
        a.store.put(Key.of("other"), Value.fromString("v")).orElseThrow();
        for (int i = 0; i < 20; i++) {
            a.tick();
            b.tick();
        }
        Origin copied = new Origin(new NodeId("copied"), 5);
        apply(a, copied, EARLY, "one");
        apply(b, copied, LATE, "two");
        for (int i = 0; i < 200; i++) {
            seconds += 5;
            a.tick();
            b.tick();
        }
        OperationId forked = new OperationId(copied, 1);
        assertEquals(List.of(new IdentityForked(forked, Key.of("k"), EARLY, LATE)), a.told());
        assertEquals(List.of(new IdentityForked(forked, Key.of("k"), LATE, EARLY)), b.told());
        assertEquals("one", a.value("k"));
        assertEquals("two", b.value("k"));
        assertEquals(List.of(), a.sync.conflicts().orElseThrow());
        // Whoever writes to the key ends it.
        a.store.put(Key.of("k"), Value.fromString("three")).orElseThrow();
        for (int i = 0; i < 20; i++) {
            a.tick();
            b.tick();
        }
        assertEquals("three", b.value("k"));
    }

    private static void apply(Node to, Origin origin, HybridTimestamp stamp, String value) {
        Replication replication = to.store.replication();
        OperationRecord record = OperationRecord.remote(
                new OperationId(origin, 1),
                stamp,
                1,
                Effect.WON,
                CausalContext.EMPTY,
                Operation.put(Key.of("k"), Value.fromString(value)));
        var unused = replication
                .apply(List.of(record), (incoming, standing) -> Effect.WON)
                .orElseThrow();
    }
}

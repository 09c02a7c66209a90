package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.store.Value;

/** A node that comes late is told what stands in parts, none of which is longer than what a transport takes, whatever the policies. */
@Timeout(60)
class PartsTest extends PartsNodes {

    /** All of it is more than a message, and whoever joins writes with every step to what it has, and to what it has yet to get. */
    @Test
    void whatStandsBesideWhatIsWrittenMeanwhileIsNotToldAgain() {
        for (String prefix : List.of("m", "u")) {
            network.loseLongerThan(LONGEST);
            Node a = new Node("a" + prefix);
            fill(a, prefix, 0, 100);
            Node b = new Node("b" + prefix);
            network.cutOff(Set.of(a.exchange.self().node(), b.exchange.self().node()));
            long before = network.lost();
            SplittableRandom random = new SplittableRandom(7);
            Set<String> written = new TreeSet<>();
            for (int i = 0; !hasJoined(a, b); i++) {
                assertTrue(i < 2_000, "it never joins");
                String key = key(prefix, random.nextInt(100));
                if (b.contents().containsKey(key)) {
                    written.add(key);
                }
                b.put(key, 10);
                tick(a, b);
            }
            tick(100, a, b);
            assertEquals(a.contents(), b.contents());
            assertEquals(0, network.lost() - before);
            assertTrue(
                    written.stream()
                            .allMatch(key ->
                                    a.contents().getOrDefault(key, Set.of()).size() > 1),
                    written::toString);
            assertTrue(written.size() > 10, written::toString);
        }
    }

    private static boolean hasJoined(Node at, Node who) {
        return who.store.context().counter(at.exchange.self())
                == at.store.context().counter(at.exchange.self());
    }

    /** Only memory knew what it has written over. */
    @Test
    void soDoesWhoWasKilledMeanwhile() {
        network.loseLongerThan(LONGEST);
        Node a = new Node("a");
        fill(a, "m", 0, 100);
        Node b = new Node("b");
        while (b.contents().size() < 50) {
            tick(a, b);
        }
        b.put(key("m", 20), 10);
        b.put(key("m", 40), 10);
        b.kill();
        b.open();
        Optional<Progress> progress = b.exchange.progress();
        assertEquals(Optional.of(Key.of(key("m", 19))), progress.map(Progress::through));
        tick(200, a, b);
        assertEquals(a.contents(), b.contents());
        assertEquals(2, b.beside(key("m", 20)));
        assertEquals(2, b.beside(key("m", 40)));
        assertEquals(1, b.beside(key("m", 41)));
    }

    @Test
    void whoWasKilledAndHasWrittenOverNothingGoesOnWhereItWas() {
        Node a = new Node("a");
        fill(a, "m", 0, 100);
        Node b = new Node("b");
        b.put(key("m", 3), 10);
        while (b.contents().size() < 50) {
            tick(a, b);
        }
        Optional<Progress> progress = b.exchange.progress();
        b.kill();
        b.open();
        assertTrue(progress.isPresent());
        assertEquals(progress, b.exchange.progress());
    }

    /** It is within the limit of a fence, that somebody held then: nobody refuses it, and nobody can send it. */
    @Test
    void whatIsHeldByNobodyAnyMoreIsWrittenAgain() {
        Node a = new Node("a");
        Node b = new Node("b");
        Node c = new Node("c");
        tick(20, a, b, c);
        fill(b, "k", 0, 100);
        tick(200, a, b, c);
        assertEquals(b.contents(), a.contents());
        assertEquals(b.contents(), c.contents());
        b.lose();
        tick(400, a, b, c);
        assertEquals(Set.of(100L), Set.copyOf(b.exchange.members().fenced().values()));
        b.lose();
        while (b.contents().size() < 50) {
            tick(a, b, c);
        }
        a.lose();
        c.lose();
        Set<String> left = new TreeSet<>(b.contents().keySet());
        tick(400, a, b, c);
        assertTrue(b.contents().keySet().containsAll(left), b.contents()::toString);
        assertEquals(b.contents(), a.contents());
        assertEquals(b.contents(), c.contents());
    }

    /** Of many entries it lacks few: nobody walks over all of them at once. */
    @Test
    void whoLacksFewOfManyGetsThem() {
        Node a = new Node("a");
        fill(a, "k", 0, 300);
        Node b = new Node("b");
        tick(400, a, b);
        assertEquals(a.contents(), b.contents());
        network.cutOff(Set.of(NodeId.of("b").orElseThrow()));
        a.put("k150", 1);
        a.put("z", 1);
        a.store.checkpoint().orElseThrow();
        a.kill();
        a.open();
        network.cutOff(Set.of());
        assertNotEquals(a.contents(), b.contents());
        tick(400, a, b);
        assertEquals(a.contents(), b.contents());
        assertEquals(a.store.context(), b.store.context());
    }

    private static NavigableMap<Key, List<Conflict>> conflicts(int keys, int bytes) {
        Origin origin = new Origin(NodeId.of("a").orElseThrow(), 1);
        NavigableMap<Key, List<Conflict>> conflicts = new TreeMap<>();
        for (int i = 1; i <= keys; i++) {
            Key key = Key.of(key("k", i));
            Conflict conflict = new Conflict(
                    key,
                    new OperationId(origin, 2L * i),
                    new OperationId(origin, 2L * i + 1),
                    HybridTimestamp.ofPacked(i),
                    Optional.of(Value.of(new byte[bytes])));
            conflicts.put(key, List.of(conflict));
        }
        return conflicts;
    }

    /** Of their keys nothing stands that the receiver lacks. */
    @Test
    void whatWasDecidedIsPartOfTheLengthOfAPart() {
        Optional<Key> behind = Optional.empty();
        List<Conflict> told = new ArrayList<>();
        NavigableMap<Key, List<Conflict>> rest = conflicts(40, 100);
        do {
            Part part = new Part(Part.Limits.of(1_000, 10_000), rest, new TreeMap<>());
            part.end();
            Chunk chunk = part.chunk(new Vector(), false, behind);
            assertTrue(chunk.conflicts().size() <= 10, () -> chunk.conflicts().size() + " in one part");
            told.addAll(chunk.conflicts());
            behind = chunk.through();
            rest = behind.map(key -> new TreeMap<>(conflicts(40, 100).tailMap(key, false)))
                    .orElseGet(TreeMap::new);
        } while (behind.isPresent());
        assertEquals(conflicts(40, 100).values().stream().flatMap(List::stream).toList(), told);
    }

    @Test
    void whatWasDecidedAboutAKeyAndFitsIntoNoMessageIsLeftOut() {
        NavigableMap<Key, List<Conflict>> one = new TreeMap<>();
        Key key = Key.of("k");
        one.put(
                key,
                conflicts(40, 1_000).values().stream().flatMap(List::stream).toList());
        Part part = new Part(Part.Limits.of(1_000, 10_000), one, new TreeMap<>());
        assertTrue(part.take(key, 1, List.of(), false));
        part.end();
        assertEquals(
                8, part.chunk(new Vector(), false, Optional.empty()).conflicts().size());
    }

    @Test
    void aPartEndsWhereManyEntriesWereLookedAt() {
        Part part = new Part(Part.Limits.of(640, 10_000), new TreeMap<>(), new TreeMap<>());
        List<Integer> taken = IntStream.range(0, 100)
                .takeWhile(i -> part.take(Key.of(key("k", i)), 1, List.of(), false))
                .boxed()
                .toList();
        assertEquals(9, taken.size());
        Chunk chunk = part.chunk(new Vector(), false, Optional.empty());
        assertEquals(Optional.of(Key.of(key("k", 9))), chunk.through());
        assertEquals(List.of(), chunk.survivors());
    }

    @Test
    void aMessageThatNoTransportTakesIsLost() {
        InMemoryNetwork other = new InMemoryNetwork(1);
        NodeId to = NodeId.of("to").orElseThrow();
        SyncTransport from = other.connect(NodeId.of("from").orElseThrow());
        SyncTransport end = other.connect(to);
        other.loseLongerThan(10);
        from.send(to, new byte[11]);
        assertEquals(Optional.empty(), end.receive());
        assertEquals(1, other.lost());
        from.send(to, new byte[10]);
        assertTrue(end.receive().isPresent());
    }
}

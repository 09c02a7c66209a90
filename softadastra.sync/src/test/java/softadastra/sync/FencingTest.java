package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.store.Key;
import softadastra.store.Origin;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** Members that are silent for long, leave, are forgotten, or come with a log that is not the one they had. */
class FencingTest extends ExchangeNodes {

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

    /** A copy of a node's log as it is now; the node goes on. */
    private Path copyOf(Node node) throws IOException {
        node.close();
        Path copy = directory.resolve("copy");
        copy(node.log(), copy);
        node.open();
        return copy;
    }

    @Test
    void anOlderLogInThePlaceOfALogIsNoticed() throws Exception {
        Node a = new Node("a");
        Node b = new Node("b");
        b.put("first", "1");
        pass(20);
        Path copy = copyOf(b);
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
        Path copy = copyOf(b);
        b.put("of the one", "1");
        pass(20);
        // Both are called b from now on, and hear whatever is said to b.
        Twins ways = new Twins(network.connect(b.id));
        StoreEngine of = openStore(copy, b.id);
        of.put(Key.of("of the other"), Value.fromString("1")).orElseThrow();
        Exchange first = openExchange(b.store, ways.end(), Admitting.EVERYTHING, 3);
        Exchange other = openExchange(of, ways.end(), Admitting.EVERYTHING, 2);
        boolean failed = false;
        for (int i = 0; i < 600 && !failed; i++) {
            time = time.plusSeconds(1);
            a.exchange.tick(now()).orElseThrow();
            failed = isForked(first, now()) || isForked(other, now());
        }
        of.close();
        assertTrue(failed, "both go on");
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

    private static void copy(Path from, Path to) throws IOException {
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

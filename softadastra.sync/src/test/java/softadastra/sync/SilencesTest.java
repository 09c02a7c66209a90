package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.store.Origin;

/**
 * For how long members were silent is counted over all openings of a node, in time that it runs, whatever clocks say. The retention is an
 * hour here, and so what counts at a time seven and a half minutes.
 */
class SilencesTest extends ExchangeNodes {

    private static final Origin SELF = new Origin(NodeId.of("self").orElseThrow(), 1);
    private static final Origin OTHER = new Origin(NodeId.of("other").orElseThrow(), 2);
    private static final Origin THIRD = new Origin(NodeId.of("third").orElseThrow(), 3);
    private static final Members MEMBERS = new Members(new TreeSet<>(List.of(SELF, OTHER, THIRD)), new TreeMap<>());
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private static final Set<String> ALL = Set.of("a", "b", "c");

    /** Three who know each other; the last one is silent from here on. */
    private List<Node> withoutTheThird() {
        List<Node> two = List.of(new Node("a"), new Node("b"));
        Node silent = new Node("c");
        pass(20);
        two.forEach(node -> assertEquals(ALL, node.members()));
        silent.close();
        return two;
    }

    @Test
    void whoIsSilentIsFencedByNodesThatAreRestartedOften() {
        List<Node> two = withoutTheThird();
        for (int i = 0; i < 5; i++) {
            passMinutes(10);
            two.forEach(node -> assertEquals(ALL, node.members()));
            two.forEach(node -> {
                // What it takes the place of has the notes.
                var unused = node.store.checkpoint().orElseThrow();
                node.close();
            });
            // What passes while nobody runs counts for nothing.
            time = time.plus(Duration.ofDays(1));
            two.forEach(Node::open);
        }
        passMinutes(5);
        two.forEach(node -> assertEquals(ALL, node.members()));
        passMinutes(10);
        two.forEach(node -> assertEquals(Set.of("a", "b"), node.members()));
    }

    @Test
    void whoIsSilentIsFencedByNodesThatAreKilledEachTime() {
        List<Node> two = withoutTheThird();
        for (int i = 0; i < 3; i++) {
            // A kill loses less than seven and a half minutes of them.
            passMinutes(20);
            two.forEach(node -> assertEquals(ALL, node.members()));
            two.forEach(Node::kill);
            two.forEach(Node::open);
        }
        passMinutes(25);
        two.forEach(node -> assertEquals(Set.of("a", "b"), node.members()));
    }

    @Test
    void noClockFencesAnybody() {
        List<Node> all = new ArrayList<>(withoutTheThird());
        Node third = nodes.get(2);
        third.open();
        pass(10);
        List<Instant> clocks =
                List.of(time.plus(Duration.ofDays(10_000)), Instant.EPOCH, time.minus(Duration.ofHours(1)), time, time);
        for (Instant clock : clocks) {
            all.forEach(Node::kill);
            third.kill();
            time = clock;
            all.forEach(Node::open);
            // They have it back before the third one.
            passMinutes(5);
            third.open();
            pass(10);
        }
        // Asleep for long, all of them, and one of them wakes last.
        third.kill();
        for (int i = 0; i < 5; i++) {
            time = time.plus(Duration.ofDays(100));
            pass(2);
        }
        third.open();
        pass(10);
        all.forEach(node -> assertEquals(ALL, node.members()));
        nodes.forEach(node -> assertEquals(List.of(), fenced(node)));
    }

    @Test
    void whoWasHeardOfIsSilentFromThenOn() {
        List<Node> two = withoutTheThird();
        Node third = nodes.get(2);
        passMinutes(50);
        third.open();
        pass(5);
        third.kill();
        two.forEach(Node::kill);
        two.forEach(Node::open);
        passMinutes(50);
        two.forEach(node -> assertEquals(ALL, node.members()));
        passMinutes(15);
        two.forEach(node -> assertEquals(Set.of("a", "b"), node.members()));
    }

    @Test
    void whoWasSilentForLongIsListenedToFirst() {
        List<Node> two = withoutTheThird();
        Node third = nodes.get(2);
        two.forEach(Node::close);
        // Each of them is alone, and would fence all others.
        for (Node alone : two) {
            alone.open();
            passMinutes(90);
            alone.close();
        }
        two.forEach(Node::open);
        passMinutes(5);
        third.open();
        passMinutes(20);
        nodes.forEach(node -> assertEquals(ALL, node.members()));
        nodes.forEach(node -> assertEquals(List.of(), fenced(node)));
    }

    private static List<SyncEvent> fenced(Node node) {
        return node.events.stream()
                .filter(event -> event instanceof SyncEvent.MemberFenced)
                .toList();
    }

    @Test
    void silenceCostsANoteNowAndThenAndNotForEver() {
        Node a = new Node("a");
        Node b = new Node("b");
        pass(20);
        long before = a.store.stats().lastSequence();
        passMinutes(120);
        assertEquals(before, a.store.stats().lastSequence(), "while all hear each other");
        assertEquals(before, b.store.stats().lastSequence());
        b.kill();
        passMinutes(119);
        long noted = a.store.stats().lastSequence() - before;
        assertTrue(noted >= 14 && noted <= 16, "notes: " + noted);
        assertEquals(noted, silences(a).size());
        passMinutes(10);
        long most = a.store.stats().lastSequence();
        passMinutes(120);
        assertEquals(most, a.store.stats().lastSequence());
        var unused = a.store.checkpoint().orElseThrow();
        assertEquals(1, silences(a).size());
        assertEquals(
                Map.of(
                        b.exchange.self(),
                        new Silences.Silence(Duration.ofHours(2).toMillis(), false)),
                Silences.decode(silences(a).get(0)));
    }

    private static List<byte[]> silences(Node node) {
        List<byte[]> notes = new ArrayList<>();
        long unused = node.store
                .replication()
                .notes((sequence, typeCode, payload) -> {
                    if (typeCode == Silences.NOTE) {
                        notes.add(payload);
                    }
                })
                .orElseThrow();
        return notes;
    }

    @Test
    void timeThatPassesAtOnceCountsInPart() {
        Silences silences = new Silences(8 * HOUR);
        silences.heard(OTHER, 0);
        assertEquals(MINUTE, silences.of(OTHER, MINUTE));
        assertEquals(MINUTE, silences.of(OTHER, 0), "back");
        assertEquals(MINUTE + HOUR, silences.of(OTHER, 1_000 * HOUR));
        assertEquals(HOUR / 8, passing(new Silences(HOUR), 1_000 * HOUR));
        assertEquals(HOUR, passing(new Silences(1_000 * HOUR), 1_000 * HOUR), "an hour at most");
    }

    private static long passing(Silences silences, long nanos) {
        silences.heard(OTHER, 0);
        return silences.of(OTHER, nanos);
    }

    @Test
    void whatOthersSayIsWaitedForLongerAfterARestartToo() {
        for (boolean isThrough : List.of(false, true)) {
            Silences silences = new Silences(HOUR);
            silences.resume(silent(Duration.ofMinutes(50).toMillis(), isThrough));
            long fence = 0;
            for (long now = 0; fence == 0; now += MINUTE) {
                silences.heard(THIRD, now);
                fence = silences.accused(MEMBERS, SELF, now).contains(OTHER) ? now : 0;
            }
            assertEquals((isThrough ? 18 : 11) * MINUTE, fence);
        }
    }

    private static SortedMap<Origin, Silences.Silence> silent(long millis, boolean isThrough) {
        return new TreeMap<>(Map.of(OTHER, new Silences.Silence(millis, isThrough)));
    }

    @Test
    void whatIsNotedOfSomebodyWhoIsHeardOfGoesAtOnce() {
        Silences silences = new Silences(HOUR);
        silences.resume(silent(Duration.ofHours(3).toMillis(), false));
        silences.heard(THIRD, 0);
        assertEquals(Optional.empty(), silences.news(MEMBERS, SELF, 0), "more than there would be with this retention");
        assertEquals(Optional.empty(), silences.last(MEMBERS, SELF));
        silences.heard(OTHER, 1);
        byte[] note = silences.news(MEMBERS, SELF, 1).orElseThrow();
        assertEquals(Map.of(), Silences.decode(note));
        silences.isInLog(note);
        assertEquals(Optional.empty(), silences.news(MEMBERS, SELF, 2));
    }

    @Test
    void theNoteIsThatOfThePage() {
        String hex = "01" + "01" + "056f74686572" + "0200000000000000" + "e807" + "01";
        byte[] note = HexFormat.of().parseHex(hex);
        assertEquals(silent(1_000, true), Silences.decode(note));
        assertArrayEquals(note, Silences.encode(silent(1_000, true)));
        for (String other : List.of("0200", hex.substring(0, hex.length() - 2) + "02", hex + "00")) {
            byte[] wrong = HexFormat.of().parseHex(other);
            assertThrows(MalformedDataException.class, () -> Silences.decode(wrong));
        }
    }

    @Test
    void whatANewerReleaseHasNotedIsKeptAndRefused() {
        NoteState state = new NoteState();
        byte[] newer = {2, 0};
        state.visit(7, Silences.NOTE, newer);
        assertEquals(
                ErrorCode.UNSUPPORTED_VERSION, state.requireReadable().error().code());
        List<byte[]> kept = new ArrayList<>();
        state.writeTo((typeCode, payload) -> kept.add(payload));
        assertEquals(1, kept.size());
        assertArrayEquals(newer, kept.get(0));
    }
}

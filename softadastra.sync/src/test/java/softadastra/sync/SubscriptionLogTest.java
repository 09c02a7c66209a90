package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraError;
import softadastra.store.Key;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;

/** What a log keeps of who wants what, and who may open it. */
class SubscriptionLogTest extends TimedNodes {

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
    void aLogIsMarkedBeforeAnythingIsLeftOutAndOnce() {
        Subscriptions subscriptions = new Subscriptions();
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            Origin self = new Origin(store.identity().node(), store.identity().epoch());
            Optional<Subscription> some = Optional.of(Subscription.of(List.of("a/")));
            byte[] note =
                    subscriptions.choose(some, self, true, false).orElseThrow().orElseThrow();
            // As if by somebody who knows of no marks.
            long sequence = store.replication().note(Subscriptions.NOTE, note).orElseThrow();
            assertFalse(store.replication().leavesOut());
            for (int i = 0; i < 3; i++) {
                SyncEngine.open(store, SyncConfig.local().withSubscription("a/"))
                        .orElseThrow()
                        .close();
                assertTrue(store.replication().leavesOut());
                assertEquals(sequence + 2, store.stats().lastSequence());
            }
        }
    }

    @Test
    void whoWantsEverythingIsRefusedByNobody() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        assertTrue(leaf.store.replication().leavesOut());
        pass(1);
        assertFalse(hub.store.replication().leavesOut());
    }

    @Test
    void thatANodeWasToldOfAllThatStandsIsKnownForGood() {
        Vector cut = new Vector();
        cut.raise(new Origin(NodeId.of("phone").orElseThrow(), 7), 9);
        Optional<Progress> underWay = Optional.of(new Progress(cut, true, Key.of("b/1")));
        NoteState notes = new NoteState();
        notes.visit(1, Progress.NOTE, Progress.encode(underWay));
        notes = folded(notes);
        assertFalse(notes.hasLearned());
        assertEquals(underWay, notes.progress());
        notes.visit(2, Progress.NOTE, Progress.encode(Optional.empty()));
        notes = folded(notes);
        assertTrue(notes.hasLearned());
        assertEquals(Optional.empty(), notes.progress());
        notes.visit(3, Progress.NOTE, Progress.encode(underWay));
        notes = folded(notes);
        assertTrue(notes.hasLearned());
        assertEquals(underWay, notes.progress());
    }

    /** As behind a checkpoint. */
    private static NoteState folded(NoteState notes) {
        NoteState next = new NoteState();
        notes.writeTo((typeCode, payload) -> next.visit(1, typeCode, payload));
        return next;
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
    void aLogThatHasAPartOfWhatStandsElsewhereIsSubscribedToEverything() {
        Origin phone = new Origin(NodeId.of("phone").orElseThrow(), 7);
        Vector cut = new Vector();
        cut.raise(phone, 9);
        Progress progress = new Progress(cut, false, Key.of("b/1"));
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            assertEquals(
                    1,
                    store.replication()
                            .note(Progress.NOTE, Progress.encode(Optional.of(progress)))
                            .orElseThrow());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    SyncEngine.open(store, SyncConfig.local().withSubscription("a/"))
                            .error()
                            .code());
        }
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
        assertThrows(IllegalArgumentException.class, () -> SyncConfig.local().withSubscription("a/\uD83D"));
        String large = "x".repeat(Subscription.MAX_PREFIX_BYTES + 1);
        assertThrows(IllegalArgumentException.class, () -> SyncConfig.local().withSubscription(large));
    }
}

package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.store.Key;

/** Nodes that want some of the keys, beside one that has all: what each of them comes to have. */
class SubscriptionsTest extends TimedNodes {

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
        assertSettled();
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

    /** Each has what the other one was not told of, and has seen it do something after that. */
    @Test
    void twoWhoWantTheSameAndWriteSomethingElseDoNotWaitForEachOther() {
        Node hub = new Node("hub");
        Node a = new Node("a", "k/");
        Node b = new Node("b", "k/");
        pass(1);
        network.cutOff(Set.of(hub.id));
        a.put("out/a", "1");
        b.put("out/b", "2");
        pass(1);
        a.put("k/a", "3");
        b.put("k/b", "4");
        pass(1);
        assertFalse(b.store.context().counter(origin(a)) > 0, "nobody but a has it");
        beginAnew(a);
        beginAnew(b);
        network.cutOff(Set.of());
        pass(2);
        assertEquals(Map.of("k/a", "3", "k/b", "4", "out/a", "1", "out/b", "2"), hub.contents());
        assertEquals(Map.of("k/a", "3", "k/b", "4", "out/a", "1"), a.contents());
        assertSettled();
    }

    @Test
    void whatSomebodyWhoWantsEverythingHasMayBeLeftOutByWhoeverHasItToo() {
        Node hub = new Node("hub");
        Node a = new Node("a", "k/");
        Node b = new Node("b", "k/");
        a.put("out/a", "1");
        b.put("out/b", "2");
        pass(1);
        network.cutOff(Set.of(hub.id));
        a.put("k/a", "3");
        b.put("k/b", "4");
        pass(1);
        assertEquals(Map.of("k/a", "3", "k/b", "4", "out/b", "2"), b.contents());
        beginAnew(a);
        beginAnew(b);
        // Each has the last of the other one that the hub lacks, behind something that it was not told of itself.
        network.cutOff(Set.of(b.id));
        pass(1);
        assertEquals(Map.of("k/a", "3", "k/b", "4", "out/a", "1", "out/b", "2"), hub.contents());
        network.cutOff(Set.of());
        pass(1);
        assertSettled();
    }

    @Test
    void aWriteToWhatOneIsNotToldOfIsAConflict() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        writeOver(hub, leaf);
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

    /** Who wrote it was never told that it is gone, and who was has forgotten it. */
    @Test
    void whoComesLateAndHearsOfAWriteFromItsWriterDoesNotKeepWhatIsRemovedAndForgotten() {
        Node hub = new Node("hub");
        Node leaf = new Node("leaf", "a/");
        leaf.put("b/1", "1");
        hub.put("b/2", "stays");
        pass(1);
        hub.store.remove(Key.of("b/1")).orElseThrow();
        for (int i = 0; i < 3; i++) {
            pass((int) GRACE.toMinutes());
            hub.put("c/1", "later " + i);
        }
        pass(1);
        assertEquals(0, hub.remembered());
        beginAnew(hub);
        network.cutOff(Set.of(hub.id));
        Node late = new Node("late");
        late.put("d/1", "its own");
        pass(1);
        // Its writer has begun to forget: what stands is to be learned of somebody who wants everything.
        assertEquals(Map.of("d/1", "its own"), late.contents());
        network.cutOff(Set.of());
        pass(1);
        assertEquals(Map.of("b/2", "stays", "c/1", "later 2", "d/1", "its own"), late.contents());
        assertEquals(late.contents(), hub.contents());
    }

    @Test
    void whoHasRemovedSomethingBeforeItMetAnybodyIsLetInByThoseWhoForgetRemovals() {
        Node hub = new Node("hub");
        Node other = new Node("other");
        network.cutOff(Set.of(NodeId.of("late").orElseThrow()));
        Node late = new Node("late", "a/");
        for (Node node : List.of(hub, late)) {
            node.put("a/" + node.id, "value");
            node.put("a/removed", "value");
            node.store.remove(Key.of("a/removed")).orElseThrow();
        }
        for (int i = 0; i < 3; i++) {
            // Clocks go on with what is written, and promises with clocks.
            pass((int) GRACE.toMinutes());
            hub.put("a/hub", "value");
            late.put("a/late", "value");
        }
        pass(1);
        assertEquals(0, hub.remembered());
        network.cutOff(Set.of());
        pass(5);
        Map<String, String> all = Map.of("a/hub", "value", "a/late", "value");
        for (Node node : List.of(hub, other, late)) {
            assertEquals(all, node.contents(), node.id.value());
            assertEquals(0, node.outbox(), node.id.value());
        }
    }
}

package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups that have gone on without each other, and meet again. */
class SplitTest extends TimedNodes {

    /** Nodes that have promised something, and have forgotten a removal. */
    private List<Node> group(String... names) {
        List<Node> group = Stream.of(names).map(Node::new).toList();
        group.get(0).put("old", "1");
        pass(1);
        group.get(0).remove("old");
        pass(20);
        // A promise covers what is forgotten: the clocks have to go on.
        group.forEach(node -> node.put("of " + node.id, "1"));
        pass(30);
        group.forEach(node -> assertEquals(0, node.remembered(), node.id.value()));
        return group;
    }

    private static void forget(Node at, Node... gone) {
        for (Node each : gone) {
            at.sync.forget(each.id).orElseThrow();
        }
    }

    private void assertOne(Map<String, String> expected) {
        Set<String> all = nodes.stream().map(node -> node.id.value()).collect(Collectors.toSet());
        for (Node node : nodes) {
            assertEquals(new TreeMap<>(expected), node.contents(), node.id.value());
            assertEquals(
                    all,
                    Stream.concat(
                                    Stream.of(node.id.value()),
                                    node.sync.peers().orElseThrow().stream()
                                            .map(peer -> peer.node().value()))
                            .collect(Collectors.toSet()),
                    node.id.value());
            assertEquals(0, node.outbox(), node.id.value());
        }
    }

    @Test
    void twoWhoHaveForgottenEachOtherComeTogetherAgain() {
        group("a", "b");
        Node a = nodes.get(0);
        Node b = nodes.get(1);
        network.cutOff(Set.of(b.id));
        forget(a, b);
        forget(b, a);
        pass(1);
        a.put("mine", "of a");
        b.put("mine", "of b");
        b.put("more", "of b");
        a.remove("of b");
        pass(30);
        network.cutOff(Set.of());
        pass(3);
        assertEquals("of b", a.contents().get("more"));
        assertOne(a.contents());
    }

    @Test
    void halvesThatHaveForgottenEachOtherAndTakenOthersInComeTogetherAgain() {
        List<Node> group = group("a", "b", "c", "d");
        network.cutOff(Set.of(group.get(2).id, group.get(3).id));
        forget(group.get(0), group.get(2), group.get(3));
        forget(group.get(2), group.get(0), group.get(1));
        pass(1);
        Node e = new Node("e");
        pass(1);
        network.cutOff(Set.of(group.get(0).id, group.get(1).id, e.id));
        Node f = new Node("f");
        pass(1);
        e.put("by e", "1");
        f.put("by f", "1");
        group.get(1).put("by b", "1");
        group.get(3).put("by d", "1");
        group.get(0).remove("of c");
        pass(1);
        network.cutOff(Set.of());
        pass(5);
        Map<String, String> all = group.get(0).contents();
        assertEquals(Set.of(), missing(all, "by e", "by f", "by b", "by d", "of a", "of b", "of d"));
        assertOne(all);
    }

    private static Set<String> missing(Map<String, String> contents, String... keys) {
        return Stream.of(keys).filter(key -> !contents.containsKey(key)).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "z"})
    void whoIsKnownToNobodyWhoIsLeftComesBackToThem(String name) {
        List<Node> group = group("a", "b", "c");
        Node a = group.get(0);
        Node b = group.get(1);
        network.cutOff(Set.of(b.id, group.get(2).id));
        Node late = new Node(name);
        pass(2);
        assertEquals(a.contents(), late.contents());
        late.put("late", "1");
        // Who has let it in is gone, having told nobody.
        a.sync.close();
        a.store.close();
        nodes.remove(a);
        forget(b, a);
        b.remove("of a");
        b.put("later", "1");
        pass(40);
        b.put("later still", "1");
        pass(2);
        Map<String, Long> epochs = epochs();
        network.cutOff(Set.of());
        pass(1);
        pass(3);
        assertOne(Map.of("of b", "1", "of c", "1", "later", "1", "later still", "1", "late", "1"));
        assertEquals(epochs, epochs());
    }

    /** As a leaf that was away for long does where the hub was replaced meanwhile. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "z"})
    void whoWasFencedComesBackThroughSomebodyItDoesNotKnow(String name) {
        List<Node> group = group("a", "b", "c");
        Node a = group.get(0);
        Node b = group.get(1);
        Node c = group.get(2);
        sleep(c);
        c.put("mine", "of c");
        forget(a, c);
        a.remove("of c");
        Node next = new Node(name);
        pass(30);
        a.put("later", "1");
        pass(30);
        assertEquals(0, next.remembered());
        network.cutOff(Set.of(c.id, next.id));
        nodes.add(c);
        pass(5);
        assertEquals(next.contents(), c.contents());
        network.cutOff(Set.of());
        pass(5);
        assertOne(Map.of("of a", "1", "of b", "1", "later", "1", "mine", "of c"));
        assertEquals(b.contents(), c.contents());
    }

    /** They do nothing until they are among the nodes again. */
    private void sleep(Node... all) {
        nodes.removeAll(List.of(all));
    }

    /** The epochs of the nodes that were there before. */
    private Map<String, Long> epochs() {
        return nodes.stream()
                .filter(node -> node.id.value().equals("b") || node.id.value().equals("c"))
                .collect(Collectors.toMap(
                        node -> node.id.value(), node -> origin(node).epoch()));
    }
}

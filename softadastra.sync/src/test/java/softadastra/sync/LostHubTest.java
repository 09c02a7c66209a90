package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The only node that wants everything is lost: what others had left out is nowhere, and what they have goes on all the same. */
class LostHubTest extends TimedNodes {

    private static final Map<String, String> LEFT = Map.of(
            "a/1", "of hub", "a/2", "of a", "a/3", "later", "a/4", "again", "b/1", "of hub", "b/2", "of b", "b/3",
            "later");

    private Node hub;
    private Node a;
    private Node b;

    @BeforeEach
    void aHubAndTwoWhoWantSome() {
        hub = new Node("hub");
        a = new Node("a", "a/");
        b = new Node("b", "b/");
        pass(1);
        hub.put("a/1", "of hub");
        hub.put("b/1", "of hub");
        hub.put("c/1", "lost");
        a.put("a/2", "of a");
        b.put("b/2", "of b");
        pass(2);
        assertEquals(Map.of("a/1", "of hub", "a/2", "of a"), a.contents());
        assertEquals(Map.of("b/1", "of hub", "b/2", "of b"), b.contents());
        assertEquals(5, hub.contents().size());
        hub.sync.close();
        hub.store.close();
        nodes.remove(hub);
    }

    @Test
    void oneWithItsIdGetsWhatTheOthersHave() {
        a.put("a/3", "later");
        b.put("b/3", "later");
        assertGoesOn(new Node("hub"));
    }

    @Test
    void anotherOneGetsWhatTheOthersHave() {
        a.sync.forget(hub.id).orElseThrow();
        pass(30);
        a.put("a/3", "later");
        b.put("b/3", "later");
        assertGoesOn(new Node("other"));
    }

    private void assertGoesOn(Node next) {
        pass(1);
        next.put("a/4", "again");
        pass(30);
        assertEquals(LEFT, next.contents());
        assertEquals(Map.of("a/1", "of hub", "a/2", "of a", "a/3", "later", "a/4", "again"), a.contents());
        assertEquals(Map.of("b/1", "of hub", "b/2", "of b", "b/3", "later"), b.contents());
        nodes.forEach(node -> assertEquals(0, node.outbox(), node.id.value()));
    }
}

package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Three nodes that are apart for a while, with clocks that are wrong, and what stands when they meet. */
class SyncScenariosTest extends TimedNodes {

    private void assertAllHave(Map<String, String> contents) {
        nodes.forEach(node -> assertEquals(contents, node.contents(), node.id.value()));
    }

    @Test
    void nodesWithClocksAnHourApartAgreeAndWhoHasSeenAValueBeatsIt() {
        Node slow = new Node("slow", Duration.ofHours(-1));
        Node right = new Node("right", Duration.ZERO);
        Node fast = new Node("fast", Duration.ofHours(1));
        pass(1);
        network.cutOff(Set.of(slow.id));
        right.put("doc/1", "right");
        slow.put("doc/1", "slow");
        slow.put("doc/2", "slow");
        fast.put("doc/2", "fast");
        pass(1);
        network.cutOff(Set.of());
        pass(1);
        assertAllHave(Map.of("doc/1", right.contents().get("doc/1"), "doc/2", "fast"));
        for (Node node : nodes) {
            assertEquals(Set.of("doc/1=slow", "doc/2=slow"), node.lost(), node.id.value());
        }
        // Two hours behind the one it has seen the value of.
        slow.put("doc/2", "slow, and knows");
        pass(1);
        assertAllHave(Map.of("doc/1", "right", "doc/2", "slow, and knows"));
        slow.remove("doc/1");
        pass(1);
        assertAllHave(Map.of("doc/2", "slow, and knows"));
    }

    @Test
    void aRemovalIsRememberedUntilEverybodyHasItAndNothingComesBack() {
        Node a = new Node("a", Duration.ZERO);
        Node b = new Node("b", Duration.ZERO);
        Node away = new Node("away", Duration.ofMinutes(-1));
        a.put("doc/1", "first");
        pass(1);
        assertAllHave(Map.of("doc/1", "first"));
        network.cutOff(Set.of(away.id));
        away.put("doc/2", "of its own");
        a.remove("doc/1");
        pass(3 * (int) GRACE.toMinutes());
        assertNotEquals(0, a.remembered(), "one member may still have an older write");
        assertEquals(Map.of("doc/1", "first", "doc/2", "of its own"), away.contents());
        network.cutOff(Set.of());
        pass(3 * (int) GRACE.toMinutes());
        assertAllHave(Map.of("doc/2", "of its own"));
        nodes.forEach(node -> assertEquals(0, node.remembered(), node.id.value()));
        // Behind everything that was forgotten: it is a new value, and stays.
        b.put("doc/1", "again");
        pass(1);
        assertAllHave(Map.of("doc/1", "again", "doc/2", "of its own"));
    }

    @Test
    void aLateWriteOfOneThatHadNotSeenTheRemovalLosesByItsStampAndIsReported() {
        Node a = new Node("a", Duration.ZERO);
        Node late = new Node("late", Duration.ofHours(-1));
        a.put("doc/1", "first");
        pass(1);
        network.cutOff(Set.of(late.id));
        late.put("doc/1", "late");
        time = time.plus(Duration.ofHours(2));
        a.remove("doc/1");
        pass(1);
        network.cutOff(Set.of());
        pass(1);
        assertAllHave(Map.of());
        for (Node node : nodes) {
            assertEquals(
                    List.of("late"),
                    node.sync.conflicts().orElseThrow().stream()
                            .map(conflict -> conflict.lost().orElseThrow().asString())
                            .toList());
        }
    }
}

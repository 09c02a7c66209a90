package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What it costs to remember removals: each record that a node adds to its log takes a force. */
class ForgettingTest extends TimedNodes {

    private static long records(Node node) {
        return node.store.stats().lastSequence();
    }

    @Test
    void whoseClockIsFarAheadHasNobodyPromiseWithEachStep() {
        Node a = new Node("a");
        Node b = new Node("b", GRACE.multipliedBy(2));
        a.put("k", "v");
        pass(1);
        b.remove("k");
        pass(1);
        long before = records(a);
        pass(20);
        // A promise for each half of the grace, and as many marks of what was acknowledged.
        assertTrue(records(a) - before < 20, () -> records(a) - before + " records in 1,200 steps");
        goOn(a, b);
        assertEquals(0, a.remembered());
        assertEquals(0, b.remembered());
    }

    @Test
    void aRemovalThatIsRememberedCostsNothingWithEachStep() {
        Node a = new Node("a");
        Node b = new Node("b");
        a.put("k", "v");
        pass(1);
        a.remove("k");
        pass(1);
        long before = records(a);
        for (int i = 0; i < 300; i++) {
            a.put("key" + i, "v");
            step();
            step();
        }
        long others = records(a) - before - 300;
        // A mark in each second, of which there are two for each write.
        assertTrue(others < 300 + 10, () -> others + " records beside 300 writes");
        assertEquals(1, a.remembered());
        goOn(a, b);
        assertEquals(0, a.remembered());
        assertEquals(a.contents(), b.contents());
    }

    /** What is forgotten is what the clocks are beyond, which go on with what is written. */
    private void goOn(Node... all) {
        for (int i = 0; i < 3; i++) {
            pass(20);
            for (Node each : all) {
                each.put("of " + each.id, "at " + i);
            }
        }
        pass(20);
    }
}

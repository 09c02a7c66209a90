package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;

class CausalContextTest {

    private static final Origin A = new Origin(new NodeId("a"), 1);
    private static final Origin A_AGAIN = new Origin(new NodeId("a"), -1);
    private static final Origin B = new Origin(new NodeId("b"), 1);

    @Test
    void knowsAllOperationsUpToTheCounter() {
        CausalContext context = CausalContext.of(Map.of(A, 3L));
        assertTrue(context.includes(new OperationId(A, 3)));
        assertTrue(context.includes(new OperationId(A, 1)));
        assertFalse(context.includes(new OperationId(A, 4)));
        assertFalse(context.includes(new OperationId(A_AGAIN, 1)));
        assertEquals(0, context.counter(B));
    }

    @Test
    void mergeKnowsWhatEitherKnew() {
        CausalContext one = CausalContext.of(Map.of(A, 3L, B, 1L));
        CausalContext other = CausalContext.of(Map.of(A, 2L, A_AGAIN, 5L));
        CausalContext merged = one.merge(other);
        assertEquals(CausalContext.of(Map.of(A, 3L, B, 1L, A_AGAIN, 5L)), merged);
        assertEquals(merged, other.merge(one));
        assertTrue(merged.includes(one));
        assertTrue(merged.includes(other));
        assertFalse(one.includes(other));
        assertFalse(other.includes(one));
        assertTrue(one.includes(CausalContext.EMPTY));
    }

    @Test
    void deltaOverTheEarlierContextGivesTheLaterOne() {
        CausalContext earlier = CausalContext.of(Map.of(A, 3L, B, 1L));
        CausalContext later = CausalContext.of(Map.of(A, 3L, B, 2L, A_AGAIN, 1L));
        CausalContext delta = later.since(earlier);
        assertEquals(CausalContext.of(Map.of(B, 2L, A_AGAIN, 1L)), delta);
        assertEquals(later, earlier.merge(delta));
    }

    @Test
    void originsAreOrderedByNodeThenUnsignedEpoch() {
        CausalContext context = CausalContext.of(Map.of(B, 1L, A_AGAIN, 1L, A, 1L));
        assertEquals(List.of(A, A_AGAIN, B), List.copyOf(context.counters().keySet()));
        assertEquals("a@0000000000000001:7", new OperationId(A, 7).toString());
    }

    @Test
    void countersBeginAtOne() {
        assertThrows(SoftadastraException.class, () -> CausalContext.of(Map.of(A, 0L)));
    }
}

package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.NodeId;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ChangesTest {

    private static final Origin SELF = new Origin(new NodeId("a"), 7);
    private static final Slot SLOT = new Slot(new byte[] {'k'}, new Stored(null, 0, 0, SELF, 0));

    private final Change first = change(0);
    private final Changes changes = new Changes(first);

    private static Change change(long sequence) {
        Stored stored = new Stored(new byte[1], 1, sequence, SELF, sequence);
        stored.sequence = sequence;
        return new Change(SLOT, stored, false, true, 1, 1, 0, sequence, sequence);
    }

    /** Adds changes, each of them visible and of no use to the writer at once. */
    private void write(long from, long through) {
        for (long sequence = from; sequence <= through; sequence++) {
            changes.append(change(sequence));
            changes.letGo(changes.last());
        }
    }

    /** The collector takes an old link for one that somebody has: it is collected rarely. */
    @Test
    void anOldLinkDoesNotHoldWhatCameLongAfter() {
        write(1, 3);
        WeakReference<Change> later = new WeakReference<>(changes.last());
        assertNotNull(later.get());
        write(4, 6);
        for (int i = 0; i < 20 && later.get() != null; i++) {
            System.gc();
        }
        assertNull(later.get());
    }

    @Test
    void theChainStaysForWhoHoldsIt() {
        write(1, 10);
        changes.hold();
        Change at = changes.reached(10);
        assertEquals(10, at.sequence());
        write(11, 5_000);
        for (long sequence = 11; sequence <= 5_000; sequence++) {
            at = at.next();
            assertNotNull(at);
            assertEquals(sequence, at.sequence());
        }
        assertNull(at.next());
        changes.release();
        write(at.sequence() + 1, 10_000);
        assertNull(changes.last().next());
        assertSame(at, at.next(), "cut");
    }

    /** One that was overtaken between two steps stands where the chain was cut, and has others begin there. */
    @Test
    void whoeverIsOvertakenGoesOnAtTheEnd() throws Exception {
        long total = 2_000_000;
        long[] visible = new long[1];
        List<FutureTask<Long>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            FutureTask<Long> reader = new FutureTask<>(() -> {
                long calls = 0;
                for (long seen = 0; seen < total; calls++) {
                    synchronized (visible) {
                        seen = visible[0];
                    }
                    assertTrue(changes.reached(seen).sequence() >= seen);
                }
                return calls;
            });
            readers.add(reader);
            new Thread(reader).start();
        }
        for (long sequence = 1; sequence <= total; sequence++) {
            changes.append(change(sequence));
            synchronized (visible) {
                visible[0] = sequence;
            }
            changes.letGo(changes.last());
        }
        for (FutureTask<Long> reader : readers) {
            assertTrue(reader.get() > 0);
        }
        assertEquals(total, changes.reached(total).sequence());
    }
}

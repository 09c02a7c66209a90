package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GatheringTest {

    private static final long FORCE_NANOS = 100_000;

    private final Gathering gathering = new Gathering();

    @Test
    void aSingleThreadNeverWaits() {
        for (int group = 0; group < 100; group++) {
            gathering.join(false);
            assertEquals(0, gathering.patience());
            write();
        }
    }

    @Test
    void theLeaderWaitsForThoseWhomTheLastGroupLetGo() {
        join(4);
        gathering.started();
        join(4);
        gathering.finished(FORCE_NANOS);

        assertFalse(gathering.isComplete());
        assertTrue(gathering.patience() > 0);
        join(3);
        assertFalse(gathering.isComplete());
        join(1);
        assertTrue(gathering.isComplete());
        assertEquals(0, gathering.patience());
    }

    @Test
    void whoWaitsInVainWaitsEverMoreSeldom() {
        int waits = 0;
        for (int group = 0; group < 1_000; group++) {
            // One of four is there when the group is to be written; the others come while it is.
            join(1);
            if (gathering.patience() > 0) {
                waits++;
                gathering.waited();
            }
            gathering.started();
            join(3);
            gathering.finished(FORCE_NANOS);
            gathering.started();
            gathering.finished(FORCE_NANOS);
            gathering.started();
            gathering.join(true);
            gathering.join(true);
            gathering.join(true);
            gathering.finished(FORCE_NANOS);
        }
        assertTrue(waits > 0 && waits < 50, "waits: " + waits);
    }

    @Test
    void patienceEndsWithTheTimeOfAForceAndOfTheThreadsReturn() {
        for (int group = 0; group < 200; group++) {
            join(2);
            write();
        }
        join(1);
        long patience = gathering.patience();
        assertTrue(patience > FORCE_NANOS / 2 && patience < 2 * FORCE_NANOS, "patience: " + patience);
    }

    @Test
    void whatIsWrittenAndNotForcedIsStillWaitedFor() {
        join(2);
        gathering.started();
        gathering.unfinished();
        gathering.started();
        gathering.finished(FORCE_NANOS);
        join(1);
        assertFalse(gathering.isComplete());
        join(1);
        assertTrue(gathering.isComplete());
    }

    private void join(int threads) {
        for (int i = 0; i < threads; i++) {
            gathering.join(false);
        }
    }

    private void write() {
        gathering.started();
        gathering.finished(FORCE_NANOS);
    }
}

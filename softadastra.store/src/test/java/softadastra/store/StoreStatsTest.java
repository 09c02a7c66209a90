package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store counts. */
class StoreStatsTest {

    @TempDir
    Path directory;

    private static Key key(int i) {
        return Key.of("k" + i);
    }

    @Test
    void whatIsCountedIsThere() throws InterruptedException {
        try (StoreEngine store = StoreEngine.open(
                        StoreConfig.durable(directory.resolve("a.wal")).withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow()) {
            assertEquals(0, store.stats().entries());
            for (int i = 0; i < 4; i++) {
                store.put(key(i), Value.fromString("12345")).orElseThrow();
            }
            store.remove(key(0)).orElseThrow();
            store.put(key(1), Value.fromString("1")).orElseThrow();
            StoreStats stats = store.stats();
            assertEquals(3, stats.entries());
            assertEquals(3 * 2 + 5 + 5 + 1, stats.liveBytes());
            assertEquals(6, stats.lastSequence());
            assertEquals(6, stats.durableSequence());
            assertEquals(6, stats.appliedSequence());
            assertEquals(0, stats.checkpointSequence());
            assertTrue(stats.totalBytes() >= stats.liveBytes());
            assertEquals(6, stats.wal().appended());
            assertTrue(stats.wal().groups() > 0 && stats.wal().forceLatency().p99() > 0);

            store.checkpoint().orElseThrow();
            assertEquals(6, store.stats().checkpointSequence());
        }
    }

    @Test
    void snapshotsAndWatchesAreCountedWhileTheyAreOpen() throws InterruptedException {
        try (StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly()).orElseThrow()) {
            assertEquals(0, store.stats().snapshots());
            try (Snapshot first = store.snapshot();
                    Snapshot second = store.snapshot()) {
                assertEquals(first.size(), second.size());
                assertEquals(2, store.stats().snapshots());
            }
            assertEquals(0, store.stats().snapshots());
            CountDownLatch told = new CountDownLatch(1);
            try (Watch watch = store.watch("", change -> told.countDown()).orElseThrow()) {
                assertEquals(1, store.stats().watches());
                store.put(key(1), Value.fromString("1")).orElseThrow();
                told.await();
                assertTrue(watch.toldThrough() <= 1);
            }
            assertEquals(0, store.stats().watches());
        }
    }
}

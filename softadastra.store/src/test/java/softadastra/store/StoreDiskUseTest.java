package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@link CheckpointPolicy} promises of the disk: the bytes of all files, looked at while values are overwritten. */
class StoreDiskUseTest {

    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));
    private static final int VALUE_BYTES = 1_000;
    private static final int KEYS = LARGE ? 64_000 : 8_000;
    private static final int ROUNDS = 8;
    private static final int AT_ONCE = 100;

    /** As much of key, value and what the log adds to them. */
    private static final long LIVE = KEYS * (VALUE_BYTES + 80L);

    /** The rest of the segment that a checkpoint ends, the one that it begins, the spare behind that, and the reserve. */
    private static final long IN_ADVANCE = 25 << 20;

    @TempDir
    Path directory;

    private StoreEngine open() {
        return StoreEngine.open(StoreConfig.durable(directory.resolve("node.wal"))
                        .withCheckpoints(CheckpointPolicy.whenGrown().withMinimumBytes(1 << 20)))
                .orElseThrow();
    }

    private static void put(StoreEngine store, int from) {
        Batch batch = new Batch();
        for (int i = from; i < from + AT_ONCE; i++) {
            batch.put(Key.of("key:" + i), Value.of(new byte[VALUE_BYTES]));
        }
        var unused = store.write(batch).orElseThrow();
    }

    /** The bytes of all files of the log. */
    private long onDisk() throws IOException {
        List<Path> files;
        try (var listed = Files.list(directory.resolve("node.wal"))) {
            files = listed.toList();
        }
        long bytes = 0;
        for (Path file : files) {
            bytes += size(file);
        }
        return bytes;
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            // It has just been let go.
            return 0;
        }
    }

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void logAndCheckpointTakeTwiceTheLiveDataAndThreeTimesWhileOneIsWritten() throws IOException {
        List<String> overTime = new ArrayList<>();
        try (StoreEngine store = open()) {
            for (int round = 0; round < ROUNDS; round++) {
                long most = 0;
                for (int i = 0; i < KEYS; i += AT_ONCE) {
                    put(store, i);
                    most = Math.max(most, onDisk());
                    if (isOverdue(store)) {
                        most = Math.max(most, awaitCheckpoint(store));
                        long settled = onDisk();
                        assertTrue(settled <= 2 * LIVE + IN_ADVANCE, () -> settled + " behind a checkpoint");
                    }
                }
                long peak = most;
                assertTrue(peak <= 3 * LIVE + IN_ADVANCE, () -> peak + " while a checkpoint is written");
                overTime.add(String.format(Locale.ROOT, "%.1f", (double) most / LIVE));
            }
            assertEquals(KEYS, store.size());
            assertTrue(store.stats().wal().checkpointSequence() > KEYS, "there were no checkpoints");
        }
        System.out.println("disk at most, as a multiple of " + LIVE + " bytes of live data, in each pass over it: "
                + String.join(" ", overTime) + "; closed: "
                + String.format(Locale.ROOT, "%.1f", (double) onDisk() / LIVE));
    }

    /** So that it does not depend on how fast checkpoints are: what is written meanwhile comes on top. */
    private static boolean isOverdue(StoreEngine store) {
        StoreStats stats = store.stats();
        return stats.lastSequence() - stats.wal().checkpointSequence() > KEYS + 2 * AT_ONCE && stats.entries() == KEYS;
    }

    private long awaitCheckpoint(StoreEngine store) throws IOException {
        long before = store.stats().wal().checkpointSequence();
        long most = 0;
        while (store.stats().wal().checkpointSequence() == before) {
            most = Math.max(most, onDisk());
        }
        return most;
    }
}

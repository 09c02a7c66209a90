package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/** {@code store watch} in a process of its own, beside the owner in this one. */
class WatchTest {
    /** What a process ends with that was asked to stop: 128 and the number of SIGTERM. */
    private static final int STOPPED = 143;

    @TempDir
    Path directory;

    @Test
    void itShowsChangesAsTheyBecomeDurableAndEndsInOrderWhenStopped() {
        assumeTrue(File.separatorChar == '/', "stopping a process in order needs signals");
        Path log = directory.resolve("node.wal");
        List<String> command = List.of(
                "-p",
                System.getProperty("jdk.module.path"),
                "-m",
                "softadastra.cli/softadastra.cli.Main",
                "--wal",
                log.toString(),
                "store",
                "watch",
                "--from",
                "1",
                "--prefix",
                "user:");
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
                ChildJvm watch = ChildJvm.start(ChildJvm.java(), command)) {
            for (int i = 1; i <= 3; i++) {
                store.put(Key.of("other"), Value.fromString("x")).orElseThrow();
                store.put(Key.of("user:1"), Value.fromString("v" + i)).orElseThrow();
                assertEquals(
                        "put user:1 => v" + i + " version=" + i + " sequence=" + 2 * i,
                        watch.line().orElseThrow());
            }
            store.remove(Key.of("user:1")).orElseThrow();
            assertEquals("remove user:1 version=3 sequence=7", watch.line().orElseThrow());
            assertTrue(ProcessHandle.of(watch.pid()).orElseThrow().destroy());
            assertEquals(new ChildJvm.Outcome(STOPPED, ""), watch.toEnd());
        }
    }
}

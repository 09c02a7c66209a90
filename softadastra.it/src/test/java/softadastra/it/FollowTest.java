package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Commands that follow a log, in a process of their own, beside the owner in this one: they end in order when stopped. */
class FollowTest {
    private static final ChildJvm.Outcome IN_ORDER = new ChildJvm.Outcome(ChildJvm.STOPPED, "");

    @TempDir
    Path directory;

    private Path log;

    @BeforeEach
    void begin() {
        assumeTrue(File.separatorChar == '/', "stopping a process in order needs signals");
        log = directory.resolve("node.wal");
    }

    @Test
    void tailShowsRecordsAsTheyBecomeDurable() {
        try (Wal wal = Wal.open(log).orElseThrow();
                WalWriter writer = wal.writer();
                ChildJvm tail = ChildJvm.ofCommand("--wal", log.toString(), "wal", "tail", "--follow")) {
            for (int i = 1; i <= 5; i++) {
                assertEquals(i, writer.append(WalRecordType.PUT, new byte[i]).orElseThrow());
                String line = tail.line().orElseThrow();
                assertTrue(line.startsWith("seq=" + i + " type=PUT status=COMMITTED "), line);
            }
            assertEquals(IN_ORDER, tail.stop());
        }
    }

    @Test
    void watchShowsChangesAsTheyBecomeDurable() {
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
                ChildJvm watch = ChildJvm.ofCommand(
                        "--wal", log.toString(), "store", "watch", "--from", "1", "--prefix", "user:")) {
            for (int i = 1; i <= 3; i++) {
                store.put(Key.of("other"), Value.fromString("x")).orElseThrow();
                store.put(Key.of("user:1"), Value.fromString("v" + i)).orElseThrow();
                assertEquals(
                        "put user:1 => v" + i + " version=" + i + " sequence=" + 2 * i,
                        watch.line().orElseThrow());
            }
            store.remove(Key.of("user:1")).orElseThrow();
            assertEquals("remove user:1 version=3 sequence=7", watch.line().orElseThrow());
            assertEquals(IN_ORDER, watch.stop());
        }
    }
}

package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** {@code wal tail --follow} in a process of its own, beside the owner in this one. */
class TailTest {
    /** What a process ends with that was asked to stop: 128 and the number of SIGTERM. */
    private static final int STOPPED = 143;

    @TempDir
    Path directory;

    @Test
    void itShowsRecordsAsTheyBecomeDurableAndEndsInOrderWhenStopped() {
        assumeTrue(File.separatorChar == '/', "stopping a process in order needs signals");
        Path log = directory.resolve("node.wal");
        List<String> command = List.of(
                "-p",
                System.getProperty("jdk.module.path"),
                "-m",
                "softadastra.cli/softadastra.cli.Main",
                "--wal",
                log.toString(),
                "wal",
                "tail",
                "--follow");
        try (Wal wal = Wal.open(log).orElseThrow();
                WalWriter writer = wal.writer();
                ChildJvm tail = ChildJvm.start(ChildJvm.java(), command)) {
            for (int i = 1; i <= 5; i++) {
                assertEquals(i, writer.append(WalRecordType.PUT, new byte[i]).orElseThrow());
                String line = tail.line().orElseThrow();
                assertTrue(line.startsWith("seq=" + i + " type=PUT status=COMMITTED "), line);
            }
            assertTrue(ProcessHandle.of(tail.pid()).orElseThrow().destroy());
            assertEquals(new ChildJvm.Outcome(STOPPED, ""), tail.toEnd());
        }
    }
}

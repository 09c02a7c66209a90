package softadastra.it.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;

/**
 * A log of 10 GB over 500,000 live keys is written, verified, dumped, replayed, and brought down to a checkpoint, in a JVM with
 * 256 MiB of heap; every byte that comes back is checked.
 *
 * <p>That is with {@code -Dsoftadastra.scale=full}. Else it is a hundredth of it, with a heap to match.
 */
class SmallHeapTest {
    private static final boolean FULL = "full".equals(System.getProperty("softadastra.scale"));
    private static final int PARTS = FULL ? 1 : 100;
    private static final long LOG_BYTES = 10_000_000_000L;
    private static final int KEYS = 500_000;
    private static final int VALUE_BYTES = 100;
    private static final int HEAP_MIB = FULL ? 256 : 32;

    @TempDir
    Path directory;

    @Test
    void aLogOfManyHeapsIsVerifiedDumpedReplayedAndCheckpointed(TestReporter reporter) {
        try (ChildJvm child = ChildJvm.ofTests(
                List.of("-Xmx" + HEAP_MIB + "m"),
                SmallHeapChild.class,
                directory.resolve("large.wal").toString(),
                Integer.toString(KEYS / PARTS),
                Integer.toString(VALUE_BYTES),
                Long.toString(LOG_BYTES / PARTS))) {
            ChildJvm.Outcome outcome = child.toEnd();
            assertEquals(0, outcome.exit(), outcome::output);
            String figures = String.join("; ", outcome.output().lines().toList());
            reporter.publishEntry("log in a heap of " + HEAP_MIB + " MiB", figures);
            System.out.println("log in a heap of " + HEAP_MIB + " MiB: " + figures);
        }
    }
}

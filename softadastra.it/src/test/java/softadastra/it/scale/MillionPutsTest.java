package softadastra.it.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;

/**
 * A million values of 100 bytes under keys of 16 are put without flush, and are all there when the store is opened again, in
 * a JVM with 2 GiB of heap. The times it took are printed, and judged by nobody.
 */
class MillionPutsTest {
    private static final int COUNT = 1_000_000;
    private static final long PAYLOAD = 16 + 100;
    private static final long MOST_OVER_PAYLOAD = 64;

    @TempDir
    Path directory;

    @Test
    void aMillionPutsFitIntoTwoGibibytes() {
        try (ChildJvm child = ChildJvm.ofTests(
                List.of("-Xmx2g"),
                MillionPutsChild.class,
                directory.resolve("node.wal").toString(),
                Integer.toString(COUNT))) {
            ChildJvm.Outcome outcome = child.toEnd();
            assertEquals(0, outcome.exit(), outcome::output);
            List<String> lines = outcome.output().lines().toList();
            long bytes = Long.parseLong(lines.get(lines.size() - 1).replaceFirst(".*: ", "")) / COUNT;
            System.out.println(COUNT + " puts without flush, heap 2 GiB: " + String.join(", ", lines) + ", " + bytes
                    + " per record, " + (bytes - PAYLOAD) + " over key and value");
            assertTrue(bytes <= PAYLOAD + MOST_OVER_PAYLOAD, () -> bytes + " bytes per record");
        }
    }
}

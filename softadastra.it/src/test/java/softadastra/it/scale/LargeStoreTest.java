package softadastra.it.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;

/**
 * A store of 10,000,000 entries is loaded, checkpointed, changed, and killed while it is being written to; it is there again
 * with every entry that was flushed, all in a heap of 4 GiB.
 *
 * <p>That is with {@code -Dsoftadastra.scale=full}. Else it is a hundredth of it, with a heap to match.
 */
class LargeStoreTest {
    private static final boolean FULL = "full".equals(System.getProperty("softadastra.scale"));
    private static final int ENTRIES = FULL ? 10_000_000 : 100_000;
    private static final int HEAP_MIB = FULL ? 4096 : 64;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void aLargeStoreIsThereAgainAfterAKill(TestReporter reporter) {
        List<String> figures = new ArrayList<>();
        try (ChildJvm child = start("fill")) {
            Optional<String> line = child.line();
            while (line.isPresent() && !line.get().equals(LargeStoreChild.FLUSHED)) {
                figures.add(line.get());
                line = child.line();
            }
            assertEquals(Optional.of(LargeStoreChild.FLUSHED), line, figures::toString);
            // It goes on writing, so that the log ends wherever it ends.
            child.kill();
        }
        try (ChildJvm child = start("recover")) {
            ChildJvm.Outcome outcome = child.toEnd();
            figures.add(outcome.output());
            assertEquals(0, outcome.exit(), figures::toString);
        }
        String text = ENTRIES + " entries in a heap of " + HEAP_MIB + " MiB:\n" + String.join("\n", figures);
        reporter.publishEntry(text);
        System.out.println(text);
    }

    private ChildJvm start(String part) {
        return ChildJvm.ofTests(
                List.of("-Xmx" + HEAP_MIB + "m"),
                LargeStoreChild.class,
                directory.resolve("large.wal").toString(),
                Integer.toString(ENTRIES),
                part);
    }
}

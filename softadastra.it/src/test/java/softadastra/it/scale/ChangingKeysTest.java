package softadastra.it.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;

/**
 * A store of 100,000 keys that are put and removed without end, each of them new: heap and disk take no more after 100,000,000
 * operations than after the first few, and opening it reads no more than opening one that never held anything else.
 *
 * <p>That is with {@code -Dsoftadastra.scale=full}; a tenth of it with {@code -Dsoftadastra.slice=ci}, else 400,000.
 */
class ChangingKeysTest {
    private static final int LIVE = 100_000;
    private static final long OPERATIONS = 100_000_000;
    private static final int HEAP_MIB = 160;

    @TempDir
    Path directory;

    private static long parts() {
        if ("full".equals(System.getProperty("softadastra.scale"))) {
            return 1;
        }
        return "ci".equals(System.getProperty("softadastra.slice")) ? 10 : 250;
    }

    @Test
    void heapAndDiskStayBoundedWhileKeysComeAndGo(TestReporter reporter) {
        long operations = OPERATIONS / parts();
        try (ChildJvm child = ChildJvm.ofTests(
                List.of("-Xmx" + HEAP_MIB + "m"),
                ChangingKeysChild.class,
                directory.toString(),
                Integer.toString(LIVE),
                Long.toString(operations))) {
            ChildJvm.Outcome outcome = child.toEnd();
            String figures = operations + " operations over " + LIVE + " changing keys, in a heap of " + HEAP_MIB
                    + " MiB:\n" + outcome.output();
            assertEquals(0, outcome.exit(), figures);
            reporter.publishEntry(figures);
            System.out.println(figures);
        }
    }
}

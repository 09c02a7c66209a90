package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Puts, removals, conditional writes, batches, reads and snapshots of several threads are linearizable: Lincheck makes up
 * scenarios, runs each many times, and looks for an order of the calls that explains all answers. The store stands on the log in
 * memory; it is model checked, switch by switch, and put under stress. A compare-and-set that looks first and writes then is caught.
 *
 * <p>{@code -Dsoftadastra.lincheck=N} sets how many scenarios there are of each kind.
 */
class StoreLincheckTest {
    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));
    private static final int SCENARIOS = Integer.getInteger("softadastra.lincheck", LARGE ? 4 : 2);

    /** In one process: what takes time is that all of a store has to be instrumented. */
    @Test
    void writesAndReadsAreLinearizableAndAMistakeIsCaught(TestReporter reporter) throws Exception {
        String output = run("model", "mistaken-model");
        assertTrue(output.contains("\nmodel: linearizable"), output);
        assertTrue(output.contains("\nmistaken-model: not linearizable"), output);
        reporter.publishEntry("lincheck model", SCENARIOS + " scenarios");
    }

    @Test
    void writesAndReadsAreLinearizableUnderStress(TestReporter reporter) throws Exception {
        String output = run("stress");
        assertTrue(output.contains("\nstress: linearizable"), output);
        reporter.publishEntry("lincheck stress", SCENARIOS + " scenarios");
    }

    private static String run(String... kinds) throws IOException, InterruptedException {
        // Most of what runs is instrumented code that runs but once or twice: the better compiler costs more than it
        // brings.
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:off",
                "-XX:TieredStopAtLevel=1"));
        if (Runtime.version().feature() >= 21) {
            command.add("-XX:+EnableDynamicAgentLoading");
        }
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of(
                "-cp",
                String.join(
                        File.pathSeparator,
                        Path.of("target", "test-classes").toString(),
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path"))));
        command.addAll(List.of(StoreLincheckChild.class.getName(), Integer.toString(SCENARIOS)));
        command.addAll(List.of(kinds));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = "\n" + new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
        return output;
    }
}

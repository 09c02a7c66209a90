package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Appends, flushes and reads of several threads are linearizable: Lincheck makes up scenarios, runs each many times, and
 * looks for an order of the calls that explains all answers.
 *
 * <p>The log in memory is model checked, switch by switch, and put under stress. The log in files has a thread of its own,
 * which Lincheck's model checker cannot lead: with it, it is put under stress, and without it, group commit is model checked,
 * in the large slice, since that takes a minute.
 *
 * <p>{@code -Dsoftadastra.lincheck=N} sets how many scenarios there are of each kind.
 */
class LincheckTest {
    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));
    private static final int SCENARIOS = Integer.getInteger("softadastra.lincheck", LARGE ? 15 : 2);

    private static final int MOST_OF_FILE_MODEL = 4;

    /** The third scenario shows it; there it ends. */
    private static final int SCENARIOS_FOR_A_MISTAKE = 30;

    static Stream<String> kinds() {
        Stream<String> quick = Stream.of("memory-model", "memory-stress", "file-stress");
        return LARGE ? Stream.concat(quick, Stream.of("file-model")) : quick;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void appendsAndReadsAreLinearizable(String kind, TestReporter reporter) throws Exception {
        int scenarios = kind.equals("file-model") ? Math.min(MOST_OF_FILE_MODEL, SCENARIOS) : SCENARIOS;
        String output = run(kind, scenarios);
        assertTrue(output.contains("\nlinearizable: "), output);
        reporter.publishEntry("lincheck " + kind, scenarios + " scenarios");
    }

    @Test
    void anAnswerOfAnotherThreadsAppendIsCaught() throws Exception {
        String output = run("mistaken-model", SCENARIOS_FOR_A_MISTAKE);
        assertTrue(output.contains("not linearizable: "), output);
    }

    private static String run(String kind, int scenarios) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:off"));
        if (Runtime.version().feature() >= 21) {
            command.add("-XX:+EnableDynamicAgentLoading");
        }
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        String tests = Path.of("target", "test-classes").toString();
        command.addAll(List.of(
                "-cp",
                String.join(
                        File.pathSeparator,
                        tests,
                        System.getProperty("jdk.module.path"),
                        System.getProperty("java.class.path"))));
        command.addAll(List.of(LincheckChild.class.getName(), kind, Integer.toString(scenarios)));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = "\n" + new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), output);
        return output;
    }
}

package softadastra.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.it.ChildJvm;
import softadastra.it.Tries;

/**
 * Whatever bytes a file has: never a wrong record, never an exception that is not ours, never more memory than the file is
 * worth. What Jazzer found so far is in {@code src/test/resources/fuzz} and is tried each time; Jazzer itself goes on from
 * there, led by the branches that an input takes.
 *
 * <p>{@code -Dsoftadastra.fuzz=PT10M} lets it go on for that long on each target, and keeps what it finds new in {@code
 * target/fuzz}.
 */
class FuzzTest {
    private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz");
    private static final Path WORK = Path.of("target", "fuzz");
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");
    private static final boolean LARGE =
            System.getProperty("softadastra.slice", "default").equals("ci");

    @ParameterizedTest
    @EnumSource
    void whatWasFoundOnceIsAnsweredRight(FuzzTarget target, TestReporter reporter) throws IOException {
        List<Path> corpus = files(CORPUS.resolve(target.folder()));
        assertFalse(corpus.isEmpty(), "the corpus is missing");
        for (Path file : corpus) {
            byte[] input = Files.readAllBytes(file);
            try {
                target.run(input);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        file + ", base64 " + Base64.getEncoder().encodeToString(input), e);
            }
        }
        reporter.publishEntry("fuzz corpus " + target.folder(), corpus.size() + " inputs");
    }

    @ParameterizedTest
    @EnumSource
    void jazzerFindsNothing(FuzzTarget target, TestReporter reporter) throws IOException {
        Optional<Duration> time =
                Optional.ofNullable(System.getProperty("softadastra.fuzz")).map(Duration::parse);
        assumeTrue(
                time.isPresent() || LARGE || target == FuzzTarget.SEGMENT,
                "this target is fuzzed with -Dsoftadastra.slice=ci, or for as long as -Dsoftadastra.fuzz=PT1M says");
        Path found = Files.createDirectories(WORK.resolve(target.folder()));
        List<String> command = command(target, found);
        command.add(time.map(duration -> "-max_total_time=" + duration.toSeconds())
                .orElseGet(() -> "-runs=" + runs(target)));
        command.add(found.toString());
        command.add(CORPUS.resolve(target.folder()).toString());
        ChildJvm.Outcome outcome = ChildJvm.run(ChildJvm.java(), command);
        assertEquals(0, outcome.exit(), () -> "java " + String.join(" ", command) + "\n" + outcome.output());
        Matcher done = DONE.matcher(outcome.output());
        assertTrue(done.find(), outcome::output);
        String figures = done.group(1) + " executions in " + done.group(2) + " s";
        reporter.publishEntry("fuzz " + target.folder(), figures);
        System.out.println("Jazzer, " + target.folder() + ": " + figures);
    }

    private static List<String> command(FuzzTarget target, Path found) {
        List<String> command = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "-Xshare:off", "-cp"));
        // What Jazzer is to instrument must not be in named modules, so all of it goes on the class path.
        command.add(
                System.getProperty("jdk.module.path") + File.pathSeparator + System.getProperty("softadastra.jazzer"));
        command.add("com.code_intelligence.jazzer.Jazzer");
        command.add("--target_class=" + FuzzDriver.class.getName());
        command.add("--target_args=" + target.name());
        command.add(
                "--instrumentation_includes=softadastra.core.**:softadastra.wal.**:softadastra.store.**:softadastra.sync.**");
        command.add("--reproducer_path=" + found.getParent());
        command.add("-artifact_prefix=" + found.getParent() + File.separator);
        command.add("-seed=" + (int) Tries.seed());
        command.add("-max_len=4096");
        // The heap is what is bounded; what the JVM has besides is not ours.
        command.add("-rss_limit_mb=0");
        return command;
    }

    private static int runs(FuzzTarget target) {
        return switch (target) {
            case SEGMENT, DIRECTORY, CHECKPOINT -> LARGE ? 1_500 : 300;
            case MESSAGE -> 5_000;
            case MARKER, OPERATION, EVENT -> 300_000;
        };
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}

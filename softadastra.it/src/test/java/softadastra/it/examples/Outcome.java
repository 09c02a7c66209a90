package softadastra.it.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How a program ended, and what it printed.
 *
 * @param exitCode 0 where all went well
 * @param output the lines of its standard output
 * @param errors the lines of its error output
 */
record Outcome(int exitCode, List<String> output, List<String> errors) {

    private static final int MINUTES_ALLOWED = 2;

    /** Runs a tool of the JDK that runs this test, in a directory, to its end. */
    static Outcome of(Path directory, String tool, String... arguments) throws IOException, InterruptedException {
        String program = Path.of(System.getProperty("java.home"), "bin", tool).toString();
        Path output = directory.resolve(tool + ".out");
        Path errors = directory.resolve(tool + ".err");
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of(program), Stream.of(arguments)).toList())
                .directory(directory.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        if (!process.waitFor(MINUTES_ALLOWED, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(List.of(arguments) + " did not end within " + MINUTES_ALLOWED + " minutes");
        }
        return new Outcome(process.exitValue(), Files.readAllLines(output), Files.readAllLines(errors));
    }

    /** The same for a program that printed this and nothing else, and was content. */
    static Outcome success(List<String> output) {
        return new Outcome(0, output, List.of());
    }
}

package softadastra.it;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A JVM of its own, as a client's would be: started with a command line, read line by line, and killed. */
public final class ChildJvm implements AutoCloseable {

    /** What a JVM ends with that was asked to stop: 128 and the number of SIGTERM. */
    public static final int STOPPED = 143;

    /** How a JVM ended, and what it printed on both streams. */
    public record Outcome(int exit, String output) {}

    private final Process process;
    private final BufferedReader output;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The launcher of the JDK that the tests run on. */
    public static Path java() {
        return java(Path.of(System.getProperty("java.home")));
    }

    /** The launcher of a JDK or a linked image. */
    public static Path java(Path home) {
        return home.resolve("bin").resolve(File.separatorChar == '\\' ? "java.exe" : "java");
    }

    /** Paths as one argument. */
    public static String path(Collection<Path> parts) {
        return parts.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** Starts the main class of these tests in a JVM that finds what they find, on module path or class path. */
    public static ChildJvm ofTests(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(options);
        Module module = main.getModule();
        if (module.isNamed()) {
            command.addAll(List.of("-p", System.getProperty("jdk.module.path"), "-m"));
            command.add(module.getName() + "/" + main.getName());
        } else {
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        }
        command.addAll(List.of(arguments));
        return start(java(), command);
    }

    /** Starts the {@code softadastra} command. */
    public static ChildJvm ofCommand(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("-p", System.getProperty("jdk.module.path"), "-m", "softadastra.cli/softadastra.cli.Main"));
        command.addAll(List.of(arguments));
        return start(java(), command);
    }

    /** Starts a JVM. */
    public static ChildJvm start(Path java, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Each would have the JVM print a line that is not the program's.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        try {
            return new ChildJvm(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a JVM to its end. */
    public static Outcome run(Path java, List<String> arguments) {
        try (ChildJvm child = start(java, arguments)) {
            return child.toEnd();
        }
    }

    /** What it reads as its standard input. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** The next line it prints; empty at the end. A last line that was cut short is none. */
    public Optional<String> line() {
        StringBuilder line = new StringBuilder();
        try {
            for (int next = output.read(); next != -1; next = output.read()) {
                if (next == '\n') {
                    return Optional.of(line.toString().strip());
                }
                line.append((char) next);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Optional.empty();
    }

    /**
     * Kills it as {@code kill -9} does. What it has printed can still be read: through its handle, since {@code
     * Process.destroyForcibly} would close the pipe.
     */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Asks it to stop, as a terminal does, and waits for its end. */
    public Outcome stop() {
        if (!process.toHandle().destroy()) {
            throw new AssertionError("process " + process.pid() + " cannot be asked to stop");
        }
        return toEnd();
    }

    /** Waits for its end, whatever it has to say; its exit code. */
    public int waitFor() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while a child JVM ran", e);
        }
    }

    /** Closes its input, and waits for its end. */
    public Outcome toEnd() {
        try {
            process.getOutputStream().close();
            String rest = output.lines().collect(Collectors.joining("\n"));
            return new Outcome(process.waitFor(), rest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while a child JVM ran", e);
        }
    }

    /** Kills it if it still runs, and waits until it is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while a child JVM ended", e);
        }
    }
}

package softadastra.it.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import softadastra.it.ChildJvm;

/**
 * Other people's modules. Their sources are in {@code src/test/resources/applications}; they are compiled as their authors
 * would compile them, against nothing but what they name, and packed as jars.
 */
final class Applications {
    private static final Path BASE = Path.of(System.getProperty("basedir", ""));
    private static final Path SOURCES =
            BASE.resolve("src").resolve("test").resolve("resources").resolve("applications");
    private static final Path OUTPUT = BASE.resolve("target").resolve("applications");
    private static final Map<String, Path> BUILT = new ConcurrentHashMap<>();

    private Applications() {}

    /** The jar of an application, compiled on its first use with the given modules of ours to see. */
    static Path jar(String name, Path... modulePath) {
        return BUILT.computeIfAbsent(name, key -> build(key, List.of(modulePath)));
    }

    private static Path build(String name, List<Path> modulePath) {
        Path sources = SOURCES.resolve(name);
        Path classes = OUTPUT.resolve(name);
        Path jar = OUTPUT.resolve(name + ".jar");
        List<String> compile = new ArrayList<>(List.of(
                "--release", "17", "-Xlint:all", "-Werror", "-p", ChildJvm.path(modulePath), "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(compile::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("javac", compile);
        List<String> pack =
                new ArrayList<>(List.of("--create", "--file", jar.toString(), "-C", classes.toString(), "."));
        if (Files.exists(sources.resolve("META-INF"))) {
            pack.addAll(List.of("-C", sources.toString(), "META-INF"));
        }
        run("jar", pack);
        return jar;
    }

    /** Runs a tool of the JDK, which has to succeed. */
    static void run(String tool, List<String> arguments) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int exit = ToolProvider.findFirst(tool).orElseThrow().run(out, out, arguments.toArray(String[]::new));
        assertEquals(0, exit, () -> tool + " " + arguments + " said: " + said);
    }
}

package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The trimmed runtime image that the build links: what is in it, how big it is, and that its launcher starts. */
@Tag("packaged")
class ImageTest {
    private static final Path IMAGE = Path.of(System.getProperty("softadastra.image"));
    private static final boolean WINDOWS =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    private static final long MAX_BYTES = 45_000_000;

    @Test
    void listsExactlyTheExpectedModules() throws Exception {
        List<String> modules = run(IMAGE.resolve("bin/java"), "--list-modules")
                .lines()
                .map(line -> line.replaceFirst("@.*", ""))
                .toList();
        assertEquals(
                List.of(
                        "info.picocli",
                        "java.base",
                        "jdk.crypto.ec",
                        "softadastra.cli",
                        "softadastra.core",
                        "softadastra.sdk",
                        "softadastra.store",
                        "softadastra.sync",
                        "softadastra.transport.http",
                        "softadastra.wal.file",
                        "softadastra.wal.memory",
                        "softadastra.wal.spi"),
                modules);
    }

    @Test
    void isSmall() throws IOException {
        try (Stream<Path> files = Files.walk(IMAGE)) {
            long bytes = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            assertTrue(bytes <= MAX_BYTES, () -> IMAGE + " has " + bytes + " bytes");
        }
    }

    @Test
    void launcherStarts() throws Exception {
        String version = run(IMAGE.resolve(WINDOWS ? "bin/softadastra.bat" : "bin/softadastra"), "--version");
        assertTrue(version.startsWith("softadastra "), version);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void launcherStartsThroughALinkAndFromAPathWithSpaces(@TempDir Path directory) throws Exception {
        Path link = Files.createDirectories(directory.resolve("with spaces")).resolve("softadastra");
        Files.createSymbolicLink(link, IMAGE.resolve("bin/softadastra").toAbsolutePath());
        assertTrue(run(link, "--version").startsWith("softadastra "));
        Path relative = link.resolveSibling("relative");
        Files.createSymbolicLink(relative, link.getFileName());
        assertTrue(run(relative, "--version").startsWith("softadastra "));
        // JUnit warns of links that lead out of what it cleans up.
        Files.delete(link);
    }

    /** What the program printed, on both streams; it has to end with 0. */
    private static String run(Path program, String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                .toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> command + " printed: " + output);
        return output;
    }
}

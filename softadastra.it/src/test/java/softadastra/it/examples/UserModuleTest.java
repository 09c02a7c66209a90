package softadastra.it.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody copies the first guide into a module of their own, which knows nothing of ours but the SDK. */
class UserModuleTest {

    private static final Path GUIDE =
            Path.of(System.getProperty("basedir", ""), "..", "docs", "guides", "getting-started.md");

    /** What the tests stand on, without the tests. */
    private static final String MODULE_PATH = Stream.of(
                    System.getProperty("jdk.module.path").split(File.pathSeparator))
            .filter(element -> Files.exists(Path.of(element)) && !element.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));

    @TempDir
    Path directory;

    @Test
    void theFirstGuideCompilesAndRunsAsItStands() throws Exception {
        Example example = new Example("PersistentStore");
        Path sources = Files.createDirectories(directory.resolve("src"));
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Files.createDirectory(directory.resolve("data"));
        Files.write(sources.resolve("module-info.java"), moduleInfo());
        Files.write(
                sources.resolve("PersistentStore.java"),
                example.source().stream()
                        .map(line -> line.startsWith("package ") ? "package my.app;" : line)
                        .toList());

        Outcome compiled = Outcome.of(
                directory,
                "javac",
                "-Xlint:all",
                "-p",
                MODULE_PATH,
                "-d",
                classes.toString(),
                sources.resolve("module-info.java").toString(),
                sources.resolve("PersistentStore.java").toString());
        assertEquals(Outcome.success(List.of()), compiled);

        Outcome ran = Outcome.of(
                directory,
                "java",
                "-p",
                MODULE_PATH + File.pathSeparator + classes,
                "-m",
                "my.app/my.app.PersistentStore");
        assertEquals(Outcome.success(example.promised()), ran);
    }

    private static List<String> moduleInfo() throws Exception {
        List<String> guide = Files.readAllLines(GUIDE);
        int begin = guide.indexOf("<!-- module -->") + 2;
        int end = begin + guide.subList(begin, guide.size()).indexOf("```");
        return guide.subList(begin, end);
    }
}

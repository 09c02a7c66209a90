package softadastra.it.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The guides quote the examples that the build compiles and runs, and nothing else.
 *
 * <p>A comment says what the block after it quotes: {@code source: NAME} the whole file, {@code main: NAME} its main method,
 * {@code output: NAME} what it prints, {@code module} a module-info that {@link UserModuleTest} compiles. With the system
 * property {@code softadastra.golden=write} the blocks are written anew.
 */
class GuidesTest {

    private static final Path GUIDES =
            Path.of(System.getProperty("basedir", ""), "..", "docs", "guides").normalize();
    private static final Set<String> CODE = Set.of("```java", "```text");

    static List<Path> guides() throws IOException {
        try (Stream<Path> files = Files.list(GUIDES)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("guides")
    void everyBlockOfCodeIsQuotedFromWhatTheBuildRuns(Path guide) throws IOException {
        String quoted = String.join("\n", withQuotes(Files.readAllLines(guide))) + "\n";
        if (System.getProperty("softadastra.golden", "").equals("write")) {
            Files.writeString(guide, quoted);
        }
        assertEquals(quoted, Files.readString(guide), guide::toString);
    }

    @ParameterizedTest
    @MethodSource("guides")
    void everyGuideEndsWithWhatItProvesAndWhatNot(Path guide) throws IOException {
        List<String> headings = Files.readAllLines(guide).stream()
                .filter(line -> line.startsWith("## "))
                .toList();
        assertTrue(headings.contains("## Common mistakes"), guide::toString);
        assertEquals("## What this proves, and what it does not", headings.get(headings.size() - 1), guide::toString);
    }

    @Test
    void everyExampleIsQuotedSomewhere() throws IOException {
        Set<String> quoted = new TreeSet<>();
        for (Path guide : guides()) {
            for (String line : Files.readAllLines(guide)) {
                Mark.of(line).ifPresent(mark -> quoted.add(mark.name()));
            }
        }
        quoted.remove("");
        assertEquals(new TreeSet<>(Example.ALL.stream().map(Example::name).toList()), quoted);
    }

    /** The guide with each marked block replaced by what it is to quote. */
    private static List<String> withQuotes(List<String> guide) throws IOException {
        List<String> result = new ArrayList<>();
        for (int i = 0; i < guide.size(); i++) {
            String line = guide.get(i);
            result.add(line);
            if (!CODE.contains(line)) {
                continue;
            }
            Mark mark = Mark.of(guide.get(i - 1))
                    .orElseThrow(() -> new AssertionError("a block of code that quotes nothing: " + line));
            int end = i + guide.subList(i, guide.size()).indexOf("```");
            result.addAll(mark.quote(guide.subList(i + 1, end)));
            i = end - 1;
        }
        return result;
    }
}

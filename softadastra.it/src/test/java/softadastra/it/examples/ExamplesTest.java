package softadastra.it.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each documented example prints exactly what its document promises. */
class ExamplesTest {

    @TempDir
    Path directory;

    static List<Example> examples() {
        return Example.ALL;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExamplePrintsWhatItsDocumentPromises(Example example) throws Exception {
        Files.createDirectory(directory.resolve("data"));

        Outcome outcome = example.runIn(directory);

        assertEquals(List.of(), outcome.errors());
        assertEquals(0, outcome.exitCode());
        assertLinesMatch(example.promised().stream().map(ExamplesTest::pattern).toList(), outcome.output());
    }

    @Test
    void withoutItsDataDirectoryAnExampleSaysWhatIsMissing() throws Exception {
        Outcome outcome = new Example("PersistentStore").runIn(directory);

        assertTrue(
                String.join("\n", outcome.errors())
                        .contains("failed to open WAL path data/sdk-persistent-store.wal: directory does not exist"),
                outcome::toString);
        assertEquals(List.of(), outcome.output());
    }

    /** The line itself, quoted, with {@code ...} for any text. */
    private static String pattern(String line) {
        return Stream.of(line.split(Pattern.quote("..."), -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
    }
}

package softadastra.wal.tck.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page about writing a provider quotes what is compiled and run here, and nothing else. */
class ProviderPageTest {

    private static final Path HERE = Path.of(System.getProperty("basedir", ""));
    private static final Path PAGE = HERE.resolve(Path.of("..", "docs", "writing-a-wal-provider.md"));
    private static final String FROM = "<!-- from: ";

    @Test
    void everyBlockOfJavaIsQuotedFromItsFile() throws IOException {
        List<String> page = Files.readAllLines(PAGE);
        int blocks = 0;
        for (int i = 0; i < page.size(); i++) {
            if (page.get(i).equals("```java")) {
                String mark = page.get(i - 1);
                assertTrue(mark.startsWith(FROM), () -> "a block that quotes nothing: " + mark);
                int end = i + page.subList(i, page.size()).indexOf("```");
                String quoted = joined(page.subList(i + 1, end));
                String file = mark.substring(FROM.length(), mark.indexOf(" -->"));
                assertTrue(source(file).contains(quoted), () -> "not in " + file + ":" + quoted);
                blocks++;
            }
        }
        assertTrue(blocks > 10, "blocks: " + blocks);
    }

    @Test
    void theProviderHasNoMoreThanAHundredLines() throws IOException {
        Predicate<String> isCode = line -> !line.isBlank()
                && !line.strip().startsWith("/**")
                && !line.startsWith("package ")
                && !line.startsWith("import ");
        long lines = Stream.of(source("DiaryProvider"), source("DiaryLog"))
                .flatMap(String::lines)
                .filter(isCode)
                .count();
        assertTrue(lines <= 100, "lines: " + lines);
    }

    private static String source(String file) throws IOException {
        String folder = ProviderPageTest.class.getPackageName().replace('.', '/');
        return joined(Files.readAllLines(HERE.resolve(Path.of("src", "test", "java", folder, file + ".java"))));
    }

    /** Without indentation. */
    private static String joined(List<String> lines) {
        StringBuilder text = new StringBuilder("\n");
        lines.forEach(line -> text.append(line.strip()).append('\n'));
        return text.toString();
    }
}

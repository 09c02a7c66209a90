package softadastra.it.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.it.consumer.Consumer.assertForgotten;
import static softadastra.it.consumer.Consumer.assertKept;
import static softadastra.it.consumer.Consumer.assertKeptAgain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that requires softadastra.store and nothing else of ours, with whatever provider lies beside it. */
@Tag("packaged")
class ConsumerTest {

    @TempDir
    Path directory;

    private Path log() {
        return directory.resolve("consumer.wal");
    }

    @Test
    void everythingIsTakenFromJars() {
        for (Path jar : List.of(Jars.CORE, Jars.SPI, Jars.STORE, Jars.FILE, Jars.MEMORY, Jars.CONSUMER)) {
            assertTrue(Files.isRegularFile(jar) && jar.toString().endsWith(".jar"), jar::toString);
        }
    }

    @Test
    void keepsItsDataWithTheFileProvider() throws IOException {
        Consumer consumer = Consumer.withModules(Jars.FILE);
        assertKept(consumer.at(log()));
        assertKeptAgain(consumer.at(log()));
        assertEquals("file", provider());
    }

    @Test
    void runsInMemoryWithTheMemoryProviderAlone() {
        assertForgotten(Consumer.withModules(Jars.MEMORY).inMemory());
    }

    @Test
    void takesTheProviderThatOffersWhatItAsksFor() {
        Consumer consumer = Consumer.withModules(Jars.FILE, Jars.MEMORY);
        assertForgotten(consumer.inMemory());
        assertKept(consumer.at(log()));
    }

    @Test
    void keepsItsDataWithAProviderThatWasDroppedIn() throws IOException {
        Consumer consumer = Consumer.withModules(Jars.JOURNAL, Jars.MEMORY);
        assertKept(consumer.at(log()));
        assertKeptAgain(consumer.at(log()));
        assertEquals("journal", provider());
        assertTrue(Files.size(log().resolve("journal")) > 0);
    }

    @Test
    void findsProvidersOnTheClassPath() throws IOException {
        assertKept(Consumer.withClassPath(Jars.FILE, Jars.MEMORY).at(log()));
        assertForgotten(Consumer.withClassPath(Jars.MEMORY).inMemory());
        assertKeptAgain(Consumer.withClassPath(Jars.FILE, Jars.JOURNAL).at(log()));
        assertEquals("file", provider());
    }

    @Test
    void findsADroppedInProviderOnTheClassPath() throws IOException {
        assertKept(Consumer.withClassPath(Jars.JOURNAL).at(log()));
        assertEquals("journal", provider());
    }

    @Test
    void aLogWrittenOnTheClassPathOpensOnTheModulePath() {
        assertKept(Consumer.withClassPath(Jars.FILE).at(log()));
        assertKeptAgain(Consumer.withModules(Jars.FILE).at(log()));
    }

    /** The provider that the log's marker names. */
    private String provider() throws IOException {
        try (Stream<String> lines = Files.lines(log().resolve("softadastra-wal"))) {
            return lines.filter(line -> line.startsWith("provider="))
                    .findFirst()
                    .orElseThrow()
                    .substring("provider=".length());
        }
    }
}

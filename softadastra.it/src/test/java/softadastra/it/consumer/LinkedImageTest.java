package softadastra.it.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.it.consumer.Consumer.assertForgotten;
import static softadastra.it.consumer.Consumer.assertKept;
import static softadastra.it.consumer.Consumer.assertKeptAgain;
import static softadastra.it.consumer.Consumer.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import softadastra.it.ChildJvm;

/** A runtime image that an application links for itself. */
@Tag("packaged")
class LinkedImageTest {
    private static final long MAX_BYTES = 45_000_000;

    @TempDir
    static Path images;

    @TempDir
    Path directory;

    @BeforeAll
    static void link() {
        link("whole", "consumer,softadastra.store,softadastra.wal.file,softadastra.wal.memory");
        link("bare", "consumer");
    }

    private static void link(String name, String modules) {
        Applications.run(
                "jlink",
                List.of(
                        "--module-path",
                        ChildJvm.path(Jars.consumerAnd(Jars.FILE, Jars.MEMORY)),
                        "--add-modules",
                        modules,
                        "--strip-debug",
                        "--no-man-pages",
                        "--no-header-files",
                        "--compress",
                        Runtime.version().feature() >= 21 ? "zip-6" : "2",
                        "--output",
                        images.resolve(name).toString()));
    }

    private static List<String> modules(String image) {
        return ChildJvm.run(ChildJvm.java(images.resolve(image)), List.of("--list-modules"))
                .output()
                .lines()
                .map(line -> line.replaceFirst("@.*", ""))
                .toList();
    }

    private Path log() {
        return directory.resolve("consumer.wal");
    }

    @Test
    void hasExactlyWhatTheApplicationNeeds() {
        assertEquals(
                List.of(
                        "consumer",
                        "java.base",
                        "softadastra.core",
                        "softadastra.store",
                        "softadastra.wal.file",
                        "softadastra.wal.memory",
                        "softadastra.wal.spi"),
                modules("whole"));
    }

    @Test
    void isSmall() throws IOException {
        try (Stream<Path> files = Files.walk(images.resolve("whole"))) {
            long bytes = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            assertTrue(bytes <= MAX_BYTES, () -> "the image has " + bytes + " bytes");
        }
    }

    @Test
    void runsTheApplication() {
        Consumer consumer = Consumer.inImage(images.resolve("whole"));
        assertForgotten(consumer.inMemory());
        assertKept(consumer.at(log()));
        assertKeptAgain(consumer.at(log()));
    }

    @Test
    void takesADroppedInProvider() {
        Consumer consumer = Consumer.inImage(images.resolve("whole"), Jars.JOURNAL);
        assertRefused("PROVIDER_AMBIGUOUS", consumer.at(log()), "FileWalProvider", "JournalProvider");
        assertKept(consumer.naming("journal").at(log()));
        assertKeptAgain(consumer.at(log()));
        assertRefused(
                "PROVIDER_MISSING", Consumer.inImage(images.resolve("whole")).at(log()), "'journal'");
    }

    @Test
    void hasNoProviderUnlessOneIsNamed() {
        assertEquals(
                List.of("consumer", "java.base", "softadastra.core", "softadastra.store", "softadastra.wal.spi"),
                modules("bare"));
        assertRefused(
                "PROVIDER_MISSING", Consumer.inImage(images.resolve("bare")).at(log()), "found: []");
        assertKept(Consumer.inImage(images.resolve("bare"), Jars.FILE).at(log()));
        assertKeptAgain(Consumer.inImage(images.resolve("whole")).at(log()));
    }
}

package softadastra.it.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;

/**
 * The log of a store that is checked in, under {@code src/test/resources/golden/v1}, and what it holds, as text beside it. It
 * must open for ever, with exactly that in it.
 *
 * <p>With the system property {@code softadastra.golden=write} it is written anew, which the first release ends; until then it
 * takes a reason: {@code mvn test -pl softadastra.it -am -Dtest=TEST -Dsoftadastra.golden=write}
 */
final class GoldenStoreLog {
    private static final Path GOLDEN =
            Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "golden", "v1");

    private final Path log;
    private final Path text;

    GoldenStoreLog(String name) {
        log = GOLDEN.resolve(name);
        text = GOLDEN.resolve(name + ".txt");
    }

    /**
     * Writes it anew if that is asked for.
     *
     * @param write makes a log
     * @param describe says in words what one holds
     */
    void writeIfAsked(Path scratch, Consumer<Path> write, Function<Path, String> describe) throws IOException {
        if (!System.getProperty("softadastra.golden", "").equals("write")) {
            return;
        }
        Path written = scratch.resolve("golden.wal");
        write.accept(written);
        Files.createDirectories(log);
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        copy(written, log);
        Files.writeString(text, describe.apply(written));
    }

    /** Fails unless a copy of it in a folder is what its text says, on its first opening and, since that writes, on the next one. */
    void check(Path folder, Function<Path, String> describe) throws IOException {
        Path copy = copyTo(folder);
        assertEquals(text(), describe.apply(copy));
        assertEquals(text(), describe.apply(copy));
    }

    /** What is to be said of a log that is open. */
    interface Words {
        void say(StoreEngine store, SyncEngine sync, GoldenText text);
    }

    /** What a log holds, and what sync knows from it, in words. */
    static String described(Path log, Words words) {
        try (StoreEngine store = StoreEngine.open(StoreConfig.durable(log)).orElseThrow();
                SyncEngine sync = SyncEngine.open(store, SyncConfig.local()).orElseThrow()) {
            GoldenText text = new GoldenText(store);
            words.say(store, sync, text);
            return text.toString();
        }
    }

    /** What it holds. */
    private String text() throws IOException {
        return Files.readString(text);
    }

    /** A copy of it in a folder, since opening writes. */
    Path copyTo(Path folder) throws IOException {
        Path copy = folder.resolve("golden.wal");
        copy(log, copy);
        return copy;
    }

    /** Copies a log's marker, its checkpoint, and the segments that hold anything. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                boolean isSegment = name.endsWith(".segment") && Files.readAllBytes(file)[0] != 0;
                if (isSegment || name.equals("softadastra-wal") || name.endsWith(".checkpoint")) {
                    Files.copy(file, to.resolve(name));
                }
            }
        }
    }
}

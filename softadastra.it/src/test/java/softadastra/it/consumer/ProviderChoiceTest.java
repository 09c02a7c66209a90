package softadastra.it.consumer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static softadastra.it.consumer.Consumer.assertForgotten;
import static softadastra.it.consumer.Consumer.assertKept;
import static softadastra.it.consumer.Consumer.assertKeptAgain;
import static softadastra.it.consumer.Consumer.assertRefused;

import java.net.MalformedURLException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which provider an application gets, and what it is told where none or no single one fits: never a silent pick. */
@Tag("packaged")
class ProviderChoiceTest {
    private static final String PROPERTY = "softadastra.wal.provider";
    private static final String REMEDY = "add the jar of softadastra.wal.file (or .memory) to the module path";

    @TempDir
    Path directory;

    private Path log() {
        return directory.resolve("consumer.wal");
    }

    @Test
    void withoutAnyItIsToldWhatToAdd() {
        assertRefused("PROVIDER_MISSING", Consumer.withModules().at(log()), "no WAL provider", REMEDY, "found: []");
        assertRefused("PROVIDER_MISSING", Consumer.withModules().inMemory(), "no WAL provider", REMEDY, "found: []");
        assertRefused("PROVIDER_MISSING", Consumer.withClassPath().at(log()), "no WAL provider", REMEDY, "found: []");
        assertFalse(Files.exists(log()));
    }

    @Test
    void withoutOneThatFitsItIsToldWhatThereIs() {
        assertRefused("PROVIDER_MISSING", Consumer.withModules(Jars.MEMORY).at(log()), REMEDY, "found: [memory]");
        assertRefused("PROVIDER_MISSING", Consumer.withModules(Jars.FILE).inMemory(), REMEDY, "found: [file]");
        assertFalse(Files.exists(log()));
    }

    @Test
    void betweenTwoThatFitThePropertyDecides() {
        Consumer consumer = Consumer.withModules(Jars.FILE, Jars.MEMORY, Jars.JOURNAL);
        assertRefused(
                "PROVIDER_AMBIGUOUS",
                consumer.at(log()),
                "example.journal.JournalProvider (module example.journal, " + Jars.JOURNAL.toUri() + ")",
                "softadastra.wal.file.FileWalProvider (module softadastra.wal.file, " + Jars.FILE.toUri() + ")",
                PROPERTY);
        assertFalse(Files.exists(log()));
        assertKept(consumer.naming("journal").at(log()));
        assertKept(consumer.naming("file").at(directory.resolve("other.wal")));
        assertForgotten(consumer.naming("file").inMemory());
    }

    @Test
    void aLogOpensWithTheProviderThatItRecords() {
        assertKept(Consumer.withModules(Jars.JOURNAL).at(log()));
        assertKeptAgain(Consumer.withModules(Jars.FILE, Jars.JOURNAL).at(log()));
    }

    @Test
    void aLogOpensWithNoOtherProviderThanItRecords() {
        assertKept(Consumer.withModules(Jars.JOURNAL).at(log()));
        Consumer consumer = Consumer.withModules(Jars.FILE, Jars.JOURNAL);
        assertRefused("PROVIDER_MISMATCH", consumer.naming("file").at(log()), log().toString(), "'journal'", "'file'");
        assertRefused(
                "PROVIDER_MISSING",
                Consumer.withModules(Jars.FILE).at(log()),
                "'journal' (recorded in " + log() + ")",
                "found: [file]");
        assertKeptAgain(consumer.at(log()));
    }

    @Test
    void aNameThatNobodyHasIsRefused() {
        Consumer consumer = Consumer.withModules(Jars.FILE, Jars.MEMORY);
        assertRefused(
                "PROVIDER_MISSING",
                consumer.naming("jornal").at(log()),
                "'jornal' (named by the system property " + PROPERTY + ")",
                "found: [file, memory]");
    }

    @Test
    void twoOfOneNameAreRefusedNamingClassModuleAndPlaceOfEach() {
        Consumer consumer = Consumer.withModules(Jars.JOURNAL, Jars.TWIN);
        String[] parts = {
            "2 WAL providers are named 'journal'",
            "example.journal.JournalProvider (module example.journal, " + Jars.JOURNAL.toUri() + ")",
            "example.twin.TwinProvider (module example.twin, " + Jars.TWIN.toUri() + ")",
            PROPERTY
        };
        assertRefused("PROVIDER_AMBIGUOUS", consumer.at(log()), parts);
        assertRefused("PROVIDER_AMBIGUOUS", consumer.naming("journal").at(log()), parts);
        assertFalse(Files.exists(log()));
    }

    @Test
    void twoOfOneNameOnTheClassPathAreRefusedToo() throws MalformedURLException {
        assertRefused(
                "PROVIDER_AMBIGUOUS",
                Consumer.withClassPath(Jars.JOURNAL, Jars.TWIN).at(log()),
                "example.journal.JournalProvider (class path, "
                        + Jars.JOURNAL.toUri().toURL() + ")",
                "example.twin.TwinProvider (class path, " + Jars.TWIN.toUri().toURL() + ")",
                PROPERTY);
    }
}

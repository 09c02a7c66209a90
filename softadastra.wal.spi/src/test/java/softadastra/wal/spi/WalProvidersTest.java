package softadastra.wal.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.storage.FileStorage;

/** A provider is chosen as documented, or not at all. */
class WalProvidersTest {

    private static final WalProvider FILE = FakeProvider.durable("file");
    private static final WalProvider MEMORY = FakeProvider.inMemory("memory");
    private static final WalProvider THIRD = FakeProvider.durable("third");

    private FileSystem files = Jimfs.newFileSystem(Configuration.unix());
    private Path path = files.getPath("/data/node.wal");

    @BeforeEach
    void makeParent() throws IOException {
        Files.createDirectories(files.getPath("/data"));
    }

    @AfterEach
    void closeFiles() throws IOException {
        files.close();
    }

    @Test
    void theOnlyOneThatOffersWhatIsAskedForIsTaken() {
        assertSame(FILE, find(WalConfig.durable(path), List.of(MEMORY, FILE)).value());
        assertSame(MEMORY, find(WalConfig.memory(), List.of(MEMORY, FILE)).value());
    }

    @Test
    void withNoneTheErrorSaysWhatToAddAndWhatThereIs() {
        SoftadastraError error = find(WalConfig.durable(path), List.of(MEMORY)).error();
        assertEquals(ErrorCode.PROVIDER_MISSING, error.code());
        assertEquals(
                "no WAL provider for a durable log: add the jar of softadastra.wal.file (or .memory) to the module path;"
                        + " found: [memory]",
                error.message());
    }

    @Test
    void withTwoEquallyFitTheErrorNamesBothAndThePropertyThatDecides() {
        SoftadastraError error =
                find(WalConfig.durable(path), List.of(FILE, THIRD)).error();
        assertEquals(ErrorCode.PROVIDER_AMBIGUOUS, error.code());
        assertTrue(error.message().contains(FakeProvider.class.getName()), error.message());
        assertTrue(error.message().contains(WalProviders.PROPERTY), error.message());
        assertTrue(error.message().contains("module softadastra.wal.spi"), error.message());
    }

    @Test
    void twoOfOneNameAreAnErrorWhetherNamedOrNot() {
        List<WalProvider> twins = List.of(FILE, FakeProvider.durable("file"), THIRD);
        assertEquals(
                ErrorCode.PROVIDER_AMBIGUOUS,
                find(WalConfig.durable(path).withProvider("file"), twins)
                        .error()
                        .code());
        assertEquals(
                ErrorCode.PROVIDER_AMBIGUOUS,
                find(WalConfig.durable(path), twins.subList(0, 2)).error().code());
        assertSame(
                THIRD,
                find(WalConfig.durable(path).withProvider("third"), twins).value());
    }

    @Test
    void theNameInTheConfigurationGoesBeforeTheProperty() {
        WalConfig config = WalConfig.durable(path).withProvider("third");
        assertSame(
                THIRD, find(config, List.of(FILE, THIRD), Optional.of("file")).value());
    }

    @Test
    void thePropertyDecidesBetweenTwo() {
        assertSame(
                THIRD,
                find(WalConfig.durable(path), List.of(FILE, THIRD), Optional.of("third"))
                        .value());
    }

    @Test
    void aPropertyThatNamesNoProviderIsAnError() {
        SoftadastraError error = find(WalConfig.durable(path), List.of(FILE), Optional.of("nowhere"))
                .error();
        assertEquals(ErrorCode.PROVIDER_MISSING, error.code());
        assertTrue(error.message().contains("'nowhere'"), error.message());
    }

    @Test
    void aPropertyForDurableLogsDoesNotConcernLogsInMemory() {
        assertSame(
                MEMORY,
                find(WalConfig.memory(), List.of(FILE, THIRD, MEMORY), Optional.of("third"))
                        .value());
    }

    @Test
    void theRecordedOneIsTakenWhereTheLogAlreadyLives() throws IOException {
        record("third");
        assertSame(THIRD, find(WalConfig.durable(path), List.of(FILE, THIRD)).value());
    }

    @Test
    void aRecordedOneThatIsNotThereIsAnError() throws IOException {
        record("third");
        SoftadastraError error = find(WalConfig.durable(path), List.of(FILE)).error();
        assertEquals(ErrorCode.PROVIDER_MISSING, error.code());
        assertTrue(error.message().contains("'third'"), error.message());
    }

    @Test
    void anInstanceANameOrAPropertyThatDiffersFromTheRecordedOneIsAMismatch() throws IOException {
        record("third");
        List<WalProvider> both = List.of(FILE, THIRD);
        WalConfig config = WalConfig.durable(path);
        for (Result<WalProvider> found : List.of(
                find(config.withProvider("file"), both),
                find(config.withProvider(FILE), both),
                find(config, both, Optional.of("file")))) {
            assertEquals(ErrorCode.PROVIDER_MISMATCH, found.error().code());
            assertTrue(
                    found.error().message().contains("'third'"), found.error().message());
            assertTrue(found.error().message().contains("'file'"), found.error().message());
        }
    }

    @Test
    void anInstanceNeedsNotBeFound() {
        assertSame(
                THIRD,
                find(WalConfig.durable(path).withProvider(THIRD), List.of()).value());
    }

    @Test
    void aProviderThatDoesNotOfferTheMediumIsRefused() {
        SoftadastraError error =
                find(WalConfig.durable(path).withProvider(MEMORY), List.of()).error();
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
    }

    @Test
    void aProviderOfAnotherSpiVersionIsRefused() {
        WalProvider newer = new FakeProvider(
                "file",
                WalProvider.SPI_VERSION + 1,
                Set.of(WalCapability.DURABLE),
                Result.err(ErrorCode.UNSUPPORTED_OPERATION, "not opened"));
        assertEquals(
                ErrorCode.UNSUPPORTED_VERSION,
                find(WalConfig.durable(path), List.of(newer)).error().code());
    }

    @Test
    void anEmptyPathIsRefusedBeforeAnything() {
        assertEquals(
                "invalid WAL path: path is empty",
                find(WalConfig.durable(""), List.of(FILE)).error().message());
    }

    private Result<WalProvider> find(WalConfig config, List<WalProvider> providers) {
        return find(config, providers, Optional.empty());
    }

    private Result<WalProvider> find(WalConfig config, List<WalProvider> providers, Optional<String> property) {
        return WalProviders.find(config, OpenMode.OWN, providers, property);
    }

    private void record(String provider) throws IOException {
        WalIdentity identity = new WalIdentity(new UUID(1, 2), new NodeId("node"), false, 3);
        Files.createDirectories(path);
        new WalMarker(provider, identity, true).write(FileStorage.at(path));
    }
}

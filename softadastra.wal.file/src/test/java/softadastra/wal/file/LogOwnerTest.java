package softadastra.wal.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;

/** The file beside the lock says who the owner is, also to who knows less or more than the one who wrote it. */
class LogOwnerTest {

    private static final String TEXT = "process 17 on nowhere started 2026-01-01T00:00:00Z";
    private static final LogOwner OWNER = new LogOwner(17, "nowhere", Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                TEXT,
                TEXT + "\n",
                TEXT + " in a container\r\n",
                TEXT + "\nuser=somebody\n\nno key at all\n=\nmore=1\n",
            })
    void whatIsNotKnownIsPassedOver(String file) {
        assertEquals(Optional.of(OWNER), LogOwner.parse(file));
    }

    @Test
    void itIsWrittenAsItIsRead() {
        assertEquals(TEXT, OWNER.text());
        assertEquals(
                Optional.of(LogOwner.current()),
                LogOwner.parse(LogOwner.current().text()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n" + TEXT,
                "process x on nowhere started 2026-01-01T00:00:00Z",
                "process 17 on nowhere started yesterday",
                "process 17 on nowhere started 2026-01-01T00:00:00Zulu",
                "more=1"
            })
    void aFileThatNamesNobodyIsNoOwner(String file) {
        assertEquals(Optional.empty(), LogOwner.parse(file));
    }

    @Test
    void aLaterReleasesOwnerIsSeen() throws IOException {
        Path log = directory.resolve("a.wal");
        WalConfig config = WalConfig.durable(log).withProvider(new FileWalProvider());
        Wal.open(config).orElseThrow().close();
        LogOwner elsewhere =
                new LogOwner(1, "another-machine", LogOwner.current().started());
        Files.write(log.resolve(LogLock.OWNER_FILE), (elsewhere.text() + "\nmore=1\n").getBytes(UTF_8));
        Optional<String> owner = WalInspector.open(config)
                .flatMap(WalInspector::info)
                .orElseThrow()
                .owner();
        assertEquals(Optional.of(elsewhere.text()), owner);
        // Who holds no lock holds up nobody.
        Wal.open(config).orElseThrow().close();
    }
}

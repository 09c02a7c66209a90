package softadastra.wal.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
    private static final LogOwner OWNER =
            new LogOwner(17, "nowhere", Instant.parse("2026-01-01T00:00:00Z"), Optional.empty());

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                TEXT,
                TEXT + "\n",
                TEXT + " in a container\r\n",
                TEXT + "\nuser=somebody\n\nno key at all\n=\ncontrol=\n",
            })
    void whatIsNotKnownIsPassedOver(String file) {
        assertEquals(Optional.of(OWNER), LogOwner.parse(file));
    }

    @Test
    void theControlEndpointIsOptional() {
        assertEquals(TEXT, OWNER.fileText());
        LogOwner controlled = OWNER.withControl("unix:/run/user/1/a b=c");
        assertEquals(TEXT + "\ncontrol=unix:/run/user/1/a b=c\n", controlled.fileText());
        assertEquals(Optional.of(controlled), LogOwner.parse(controlled.fileText()));
        assertEquals(
                Optional.of(controlled), LogOwner.parse(TEXT + "\nuser=somebody\n" + "control=unix:/run/user/1/a b=c"));
        assertEquals(TEXT, controlled.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\n", "\r"})
    void anEndpointIsOneLine(String endpoint) {
        assertThrows(IllegalArgumentException.class, () -> OWNER.withControl(endpoint));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n" + TEXT,
                "process x on nowhere started 2026-01-01T00:00:00Z",
                "process 17 on nowhere started yesterday",
                "process 17 on nowhere started 2026-01-01T00:00:00Zulu",
                "control=here"
            })
    void aFileThatNamesNobodyIsNoOwner(String file) {
        assertEquals(Optional.empty(), LogOwner.parse(file));
    }

    @Test
    void aLaterReleasesOwnerIsSeen() throws IOException {
        Path log = directory.resolve("a.wal");
        WalConfig config = WalConfig.durable(log).withProvider(new FileWalProvider());
        Wal.open(config).orElseThrow().close();
        LogOwner somewhere = LogOwner.current().withControl("tcp:127.0.0.1:1");
        LogOwner elsewhere = new LogOwner(1, "another-machine", somewhere.started(), somewhere.control());
        Files.write(log.resolve(LogLock.OWNER_FILE), (elsewhere.fileText() + "more=1\n").getBytes(UTF_8));
        Optional<String> owner = WalInspector.open(config)
                .flatMap(WalInspector::info)
                .orElseThrow()
                .owner();
        assertEquals(Optional.of(elsewhere.text()), owner);
        // Who holds no lock holds up nobody.
        Wal.open(config).orElseThrow().close();
    }
}

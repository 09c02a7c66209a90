package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;
import static softadastra.wal.tck.Payloads.texts;
import static softadastra.wal.tck.Payloads.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** A durable log has one owner at a time; readers may stand beside it. */
public interface OwnerContract extends WalUnderTest {

    private static void assertLocked(Result<Wal> answer) {
        if (answer.isOk()) {
            answer.value().close();
        }
        assertEquals(
                ErrorCode.LOCKED, answer.error().code(), () -> answer.error().toString());
        String holder = Long.toString(ProcessHandle.current().pid());
        assertTrue(
                answer.error().display().contains(holder), () -> answer.error().toString());
    }

    private static void assumeLocks(OwnerContract contract) {
        assumeTrue(contract.can(WalCapability.EXCLUSIVE_LOCK), "does not lock");
    }

    private static void assumeDurable(OwnerContract contract) {
        assumeTrue(contract.can(WalCapability.DURABLE), "not a durable provider");
    }

    @Test
    default void theSecondOpenerIsToldWhoHoldsTheLog() {
        assumeLocks(this);
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertLocked(Wal.open(config()));
            assertLocked(Wal.open(config()));
            assertEquals(
                    1, writer.append(WalRecordType.PUT, bytes("still mine")).value());
            assertEquals(1, all(wal).size());
        }
    }

    @Test
    default void anotherWayToTheSamePlaceIsLockedToo() throws IOException {
        assumeLocks(this);
        Path link = directory().resolve("link");
        try {
            Files.createSymbolicLink(link, directory());
        } catch (UnsupportedOperationException | IOException e) {
            assumeTrue(false, "no symbolic links here: " + e);
        }
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            assertEquals(0, wal.log().lastSequence());
            assertLocked(Wal.open(durable(link.resolve(location().getFileName()))));
            assertLocked(
                    Wal.open(durable(directory().resolve(".").resolve(location().getFileName()))));
            assertLocked(Wal.open(durable(location().toAbsolutePath())));
        }
    }

    @Test
    default void aClosedLogMayBeOpenedByTheNext() {
        assumeDurable(this);
        for (int i = 1; i <= 3; i++) {
            try (WalWriter writer = WalWriter.open(config()).orElseThrow()) {
                assertEquals(
                        i, writer.append(WalRecordType.PUT, bytes("turn " + i)).value());
            }
        }
    }

    @Test
    default void aFailedOpenHoldsNoLock() {
        assumeLocks(this);
        write(config().withNodeId("laptop"), "one");
        assertEquals(
                ErrorCode.WRONG_NODE,
                Wal.open(config().withNodeId("phone")).error().code());
        write(config().withNodeId("laptop"), "two");
        assertEquals(List.of("one", "two"), texts(all(config())));
    }

    @Test
    default void twoLogsMayBeOpenAtATime() {
        assumeDurable(this);
        WalConfig other = durable(directory().resolve("other.wal"));
        try (WalWriter one = WalWriter.open(config()).orElseThrow();
                WalWriter two = WalWriter.open(other).orElseThrow()) {
            assertEquals(1, one.append(WalRecordType.PUT, bytes("one")).value());
            assertEquals(1, two.append(WalRecordType.PUT, bytes("two")).value());
        }
        assertEquals(List.of("one"), texts(all(config())));
        assertEquals(List.of("two"), texts(all(other)));
    }

    @Test
    default void aReaderOfAClosedLogChangesNothing() {
        assumeDurable(this);
        write(config(), "one", "two", "three");
        Map<String, ByteBuffer> before = DirectorySnapshot.of(directory());
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of("one", "two", "three"), texts(all(config())));
        }
        assertEquals(before, DirectorySnapshot.of(directory()));
    }

    @Test
    default void aReaderCannotAppend() {
        assumeDurable(this);
        write(config(), "one");
        try (WalReader reader = WalReader.open(config()).orElseThrow()) {
            assertEquals(1, reader.readAll().value().size());
            write(config(), "two");
        }
        assertEquals(List.of("one", "two"), texts(all(config())));
    }

    /** What is proven durable becomes visible without the owner doing anything more. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    default void aReaderBesideTheOwnerSeesWhatIsDurable() {
        assumeDurable(this);
        List<String> written = new ArrayList<>();
        try (WalWriter writer = WalWriter.open(config()).orElseThrow()) {
            for (int i = 1; i <= 20; i++) {
                writer.append(WalRecordType.PUT, bytes("record " + i)).orElseThrow();
                written.add("record " + i);
                List<String> seen = texts(all(config()));
                assertEquals(written.subList(0, seen.size()), seen);
            }
            List<WalRecord> seen = all(config());
            while (seen.size() < written.size()) {
                Thread.onSpinWait();
                seen = all(config());
            }
            assertEquals(written, texts(seen));
            writer.append(WalRecordType.PUT, bytes("record 21")).orElseThrow();
        }
        assertEquals(21, all(config()).size());
    }
}

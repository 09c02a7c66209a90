package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalReplayer;
import softadastra.wal.spi.WalWriter;

/** A durable log opens where it was left, and refuses what is no place for one without touching it. */
public interface OpenContract extends WalUnderTest {

    private static void assumeDurable(OpenContract contract) {
        assumeTrue(contract.can(WalCapability.DURABLE), "not a durable provider");
    }

    private static void assertRefused(ErrorCode code, String message, Result<Wal> answer) {
        if (answer.isOk()) {
            answer.value().close();
        }
        SoftadastraError error = answer.error();
        assertEquals(code, error.code(), error::toString);
        assertTrue(error.message().startsWith(message), error::toString);
    }

    @Test
    default void anEmptyPathIsRefused() {
        assumeDurable(this);
        WalConfig config = WalConfig.durable("").withProvider(provider());
        assertRefused(ErrorCode.INVALID_ARGUMENT, "invalid WAL path: path is empty", Wal.open(config));
        assertEquals(
                "invalid WAL path: path is empty",
                WalReader.open(config).error().message());
    }

    @Test
    default void aPathThatIsNoneIsRefused() {
        assumeDurable(this);
        WalConfig config = WalConfig.durable("no\0path").withProvider(provider());
        assertRefused(ErrorCode.INVALID_ARGUMENT, "invalid WAL path: ", Wal.open(config));
    }

    @Test
    default void aMissingParentDirectoryIsNamedAndNotMade() {
        assumeDurable(this);
        Path parent = directory().resolve("data");
        Path path = parent.resolve("node-a.wal");
        assertRefused(
                ErrorCode.DIRECTORY_MISSING,
                "failed to open WAL path " + path + ": directory does not exist",
                Wal.open(durable(path)));
        assertFalse(Files.exists(parent));
        assertTrue(WalReader.open(durable(path)).isErr());
        assertFalse(Files.exists(parent));
    }

    @Test
    default void aRegularFileIsRefusedUntouched() throws IOException {
        assumeDurable(this);
        Path file = directory().resolve("letter.txt");
        Files.write(file, bytes("Dear Sir"));
        Map<String, ByteBuffer> before = DirectorySnapshot.of(directory());
        assertRefused(ErrorCode.INVALID_ARGUMENT, "failed to open WAL path " + file, Wal.open(durable(file)));
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                WalReader.open(durable(file)).error().code());
        assertEquals(before, DirectorySnapshot.of(directory()));
    }

    @Test
    default void aPathBelowARegularFileIsRefused() throws IOException {
        assumeDurable(this);
        Path file = directory().resolve("letter.txt");
        Files.write(file, bytes("Dear Sir"));
        Map<String, ByteBuffer> before = DirectorySnapshot.of(directory());
        assertTrue(Wal.open(durable(file.resolve("node.wal"))).isErr());
        assertEquals(before, DirectorySnapshot.of(directory()));
    }

    @Test
    default void aDirectoryOfOtherThingsIsRefusedUntouched() throws IOException {
        assumeDurable(this);
        Path path = Files.createDirectory(directory().resolve("letters"));
        Files.write(path.resolve("letter.txt"), bytes("Dear Sir"));
        Map<String, ByteBuffer> before = DirectorySnapshot.of(directory());
        assertRefused(ErrorCode.INVALID_ARGUMENT, "failed to open WAL path " + path, Wal.open(durable(path)));
        assertEquals(before, DirectorySnapshot.of(directory()));
    }

    @Test
    default void anEmptyDirectoryBecomesALog() throws IOException {
        assumeDurable(this);
        Files.createDirectory(location());
        write(config(), "first");
        assertEquals(List.of("first"), texts(all(config())));
    }

    @Test
    default void readingWhereNoLogIsIsNotFoundAndCreatesNothing() throws IOException {
        assumeDurable(this);
        assertEquals(ErrorCode.NOT_FOUND, WalReader.open(config()).error().code());
        assertEquals(ErrorCode.NOT_FOUND, WalReplayer.open(config()).error().code());
        assertFalse(Files.exists(location()));
        Files.createDirectory(location());
        assertEquals(ErrorCode.NOT_FOUND, WalReader.open(config()).error().code());
        assertEquals(1, DirectorySnapshot.of(location()).size());
    }

    @Test
    default void theMarkerNamesTheProviderAndTheLog() {
        assumeDurable(this);
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            WalMarker marker =
                    config().openStorage().flatMap(WalMarker::read).value().orElseThrow();
            assertEquals(provider().name(), marker.provider());
            assertEquals(wal.identity(), marker.identity());
        }
    }

    @Test
    default void aNewLogSaysSoAndAReopenedOneDoesNot() {
        assumeDurable(this);
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            assertTrue(wal.recovery().created());
        }
        write(config(), "one", "two");
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            assertFalse(wal.recovery().created());
            assertTrue(wal.recovery().clean());
            assertEquals(2, wal.recovery().lastSequence());
            assertEquals(0, wal.recovery().tornBytes());
            assertEquals(List.of(), wal.recovery().findings());
        }
    }

    @Test
    default void anEmptyLogReopensEmpty() {
        assumeDurable(this);
        for (int i = 0; i < 3; i++) {
            Wal.open(config()).orElseThrow().close();
            assertEquals(List.of(), all(config()));
        }
        write(config(), "first");
        assertEquals(1, all(config()).get(0).sequence());
    }

    @Test
    default void aReopenedLogContinuesItsSequences() {
        assumeDurable(this);
        List<String> expected = new ArrayList<>();
        for (int run = 0; run < 10; run++) {
            try (Wal wal = Wal.open(config()).orElseThrow();
                    WalWriter writer = wal.writer()) {
                assertEquals(run * 3L, wal.log().lastSequence());
                assertEquals(run * 3L, wal.log().durableSequence());
                for (int i = 1; i <= 3; i++) {
                    String text = "run " + run + " record " + i;
                    assertEquals(
                            run * 3L + i,
                            writer.append(WalRecordType.PUT, bytes(text)).value());
                    expected.add(text);
                }
                assertEquals(expected, texts(all(wal)));
            }
            assertEquals(expected, texts(all(config())));
        }
    }

    @Test
    default void aReopenedLogHasEveryFieldOfEveryRecord() {
        assumeDurable(this);
        List<WalRecord> written;
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int i = 0; i < 300; i++) {
                WalBatch batch = new WalBatch();
                for (int j = 0; j <= i % 5; j++) {
                    batch.add(1 + (i * 31 + j) % WalRecordType.MAX_CODE, Payloads.random(i * 10L + j, i * 7 % 900));
                }
                writer.appendBatch(batch).orElseThrow();
            }
            written = all(wal);
        }
        List<WalRecord> read = all(config());
        assertEquals(written, read);
        assertTrue(read.stream().allMatch(record -> record.status() == WalRecordStatus.COMMITTED));
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            assertEquals(written, all(wal));
        }
    }

    @Test
    default void aLargeRecordSurvivesAReopen() {
        assumeDurable(this);
        byte[] large = Payloads.random(5, 5 << 20);
        try (WalWriter writer = WalWriter.open(config()).orElseThrow()) {
            writer.append(WalRecordType.PUT, bytes("before")).orElseThrow();
            writer.append(WalRecordType.PUT, large).orElseThrow();
        }
        write(config(), "after");
        List<WalRecord> records = all(config());
        assertEquals(3, records.size());
        assertEquals(ByteBuffer.wrap(large), ByteBuffer.wrap(records.get(1).payload()));
    }

    @Test
    default void aLogOfManySegmentsReadsAsOne() {
        assumeDurable(this);
        WalConfig config =
                config().withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES).withAutoFlush(false);
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            for (int i = 1; i <= 2_000; i++) {
                assertEquals(
                        i,
                        writer.append(WalRecordType.PUT, Payloads.random(i, 500))
                                .value());
            }
        }
        List<WalRecord> records = all(config);
        assertEquals(2_000, records.size());
        for (int i = 1; i <= 2_000; i++) {
            WalRecord record = records.get(i - 1);
            assertEquals(i, record.sequence());
            assertEquals(ByteBuffer.wrap(Payloads.random(i, 500)), ByteBuffer.wrap(record.payload()));
        }
    }
}

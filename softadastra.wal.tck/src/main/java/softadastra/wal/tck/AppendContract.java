package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;
import static softadastra.wal.tck.Payloads.sequences;
import static softadastra.wal.tck.Payloads.text;
import static softadastra.wal.tck.Payloads.texts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.FileEvent;
import softadastra.core.FileEventCodec;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** What is appended is there: with its sequence, its type, and every byte. */
public interface AppendContract extends WalUnderTest {

    @Test
    default void theFirstRecordHasSequenceOne() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(1, writer.append(WalRecordType.PUT, bytes("one")).value());
            WalRecord record = all(wal).get(0);
            assertEquals(1, record.sequence());
            assertEquals(WalRecordType.PUT, record.type());
            assertEquals(WalRecordStatus.COMMITTED, record.status());
            assertEquals("one", text(record));
        }
    }

    @Test
    default void sequencesRunWithoutGaps() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            List<String> expected = new ArrayList<>();
            for (int i = 1; i <= 200; i++) {
                assertEquals(
                        i,
                        writer.append(WalRecordType.PUT, bytes("record " + i)).value());
                expected.add("record " + i);
            }
            List<WalRecord> records = all(wal);
            assertEquals(LongStream.rangeClosed(1, 200).boxed().toList(), sequences(records));
            assertEquals(expected, texts(records));
            assertEquals(1, wal.log().firstSequence());
            assertEquals(200, wal.log().lastSequence());
            assertEquals(200, wal.stats().appended());
        }
    }

    @Test
    default void aBatchTakesConsecutiveSequencesAndAnswersTheLast() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(1, writer.append(WalRecordType.PUT, bytes("before")).value());
            WalBatch batch = new WalBatch()
                    .add(WalRecordType.PUT, bytes("a"))
                    .add(WalRecordType.DELETE, bytes("b"))
                    .add(200, bytes("c"));
            assertEquals(4, writer.appendBatch(batch).value());
            assertEquals(5, writer.append(WalRecordType.PUT, bytes("after")).value());
            List<WalRecord> records = all(wal);
            assertEquals(List.of("before", "a", "b", "c", "after"), texts(records));
            assertEquals(
                    List.of(1, 1, 3, 200, 1),
                    records.stream().map(WalRecord::typeCode).toList());
        }
    }

    @Test
    default void aBatchOfManyRecordsIsOne() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            WalBatch batch = new WalBatch();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                batch.add(WalRecordType.PUT, bytes("record " + i));
                expected.add("record " + i);
            }
            assertEquals(10_000, writer.appendBatch(batch).value());
            assertEquals(expected, texts(all(wal)));
        }
    }

    @Test
    default void aBatchMayBeAPartOfArrays() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            byte[] array = bytes("0123456789");
            writer.appendBatch(new WalBatch()
                            .add(64, array, 2, 3)
                            .add(64, array, 9, 1)
                            .add(64, array, 10, 0))
                    .orElseThrow();
            assertEquals(List.of("234", "9", ""), texts(all(wal)));
        }
    }

    @Test
    default void anEmptyBatchIsRefused() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    writer.appendBatch(new WalBatch()).error().code());
            assertEquals(1, writer.append(WalRecordType.PUT, bytes("next")).value());
        }
    }

    @Test
    default void payloadsAreCopiedWhenTheyAreAppended() {
        try (Wal wal = Wal.open(config().withAutoFlush(false)).orElseThrow();
                WalWriter writer = wal.writer()) {
            byte[] payload = bytes("as it was");
            writer.append(WalRecordType.PUT, payload).orElseThrow();
            Arrays.fill(payload, (byte) 'x');
            WalBatch batch = new WalBatch();
            for (int i = 0; i < 3; i++) {
                byte[] reused = bytes("batch " + i);
                writer.appendBatch(batch.clear().add(WalRecordType.PUT, reused)).orElseThrow();
                Arrays.fill(reused, (byte) 'y');
            }
            writer.flush().orElseThrow();
            assertEquals(List.of("as it was", "batch 0", "batch 1", "batch 2"), texts(all(wal)));
        }
    }

    @Test
    default void anEmptyPayloadIsARecord() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(1, writer.append(WalRecordType.NOOP, new byte[0]).value());
            assertEquals(2, writer.append(WalRecordType.PUT, bytes("full")).value());
            assertEquals(3, writer.append(WalRecordType.NOOP, new byte[0]).value());
            assertEquals(List.of("", "full", ""), texts(all(wal)));
        }
    }

    @Test
    default void payloadsOfEveryLengthComeBack() {
        try (Wal wal = Wal.open(config().withAutoFlush(false)).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int length = 0; length <= 1_100; length++) {
                writer.append(WalRecordType.PUT, Payloads.random(length, length))
                        .orElseThrow();
            }
            writer.flush().orElseThrow();
            List<WalRecord> records = all(wal);
            assertEquals(1_101, records.size());
            for (int length = 0; length <= 1_100; length++) {
                assertArrayEquals(
                        Payloads.random(length, length), records.get(length).payload());
            }
        }
    }

    @Test
    default void aLargePayloadComesBack() {
        byte[] large = Payloads.random(8, 8 << 20);
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(1, writer.append(WalRecordType.PUT, bytes("before")).value());
            assertEquals(2, writer.append(WalRecordType.PUT, large).value());
            assertEquals(3, writer.append(WalRecordType.PUT, bytes("after")).value());
            List<WalRecord> records = all(wal);
            assertArrayEquals(large, records.get(1).payload());
            assertEquals("after", text(records.get(2)));
        }
    }

    @Test
    default void aBatchLargerThanTheLargestIsRefusedAndLeavesNothing() {
        assumeTrue(Runtime.getRuntime().maxMemory() >= 512L << 20, "needs 512 MiB of heap");
        byte[] tooLarge = new byte[(int) WalBatch.MAX_BYTES + 1];
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            Result<Long> one = writer.append(WalRecordType.PUT, tooLarge);
            assertEquals(ErrorCode.RECORD_TOO_LARGE, one.error().code());
            int half = tooLarge.length / 2;
            WalBatch batch = new WalBatch()
                    .add(WalRecordType.PUT.code(), tooLarge, 0, half)
                    .add(WalRecordType.PUT.code(), tooLarge, half, tooLarge.length - half);
            assertEquals(WalBatch.MAX_BYTES + 1, batch.bytes());
            assertEquals(
                    ErrorCode.RECORD_TOO_LARGE,
                    writer.appendBatch(batch).error().code());
            assertEquals(0, wal.log().lastSequence());
            assertEquals(0, wal.stats().appended());
            assertEquals(1, writer.append(WalRecordType.PUT, bytes("next")).value());
            assertEquals(List.of("next"), texts(all(wal)));
        }
    }

    /** With what a log may need for each record of a batch, as {@link WalBatch#MAX_BYTES} says. */
    @Test
    default void theLargestBatchIsTaken() {
        assumeTrue(Runtime.getRuntime().maxMemory() >= 1L << 30, "needs 1 GiB of heap");
        byte[] half = Payloads.random(81, (int) (WalBatch.MAX_BYTES / 2 - 8));
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            WalBatch batch = new WalBatch().add(WalRecordType.PUT.code(), half).add(WalRecordType.MAX_CODE, half);
            assertEquals(2, writer.appendBatch(batch).value());
            long delivered = wal.log().read(1, (sequence, type, status, timestamp, buffer, offset, length) -> {
                assertTrue(Arrays.equals(half, 0, half.length, buffer, offset, offset + length));
                return true;
            });
            assertEquals(2, delivered);
        }
    }

    @Test
    default void theLargestRecordIsTaken() {
        assumeTrue(Runtime.getRuntime().maxMemory() >= 1L << 30, "needs 1 GiB of heap");
        byte[] largest = Payloads.random(80, (int) WalBatch.MAX_BYTES);
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(1, writer.append(WalRecordType.PUT, largest).value());
            long delivered = wal.log().read(1, (sequence, type, status, timestamp, buffer, offset, length) -> {
                assertTrue(Arrays.equals(largest, 0, largest.length, buffer, offset, offset + length));
                return true;
            });
            assertEquals(1, delivered);
        }
    }

    @Test
    default void openTypeCodesAreKept() {
        List<Integer> codes = List.of(1, 2, 3, 4, 5, 6, 7, 63, 64, 255, 256, WalRecordType.MAX_CODE);
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int code : codes) {
                writer.append(code, bytes("type " + code)).orElseThrow();
            }
            List<WalRecord> records = all(wal);
            assertEquals(codes, records.stream().map(WalRecord::typeCode).toList());
            assertEquals(WalRecordType.UNKNOWN, records.get(7).type());
        }
    }

    @Test
    default void typeCodesOutOfRangeAreRefused() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int code : new int[] {Integer.MIN_VALUE, -1, 0, WalRecordType.MAX_CODE + 1, Integer.MAX_VALUE}) {
                Result<Long> answer = writer.append(code, bytes("never"));
                assertEquals(ErrorCode.INVALID_ARGUMENT, answer.error().code());
            }
            Result<Long> unknown = writer.append(WalRecordType.UNKNOWN, bytes("never"));
            assertEquals(ErrorCode.INVALID_ARGUMENT, unknown.error().code());
            assertEquals(List.of(), all(wal));
        }
    }

    @Test
    default void deletesAreRecordsLikeOthers() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, bytes("key")).orElseThrow();
            writer.append(WalRecordType.UPDATE, bytes("key")).orElseThrow();
            writer.append(WalRecordType.DELETE, bytes("key")).orElseThrow();
            assertEquals(
                    List.of(WalRecordType.PUT, WalRecordType.UPDATE, WalRecordType.DELETE),
                    all(wal).stream().map(WalRecord::type).toList());
        }
    }

    @Test
    default void fileEventsComeBackAsTheyWere() {
        FileEvent event = FileEvent.created(FileState.of(
                FilePath.of("docs/file.txt").value(), FileMetadata.file(128, Instant.ofEpochSecond(1_700_000_000))));
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(1, writer.appendEvent(event).value());
            WalRecord record = all(wal).get(0);
            assertEquals(WalRecordType.EVENT, record.type());
            assertEquals(event, FileEventCodec.decode(record.payload()).value());
        }
    }

    @Test
    default void asynchronousAppendsCompleteInOrderWithTheirSequences() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            List<CompletableFuture<Result<Long>>> futures = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                futures.add(writer.appendAsync(WalRecordType.PUT, bytes("record " + i)));
            }
            for (int i = 0; i < 500; i++) {
                assertEquals(i + 1, futures.get(i).join().value());
            }
            assertEquals(500, writer.durableSequence());
            assertEquals(500, all(wal).size());
        }
    }
}

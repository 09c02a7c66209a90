package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;
import static softadastra.wal.tck.Payloads.sequences;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalReplayer;
import softadastra.wal.spi.WalWriter;

/** Records are read in order, from wherever one likes, and replayed without one being skipped. */
public interface ReadContract extends WalUnderTest {

    private static Wal filled(ReadContract contract, int records) {
        Wal wal = Wal.open(contract.config()).orElseThrow();
        try (WalWriter writer = wal.writer()) {
            for (int i = 1; i <= records; i++) {
                writer.append(WalRecordType.PUT, bytes("record " + i)).orElseThrow();
            }
        }
        return wal;
    }

    @Test
    default void anEmptyLogReadsAsEmpty() {
        try (Wal wal = Wal.open(config()).orElseThrow()) {
            assertEquals(List.of(), all(wal));
            assertEquals(0, wal.reader().forEach(record -> {}).value());
            assertEquals(0, wal.replayer().replay(record -> {}).value());
            assertEquals(0, wal.replayer().replayFrom(1, record -> {}).value());
            assertEquals(1, wal.log().firstSequence());
            assertEquals(0, wal.log().lastSequence());
            assertEquals(0, wal.log().durableSequence());
            assertEquals(HybridTimestamp.ZERO, wal.log().lastTimestamp());
        }
    }

    @Test
    default void streamingHandsOverWhatReadAllAnswers() {
        try (Wal wal = filled(this, 50);
                WalReader reader = wal.reader()) {
            List<WalRecord> streamed = new ArrayList<>();
            assertEquals(50, reader.forEach(streamed::add).value());
            assertEquals(reader.readAll().value(), streamed);
        }
    }

    @Test
    default void readingStartsAtAnySequence() {
        try (Wal wal = filled(this, 50);
                WalReader reader = wal.reader()) {
            List<WalRecord> everything = reader.readAll().value();
            for (int from = 1; from <= 50; from++) {
                List<WalRecord> rest = new ArrayList<>();
                assertEquals(51 - from, reader.forEach(from, rest::add).value());
                assertEquals(everything.subList(from - 1, 50), rest);
            }
        }
    }

    @Test
    default void readingStartsInTheMiddleOfABatch() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            WalBatch batch = new WalBatch();
            for (int i = 0; i < 10; i++) {
                batch.add(WalRecordType.PUT, bytes("record " + i));
            }
            writer.appendBatch(batch).orElseThrow();
            List<WalRecord> rest = new ArrayList<>();
            assertEquals(6, wal.reader().forEach(5, rest::add).value());
            assertEquals(List.of(5L, 6L, 7L, 8L, 9L, 10L), sequences(rest));
        }
    }

    @Test
    default void readingFromBelowTheFirstStartsAtTheFirst() {
        try (Wal wal = filled(this, 3)) {
            assertEquals(3, wal.reader().forEach(0, record -> {}).value());
            assertEquals(3, wal.reader().forEach(-7, record -> {}).value());
        }
    }

    @Test
    default void readingFromBeyondTheEndDeliversNothing() {
        try (Wal wal = filled(this, 3)) {
            assertEquals(0, wal.reader().forEach(4, record -> {}).value());
            assertEquals(0, wal.reader().forEach(Long.MAX_VALUE, record -> {}).value());
            assertEquals(0, wal.replayer().replayFrom(4, record -> {}).value());
        }
    }

    @Test
    default void aReaderSeesWhatWasAppendedSinceItWasMade() {
        try (Wal wal = filled(this, 3);
                WalReader reader = wal.reader();
                WalWriter writer = wal.writer()) {
            assertEquals(3, reader.readAll().value().size());
            writer.append(WalRecordType.PUT, bytes("record 4")).orElseThrow();
            assertEquals(4, reader.readAll().value().size());
        }
    }

    @Test
    default void aReadEndsWithTheLastRecordOfWhenItBegan() {
        try (Wal wal = filled(this, 5);
                WalWriter writer = wal.writer()) {
            long delivered = wal.reader()
                    .forEach(record -> writer.append(WalRecordType.PUT, bytes("while reading"))
                            .orElseThrow())
                    .value();
            assertEquals(5, delivered);
            assertEquals(10, wal.log().lastSequence());
        }
    }

    @Test
    default void theConsumersExceptionEndsTheReadingAndPassesThrough() {
        try (Wal wal = filled(this, 5);
                WalReader reader = wal.reader()) {
            IllegalStateException failure = new IllegalStateException("enough");
            List<Long> seen = new ArrayList<>();
            IllegalStateException thrown = assertThrows(
                    IllegalStateException.class,
                    () -> reader.forEach(record -> {
                                seen.add(record.sequence());
                                if (record.sequence() == 2) {
                                    throw failure;
                                }
                            })
                            .orElseThrow());
            assertSame(failure, thrown);
            assertEquals(List.of(1L, 2L), seen);
            assertEquals(5, reader.readAll().value().size());
        }
    }

    @Test
    default void aVisitorThatHasHadEnoughEndsTheReading() {
        try (Wal wal = filled(this, 5)) {
            for (long enough = 1; enough <= 5; enough++) {
                long stop = enough;
                assertEquals(
                        stop,
                        wal.log().read(1, (sequence, type, status, time, buffer, offset, length) -> sequence < stop));
            }
        }
    }

    @Test
    default void replayHandsOverEveryRecordInOrder() {
        try (Wal wal = filled(this, 20);
                WalReplayer replayer = wal.replayer()) {
            List<WalRecord> replayed = new ArrayList<>();
            assertEquals(20, replayer.replay(replayed::add).value());
            assertEquals(all(wal), replayed);
            List<WalRecord> tail = new ArrayList<>();
            assertEquals(6, replayer.replayFrom(15, tail::add).value());
            assertEquals(replayed.subList(14, 20), tail);
        }
    }

    @Test
    default void replayStopsAtATypeThatMustBeUnderstoodAndNamesItsSequence() {
        try (Wal wal = filled(this, 2);
                WalWriter writer = wal.writer();
                WalReplayer replayer = wal.replayer()) {
            writer.append(WalRecordType.FIRST_SKIPPABLE_CODE, bytes("may be skipped"))
                    .orElseThrow();
            writer.append(WalRecordType.FIRST_SKIPPABLE_CODE - 1, bytes("must be understood"))
                    .orElseThrow();
            writer.append(WalRecordType.PUT, bytes("behind it")).orElseThrow();
            List<Long> replayed = new ArrayList<>();
            Result<Long> answer = replayer.replay(record -> replayed.add(record.sequence()));
            assertEquals(ErrorCode.UNSUPPORTED_OPERATION, answer.error().code());
            assertTrue(answer.error().message().contains("sequence 4"), answer.error()::message);
            assertEquals(List.of(1L, 2L, 3L), replayed);
            assertEquals(5, all(wal).size(), "a reader hands over what a replayer does not understand");
        }
    }
}

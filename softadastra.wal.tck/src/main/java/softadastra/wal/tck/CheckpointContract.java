package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;
import static softadastra.wal.tck.Payloads.sequences;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalReader;

/** A checkpoint takes the place of the records before it; what somebody has pinned stays. */
public interface CheckpointContract extends WalUnderTest {

    private static Wal open(CheckpointContract contract) {
        assumeTrue(contract.can(WalCapability.CHECKPOINTS), "keeps no checkpoints");
        return Wal.open(contract.config()).orElseThrow();
    }

    private static void append(WalLog log, int records) {
        for (int i = 0; i < records; i++) {
            log.awaitDurable(log.submit(64, bytes("record " + (log.lastSequence() + 1))));
        }
    }

    private static WalCheckpoint checkpoint(WalLog log, byte[] content) {
        try (WalCheckpointWriter writer = log.beginCheckpoint()) {
            writer.write(content, 0, content.length);
            return writer.publish(writer.beginSequence() - 1);
        }
    }

    private static byte[] content(WalCheckpoint checkpoint) {
        try (WalCheckpointReader reader = checkpoint.open()) {
            byte[] content = new byte[Math.toIntExact(reader.length())];
            reader.read(0, content, 0, content.length);
            return content;
        }
    }

    private static ErrorCode failure(Runnable call) {
        return assertThrows(SoftadastraException.class, call::run).error().code();
    }

    /** All that is held is there, from its first sequence on; and nothing before. */
    private static void assertHeld(Wal wal, long last) {
        WalLog log = wal.log();
        long first = log.firstSequence();
        assertEquals(
                LongStream.rangeClosed(first, last).boxed().toList(), sequences(all(wal)), "all from " + first + " on");
        for (long gone = 1; gone < first; gone++) {
            Result<Long> answer = wal.reader().forEach(gone, record -> {});
            assertEquals(ErrorCode.HISTORY_GONE, answer.error().code());
            assertTrue(answer.error().message().contains("is " + first), answer.error()::message);
        }
    }

    @Test
    default void aLogHasNoCheckpointUntilOneIsPublished() {
        try (Wal wal = open(this)) {
            append(wal.log(), 3);
            assertTrue(wal.log().checkpoint().isEmpty());
            try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
                writer.write(bytes("content"), 0, 7);
                assertTrue(wal.log().checkpoint().isEmpty());
            }
            assertTrue(wal.log().checkpoint().isEmpty(), "an abandoned one is none");
            assertEquals(3, all(wal).size());
        }
    }

    @Test
    default void aCheckpointIsReadAtAnyPlaceAlsoAfterReopening() {
        byte[] content = new byte[300_000];
        Random random = new Random(1);
        random.nextBytes(content);
        try (Wal wal = open(this)) {
            append(wal.log(), 5);
            try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
                assertEquals(6, writer.beginSequence());
                append(wal.log(), 2);
                for (int at = 0; at < content.length; ) {
                    int part = Math.min(content.length - at, 1 + random.nextInt(40_000));
                    writer.write(content, at, part);
                    at += part;
                    assertEquals(at, writer.length());
                }
                assertCheckpoint(writer.publish(7), content, random);
            }
            assertCheckpoint(wal.log().checkpoint().orElseThrow(), content, random);
            assertHeld(wal, 7);
            assertEquals(7, wal.stats().checkpointSequence());
        }
        if (can(WalCapability.DURABLE)) {
            try (Wal wal = open(this)) {
                assertCheckpoint(wal.log().checkpoint().orElseThrow(), content, random);
                assertHeld(wal, 7);
                append(wal.log(), 1);
                assertHeld(wal, 8);
            }
            try (WalReader reader = WalReader.open(config()).orElseThrow()) {
                assertTrue(reader.readAll().value().size() >= 3);
            }
        }
    }

    private static void assertCheckpoint(WalCheckpoint checkpoint, byte[] content, Random random) {
        assertEquals(6, checkpoint.beginSequence());
        assertEquals(7, checkpoint.endSequence());
        assertEquals(content.length, checkpoint.length());
        assertTrue(checkpoint.timestamp().millis() > 0);
        assertArrayEquals(content, content(checkpoint));
        try (WalCheckpointReader reader = checkpoint.open()) {
            for (int i = 0; i < 50; i++) {
                int from = random.nextInt(content.length);
                byte[] part = new byte[random.nextInt(Math.min(50_000, content.length - from) + 1)];
                reader.read(from, part, 0, part.length);
                assertArrayEquals(Arrays.copyOfRange(content, from, from + part.length), part);
            }
            assertThrows(IndexOutOfBoundsException.class, () -> reader.read(content.length - 1, new byte[2], 0, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> reader.read(-1, new byte[2], 0, 2));
        }
    }

    @Test
    default void anEmptyCheckpointOfAnEmptyLogIsOne() {
        try (Wal wal = open(this)) {
            WalCheckpoint checkpoint = checkpoint(wal.log(), new byte[0]);
            assertEquals(1, checkpoint.beginSequence());
            assertEquals(0, checkpoint.endSequence());
            assertEquals(0, content(checkpoint).length);
            append(wal.log(), 1);
            assertHeld(wal, 1);
        }
    }

    @Test
    default void theNewestCheckpointTakesThePlaceOfTheOneBefore() {
        try (Wal wal = open(this)) {
            append(wal.log(), 10);
            WalCheckpoint before = checkpoint(wal.log(), bytes("before"));
            append(wal.log(), 10);
            WalCheckpoint newest = checkpoint(wal.log(), bytes("newest"));
            assertEquals(21, newest.beginSequence());
            assertArrayEquals(bytes("newest"), content(wal.log().checkpoint().orElseThrow()));
            assertEquals(ErrorCode.HISTORY_GONE, failure(before::open));
            assertHeld(wal, 20);
        }
    }

    @Test
    default void oneCheckpointIsWrittenAtATime() {
        try (Wal wal = open(this)) {
            append(wal.log(), 1);
            try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
                assertEquals(2, writer.beginSequence());
                assertEquals(ErrorCode.INVALID_STATE, failure(wal.log()::beginCheckpoint));
            }
            assertArrayEquals(bytes("next"), content(checkpoint(wal.log(), bytes("next"))));
        }
    }

    @Test
    default void aCheckpointEndsWithASequenceThatWasGivenOut() {
        try (Wal wal = open(this)) {
            append(wal.log(), 4);
            try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
                assertEquals(ErrorCode.INVALID_ARGUMENT, failure(() -> writer.publish(3)));
                assertEquals(ErrorCode.INVALID_ARGUMENT, failure(() -> writer.publish(5)));
                assertEquals(4, writer.publish(4).endSequence());
                assertEquals(ErrorCode.INVALID_STATE, failure(() -> writer.publish(4)));
                assertEquals(ErrorCode.INVALID_STATE, failure(() -> writer.write(new byte[1], 0, 1)));
            }
            assertHeld(wal, 4);
        }
    }

    @Test
    default void pinnedHistoryStaysUntilItIsLetGo() {
        try (Wal wal = open(this)) {
            WalLog log = wal.log();
            append(log, 10);
            WalPin pin = log.pin(4);
            WalPin all = wal.reader().pin(0).orElseThrow();
            assertEquals(4, pin.fromSequence());
            checkpoint(log, bytes("content"));
            assertEquals(10, wal.reader().forEach(1, record -> {}).value(), "all of it is pinned");
            all.close();
            all.close();
            assertEquals(7, wal.reader().forEach(4, record -> {}).value());
            append(log, 1);
            pin.close();
            checkpoint(log, bytes("next"));
            assertHeld(wal, 11);
            long first = log.firstSequence();
            if (first > 1) {
                assertEquals(ErrorCode.HISTORY_GONE, failure(() -> log.pin(first - 1)));
            }
        }
    }

    @Test
    default void aReadUnderWayKeepsItsHistory() {
        try (Wal wal = open(this)) {
            append(wal.log(), 10);
            long read = wal.reader()
                    .forEach(1, record -> {
                        if (record.sequence() == 1) {
                            checkpoint(wal.log(), bytes("while reading"));
                        }
                    })
                    .value();
            assertEquals(10, read);
            assertHeld(wal, 10);
        }
    }

    @Test
    default void aClosedLogTakesNoCheckpoint() {
        Wal wal = open(this);
        append(wal.log(), 2);
        WalCheckpointWriter writer = wal.log().beginCheckpoint();
        wal.close();
        assertEquals(ErrorCode.INVALID_STATE, failure(() -> writer.publish(2)));
        writer.close();
        assertEquals(ErrorCode.INVALID_STATE, failure(wal.log()::beginCheckpoint));
        assertEquals(ErrorCode.INVALID_STATE, failure(() -> wal.log().checkpoint()));
        assertEquals(ErrorCode.INVALID_STATE, failure(() -> wal.log().pin(1)));
        if (can(WalCapability.DURABLE)) {
            try (Wal again = open(this)) {
                assertTrue(again.log().checkpoint().isEmpty());
                assertEquals(List.of(1L, 2L), sequences(all(again)));
            }
        }
    }
}

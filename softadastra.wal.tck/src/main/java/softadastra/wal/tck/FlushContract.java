package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;

import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** With automatic flush an acknowledged record is durable; without, a flushed one is. */
public interface FlushContract extends WalUnderTest {

    @Test
    default void withAutomaticFlushAnAcknowledgedRecordIsDurable() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int i = 1; i <= 20; i++) {
                long sequence =
                        writer.append(WalRecordType.PUT, bytes("record " + i)).value();
                assertTrue(writer.durableSequence() >= sequence);
                assertTrue(wal.stats().durableSequence() >= sequence);
            }
        }
    }

    @Test
    default void withoutAutomaticFlushAFlushedRecordIsDurable() {
        try (Wal wal = Wal.open(config().withAutoFlush(false)).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int round = 1; round <= 5; round++) {
                for (int i = 1; i <= 20; i++) {
                    writer.append(WalRecordType.PUT, bytes("record " + i)).orElseThrow();
                }
                assertEquals(round * 20L, wal.log().lastSequence());
                writer.flush().orElseThrow();
                assertEquals(round * 20L, writer.durableSequence());
            }
            assertEquals(100, all(wal).size());
        }
    }

    @Test
    default void theOwnerReadsWhatItAppendedBeforeAnyFlush() {
        try (Wal wal = Wal.open(config().withAutoFlush(false)).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int i = 1; i <= 20; i++) {
                writer.append(WalRecordType.PUT, bytes("record " + i)).orElseThrow();
                assertEquals(i, all(wal).size());
            }
        }
    }

    @Test
    default void awaitingASequenceMakesItDurable() {
        try (Wal wal = Wal.open(config().withAutoFlush(false)).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int i = 1; i <= 20; i++) {
                writer.append(WalRecordType.PUT, bytes("record " + i)).orElseThrow();
            }
            writer.awaitDurable(10).orElseThrow();
            assertTrue(writer.durableSequence() >= 10);
            writer.awaitDurable(20).orElseThrow();
            assertEquals(20, writer.durableSequence());
            writer.awaitDurable(1).orElseThrow();
            writer.awaitDurable(0).orElseThrow();
        }
    }

    @Test
    default void awaitingWhatWasNeverAppendedIsRefused() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT, writer.awaitDurable(1).error().code());
            writer.append(WalRecordType.PUT, bytes("one")).orElseThrow();
            writer.awaitDurable(1).orElseThrow();
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT, writer.awaitDurable(2).error().code());
        }
    }

    @Test
    default void whatIsDurableReadsAsCommitted() {
        try (Wal wal = Wal.open(config().withAutoFlush(false)).orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int i = 1; i <= 20; i++) {
                writer.append(WalRecordType.PUT, bytes("record " + i)).orElseThrow();
                long durable = writer.durableSequence();
                for (WalRecord record : all(wal)) {
                    assertTrue(record.sequence() > durable || record.status() == WalRecordStatus.COMMITTED);
                }
            }
            writer.flush().orElseThrow();
            assertTrue(all(wal).stream().allMatch(record -> record.status() == WalRecordStatus.COMMITTED));
        }
    }

    @Test
    default void flushingAnEmptyLogIsFine() {
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.flush().orElseThrow();
            writer.flush().orElseThrow();
            assertEquals(0, writer.durableSequence());
        }
    }

    @Test
    default void closingMakesEverythingDurable() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        WalConfig config = config().withAutoFlush(false);
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            for (int i = 1; i <= 20; i++) {
                writer.append(WalRecordType.PUT, bytes("record " + i)).orElseThrow();
            }
        }
        assertEquals(20, all(config).size());
    }
}

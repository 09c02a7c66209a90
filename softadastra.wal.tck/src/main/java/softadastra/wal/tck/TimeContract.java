package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** Timestamps are the writer's where it gives one, else the log's own, which never goes back. */
public interface TimeContract extends WalUnderTest {

    private static void assertAscending(List<WalRecord> records) {
        for (int i = 1; i < records.size(); i++) {
            WalRecord record = records.get(i);
            WalRecord before = records.get(i - 1);
            assertTrue(record.timestamp().isAfter(before.timestamp()), () -> before + " before " + record);
        }
    }

    @Test
    default void timestampsComeFromTheConfiguredClock() {
        InstantSource noon = InstantSource.fixed(Instant.parse("2024-05-01T12:00:00Z"));
        try (Wal wal = Wal.open(config().withClock(noon)).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, bytes("at noon")).orElseThrow();
            WalRecord record = all(wal).get(0);
            assertEquals(noon.millis(), record.timestamp().millis());
            assertEquals(record.timestamp(), wal.log().lastTimestamp());
        }
    }

    @Test
    default void timestampsAscendWhileTheClockStandsStillOrGoesBack() {
        AtomicLong now = new AtomicLong(1_700_000_000_000L);
        try (Wal wal = Wal.open(config().withClock(() -> Instant.ofEpochMilli(now.get())))
                        .orElseThrow();
                WalWriter writer = wal.writer()) {
            for (int i = 0; i < 30; i++) {
                writer.append(WalRecordType.PUT, bytes("record " + i)).orElseThrow();
                now.addAndGet(i < 10 ? 0 : i < 20 ? -60_000 : 1);
            }
            List<WalRecord> records = all(wal);
            assertAscending(records);
            assertEquals(1_700_000_000_000L, records.get(0).timestamp().millis());
            assertEquals(records.get(29).timestamp(), wal.log().lastTimestamp());
        }
    }

    @Test
    default void timestampsAscendAcrossAReopenWithABackwardClock() {
        assumeTrue(can(WalCapability.DURABLE), "a log in memory has no reopen");
        long[] clocks = {1_700_000_000_000L, 1_600_000_000_000L, 0L};
        for (long clock : clocks) {
            try (WalWriter writer = WalWriter.open(config().withClock(InstantSource.fixed(Instant.ofEpochMilli(clock))))
                    .orElseThrow()) {
                writer.append(WalRecordType.PUT, bytes("one")).orElseThrow();
                writer.append(WalRecordType.PUT, bytes("two")).orElseThrow();
            }
        }
        List<WalRecord> records = all(config());
        assertEquals(6, records.size());
        assertAscending(records);
    }

    @Test
    default void aGivenTimestampIsKeptAndTheClockGoesOnAboveIt() {
        HybridTimestamp given = HybridTimestamp.of(1_800_000_000_000L, 7);
        InstantSource earlier = InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_000L));
        try (Wal wal = Wal.open(config().withClock(earlier)).orElseThrow();
                WalWriter writer = wal.writer()) {
            WalBatch batch = new WalBatch()
                    .add(WalRecordType.PUT, bytes("a"))
                    .add(WalRecordType.PUT, bytes("b"))
                    .at(given);
            writer.appendBatch(batch).orElseThrow();
            writer.append(WalRecordType.PUT, bytes("c")).orElseThrow();
            List<WalRecord> records = all(wal);
            assertEquals(given, records.get(0).timestamp());
            assertEquals(given, records.get(1).timestamp());
            assertTrue(records.get(2).timestamp().isAfter(given));
            assertEquals(records.get(2).timestamp(), wal.log().lastTimestamp());
        }
    }

    @Test
    default void aGivenTimestampMayLieBeforeTheLast() {
        HybridTimestamp early = HybridTimestamp.of(1_000, 3);
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, bytes("now")).orElseThrow();
            HybridTimestamp last = wal.log().lastTimestamp();
            writer.appendBatch(WalBatch.of(1, bytes("from elsewhere")).at(early))
                    .orElseThrow();
            assertEquals(early, all(wal).get(1).timestamp());
            assertEquals(last, wal.log().lastTimestamp());
        }
    }
}

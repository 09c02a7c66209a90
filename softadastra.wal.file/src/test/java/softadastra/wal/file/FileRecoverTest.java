package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFollower;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** A log that has failed is recovered in the same handle: what was acknowledged is there, and nobody is told of more. */
class FileRecoverTest {

    private final FailingStorage disk = new FailingStorage();
    private final WalConfig config = WalConfig.durable("simulated.wal")
            .withProvider(new FileWalProvider())
            .withStorage(path -> disk);

    private static byte[] payload(int number) {
        return new byte[] {(byte) number};
    }

    private static List<Integer> read(Wal wal) {
        return wal.reader().readAll().orElseThrow().stream()
                .map(WalRecord::payload)
                .map(payload -> (int) payload[0])
                .toList();
    }

    @Test
    void appendsGoOnBehindWhatWasAcknowledged() {
        try (Wal wal = Wal.open(config).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(1, writer.append(WalRecordType.PUT, payload(1)).value());
            disk.failForces(true);
            assertEquals(
                    ErrorCode.INDETERMINATE,
                    writer.append(WalRecordType.PUT, payload(2)).error().code());
            assertEquals(
                    ErrorCode.IO_ERROR,
                    writer.append(WalRecordType.PUT, payload(3)).error().code());
            assertEquals(List.of(1), read(wal), "readers go on");
            assertTrue(wal.recover().isErr(), "the disk still fails");
            assertEquals(List.of(1), read(wal), "readers go on");
            disk.failForces(false);
            long last = wal.recover().value().lastSequence();
            assertEquals(last + 1, writer.append(WalRecordType.PUT, payload(4)).value());
            assertEquals(last == 1 ? List.of(1, 4) : List.of(1, 2, 4), read(wal));
            assertEquals(wal.recovery(), wal.recover().value(), "nothing has failed since");
        }
    }

    @Test
    void noFutureIsToldThatItsRecordIsDurableWhenAnotherTookItsSequence() throws Exception {
        try (Wal wal = Wal.open(config).orElseThrow();
                WalWriter writer = wal.writer()) {
            disk.failForces(true);
            List<CompletableFuture<Result<Long>>> lost = new ArrayList<>();
            CompletableFuture<Result<Long>> first = writer.appendAsync(WalRecordType.PUT, payload(1));
            CompletableFuture<Void> recovered = first.thenAccept(answer -> {
                // On the completing thread, before it looks at what was submitted meanwhile.
                for (int i = 2; i < 10; i++) {
                    lost.add(writer.appendAsync(WalRecordType.PUT, payload(i)));
                }
                disk.failForces(false);
                long from = wal.recover().orElseThrow().lastSequence();
                try (WalWriter other = wal.writer()) {
                    for (int i = 0; i < 20; i++) {
                        assertEquals(
                                from + 1 + i,
                                other.append(WalRecordType.PUT, payload(100)).value());
                    }
                }
            });
            recovered.get();
            assertEquals(ErrorCode.INDETERMINATE, first.get().error().code());
            for (CompletableFuture<Result<Long>> future : lost) {
                assertTrue(future.get().isErr(), () -> future.join().toString());
            }
        }
    }

    @Test
    void aFlushDoesNotVouchForWhatWasLostBefore() {
        try (Wal wal = Wal.open(config.withAutoFlush(false)).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertTrue(writer.append(WalRecordType.PUT, payload(1)).isOk());
            disk.failForces(true);
            assertEquals(ErrorCode.INDETERMINATE, writer.flush().error().code());
            disk.failForces(false);
            assertTrue(wal.recover().isOk());
            assertEquals(ErrorCode.INDETERMINATE, writer.flush().error().code(), "once");
            assertTrue(writer.append(WalRecordType.PUT, payload(2)).isOk());
            assertTrue(writer.flush().isOk());
        }
    }

    @Test
    void followersAndPinsOutliveARecoveryAndCheckpointsDoNot() {
        try (Wal wal = Wal.open(config).orElseThrow();
                WalWriter writer = wal.writer();
                WalReader reader = wal.reader();
                WalFollower follower = reader.follow(1).orElseThrow();
                WalPin pin = reader.pin(0).orElseThrow()) {
            writer.append(WalRecordType.PUT, payload(1)).orElseThrow();
            publish(wal, 1);
            WalCheckpointWriter begun = wal.log().beginCheckpoint();
            disk.failForces(true);
            assertTrue(writer.append(WalRecordType.PUT, payload(2)).isErr());
            disk.failForces(false);
            long last = wal.recover().value().lastSequence();
            assertEquals(1, pin.fromSequence());
            assertEquals(
                    ErrorCode.INVALID_STATE,
                    assertThrows(SoftadastraException.class, () -> begun.publish(last))
                            .code());
            begun.close();
            writer.append(WalRecordType.PUT, payload(3)).orElseThrow();
            List<Long> seen = new ArrayList<>();
            while (seen.size() <= last) {
                long unused = follower.poll(Duration.ofSeconds(30), record -> seen.add(record.sequence()))
                        .orElseThrow();
            }
            assertEquals(last == 1 ? List.of(1L, 2L) : List.of(1L, 2L, 3L), seen);
            assertEquals(last + 1, reader.forEach(1, record -> {}).value());
            publish(wal, last + 1);
            assertEquals(last + 1, wal.log().checkpoint().orElseThrow().endSequence());
        }
    }

    private static void publish(Wal wal, long end) {
        try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
            writer.write(payload(9), 0, 1);
            assertEquals(end, writer.publish(end).endSequence());
        }
    }

    @Test
    void aCheckpointWhoseNameMayBeLostEndsTheLogUntilItIsRecovered() {
        try (Wal wal = Wal.open(config).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, payload(1)).orElseThrow();
            try (WalCheckpointWriter checkpoint = wal.log().beginCheckpoint()) {
                disk.failDirectoryForces(true);
                assertThrows(SoftadastraException.class, () -> checkpoint.publish(1));
            }
            assertFalse(writer.append(WalRecordType.PUT, payload(2)).isOk());
            disk.failDirectoryForces(false);
            assertEquals(1, wal.recover().value().lastSequence());
            assertEquals(1, wal.log().checkpoint().orElseThrow().endSequence());
            assertEquals(0, wal.log().checkpoint().orElseThrow().open().length());
            publish(wal, 1);
            assertEquals(1, wal.log().checkpoint().orElseThrow().open().length());
            writer.append(WalRecordType.PUT, payload(3)).orElseThrow();
            assertEquals(List.of(3), read(wal));
        }
    }

    @Test
    void aPinThatOutlivesItsLogDeletesNothing() {
        WalPin pin;
        try (Wal wal = Wal.open(config).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, payload(1)).orElseThrow();
            pin = wal.log().pin(1);
            publish(wal, 1);
        }
        disk.refuseDeletes(true);
        pin.close();
        disk.refuseDeletes(false);
        assertEquals(0, disk.deletesRefused());
    }
}

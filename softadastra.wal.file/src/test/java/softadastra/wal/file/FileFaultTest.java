package softadastra.wal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalWriter;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.IoKind;
import softadastra.wal.tck.fault.SimulatedStorage;

/** What a failing storage is to those who open, append, flush and read: named, and never worse than it is. */
class FileFaultTest {

    private final FaultInjectingStorage storage = new FaultInjectingStorage(SimulatedStorage.create(), IoFaults.none());
    private final WalConfig config = WalConfig.durable("simulated.wal")
            .withProvider(new FileWalProvider())
            .withStorage(path -> storage);

    private static Result<Long> append(WalWriter writer) {
        return writer.append(64, new byte[] {1, 2, 3});
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_ERROR", "NO_SPACE"})
    void afterAFailedForceNothingIsAcknowledgedUntilAReopen(IoFailure failure) {
        ErrorCode code = failure == IoFailure.NO_SPACE ? ErrorCode.NO_SPACE : ErrorCode.IO_ERROR;
        String reason = failure == IoFailure.NO_SPACE ? "no space left on device" : "input/output error";
        WalWriter writer = WalWriter.open(config).orElseThrow();
        assertEquals(1, append(writer).value());
        storage.setFaults(IoFaults.once(IoKind.FORCE, storage.calls(IoKind.FORCE) + 1, failure));
        Result<Long> unconfirmed = append(writer);
        assertEquals(ErrorCode.INDETERMINATE, unconfirmed.error().code());
        assertEquals("failed to flush WAL: " + reason, unconfirmed.error().message());
        for (int i = 0; i < 3; i++) {
            Result<Long> refused = append(writer);
            assertEquals(code, refused.error().code());
            assertEquals(
                    "failed to append WAL record: " + reason, refused.error().message());
            assertEquals(
                    "failed to flush WAL: " + reason, writer.flush().error().message());
        }
        assertEquals(1, writer.durableSequence());
        SoftadastraException hidden = assertThrows(SoftadastraException.class, writer::close);
        assertEquals(code, hidden.code());
        try (WalWriter again = WalWriter.open(config).orElseThrow()) {
            assertEquals(3, append(again).value(), "what was written is found again, and made durable first");
        }
    }

    @Test
    void aForbiddenWriteIsNamed() {
        WalWriter writer = WalWriter.open(config).orElseThrow();
        storage.setFaults(IoFaults.from(IoKind.WRITE, 1, IoFailure.PERMISSION_DENIED));
        assertEquals(
                "failed to append WAL record: permission denied",
                append(writer).error().message());
        assertEquals(ErrorCode.PERMISSION_DENIED, append(writer).error().code());
        assertThrows(SoftadastraException.class, writer::close);
    }

    @Test
    void whatCannotBeReadIsAnErrorAndNotCorruption() {
        WalWriter.open(config).orElseThrow().close();
        storage.setFaults(IoFaults.from(IoKind.READ, 1, IoFailure.IO_ERROR));
        assertEquals(ErrorCode.IO_ERROR, Wal.open(config).error().code());
        storage.setFaults(IoFaults.from(IoKind.OPEN, 1, IoFailure.PERMISSION_DENIED));
        assertEquals(ErrorCode.PERMISSION_DENIED, Wal.open(config).error().code());
        assertEquals(ErrorCode.PERMISSION_DENIED, WalReader.open(config).error().code());
        storage.setFaults(IoFaults.none());
        WalWriter.open(config).orElseThrow().close();
    }

    @Test
    void aLogThatMayNotBeWrittenCanBeRead() {
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            assertEquals(1, append(writer).value());
        }
        storage.setFaults(IoFaults.from(1, IoFailure.PERMISSION_DENIED));
        assertEquals(ErrorCode.PERMISSION_DENIED, Wal.open(config).error().code());
        try (WalReader reader = WalReader.open(config).orElseThrow()) {
            assertEquals(1, reader.readAll().value().size());
        }
    }

    @Test
    void readersGoOnOverAPoisonedLog() {
        Wal wal = Wal.open(config).orElseThrow();
        WalWriter writer = wal.writer();
        for (int i = 0; i < 5; i++) {
            append(writer).orElseThrow();
        }
        storage.setFaults(IoFaults.from(IoKind.FORCE, 1, IoFailure.IO_ERROR));
        assertTrue(append(writer).isErr());
        assertEquals(5, wal.reader().readAll().value().size());
        assertThrows(SoftadastraException.class, wal::close);
    }

    @Test
    void aFullDiskRefusesAppendsAndTakesThemAgainOnceThereIsRoom() {
        SimulatedStorage disk = SimulatedStorage.create();
        WalConfig small = WalConfig.durable("simulated.wal")
                .withProvider(new FileWalProvider())
                .withSegmentBytes(WalConfig.MIN_SEGMENT_BYTES)
                .withStorage(path -> disk);
        try (Wal wal = Wal.open(small).orElseThrow();
                WalWriter writer = wal.writer()) {
            disk.setCapacity(200_000);
            List<Long> acknowledged = new ArrayList<>();
            Result<Long> answer = writer.append(64, new byte[5_000]);
            while (answer.isOk()) {
                acknowledged.add(answer.value());
                answer = writer.append(64, new byte[5_000]);
            }
            assertEquals(ErrorCode.NO_SPACE, answer.error().code());
            assertEquals(
                    "failed to append WAL record: no space left on device",
                    answer.error().message());
            assertEquals(acknowledged.size(), wal.reader().readAll().value().size());
            disk.setCapacity(Long.MAX_VALUE);
            assertEquals(
                    acknowledged.size() + 1L, writer.append(64, new byte[5_000]).value());
        }
    }

    @Test
    void aFailedOpenLetsTheLockGoWhateverFailed() {
        for (IoFailure failure : EnumSet.of(IoFailure.IO_ERROR, IoFailure.NO_SPACE, IoFailure.PERMISSION_DENIED)) {
            for (int call = 1; call <= 12; call++) {
                storage.setFaults(IoFaults.once(storage.calls() + call, failure));
                Result<WalLog> opened = new FileWalProvider().open(config, OpenMode.OWN);
                storage.setFaults(IoFaults.none());
                if (opened.isOk()) {
                    opened.value().close();
                }
                Result<WalLog> again = new FileWalProvider().open(config, OpenMode.OWN);
                assertFalse(again.isErr(), () -> again.error().toString());
                again.value().close();
            }
        }
    }
}

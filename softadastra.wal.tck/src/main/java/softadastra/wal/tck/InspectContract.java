package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;
import static softadastra.wal.tck.Payloads.write;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalWriter;

/** The offline tools see what is there, and change nothing. A durable provider may have none, if it says so. */
public interface InspectContract extends WalUnderTest {

    private static WalInspector inspector(InspectContract contract) {
        assumeTrue(contract.can(WalCapability.DURABLE), "not a durable provider");
        Result<WalInspector> inspector = WalInspector.open(contract.config());
        assumeTrue(inspector.isOk() || inspector.error().code() != ErrorCode.UNSUPPORTED_OPERATION, "has no inspector");
        return inspector.orElseThrow();
    }

    @Test
    default void inspectingWhereNoLogIsIsNotFound() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        Result<WalInspector> inspector = WalInspector.open(config());
        Result<WalInspector.Info> info = inspector.flatMap(WalInspector::info);
        assumeTrue(info.isOk() || info.error().code() != ErrorCode.UNSUPPORTED_OPERATION, "has no inspector");
        assertEquals(ErrorCode.NOT_FOUND, info.error().code());
        assertEquals(1, DirectorySnapshot.of(directory()).size());
    }

    @Test
    default void infoTellsWhatAClosedLogHolds() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        write(config().withNodeId("laptop"), "one", "two", "three");
        WalInspector.Info info = inspector(this).info().orElseThrow();
        assertEquals(provider().name(), info.provider());
        assertEquals("laptop", info.identity().node().value());
        assertEquals(1, info.firstSequence());
        assertEquals(3, info.lastSequence());
        assertEquals(3, info.durableSequence());
        assertEquals(3, info.records());
        assertTrue(info.clean());
        assertEquals(Optional.empty(), info.owner());
        assertFalse(info.files().isEmpty());
        assertTrue(info.bytes() > 0);
    }

    @Test
    default void verifyingAHealthyLogFindsNothing() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        write(config(), "one", "two", "three");
        WalInspector.Verification verification =
                inspector(this).verify(WalProgress.NONE).orElseThrow();
        assertEquals(3, verification.records());
        assertEquals(3, verification.lastSequence());
        assertEquals(3, verification.durableSequence());
        assertEquals(List.of(), verification.findings());
        assertFalse(verification.corrupted());
    }

    @Test
    default void aDumpHasEveryRecord() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        write(config(), "one", "two");
        write(config(), "three");
        List<WalRecord> dumped = new ArrayList<>();
        inspector(this).dump(entry -> entry.record().ifPresent(dumped::add)).orElseThrow();
        assertEquals(all(config()), dumped);
    }

    @Test
    default void inspectingChangesNothing() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        write(config(), "one", "two", "three");
        Map<String, ByteBuffer> before = DirectorySnapshot.of(directory());
        WalInspector inspector = inspector(this);
        inspector.info().orElseThrow();
        inspector.verify(WalProgress.NONE).orElseThrow();
        inspector.dump(entry -> {}).orElseThrow();
        assertEquals(before, DirectorySnapshot.of(directory()));
    }

    @Test
    default void inspectingWorksBesideTheOwner() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, bytes("one")).orElseThrow();
            WalInspector inspector = inspector(this);
            WalInspector.Info info = inspector.info().orElseThrow();
            assertEquals(wal.identity(), info.identity());
            if (can(WalCapability.EXCLUSIVE_LOCK)) {
                assertTrue(info.owner().isPresent());
            }
            assertFalse(inspector.verify(WalProgress.NONE).orElseThrow().corrupted());
            assertEquals(2, writer.append(WalRecordType.PUT, bytes("two")).value());
        }
        assertEquals(2, all(config()).size());
    }
}

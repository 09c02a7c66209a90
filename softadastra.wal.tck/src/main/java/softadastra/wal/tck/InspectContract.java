package softadastra.wal.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static softadastra.wal.tck.Payloads.all;
import static softadastra.wal.tck.Payloads.bytes;
import static softadastra.wal.tck.Payloads.write;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalReplayer;
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
    default void aScanHasEveryRecordAndVerifiesToo() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        write(config(), "one", "two");
        write(config(), "three");
        List<WalRecord> scanned = new ArrayList<>();
        WalInspector.Verification found = inspector(this)
                .scan(entry -> entry.record().ifPresent(scanned::add), WalProgress.NONE)
                .orElseThrow();
        assertEquals(all(config()), scanned);
        assertEquals(inspector(this).verify(WalProgress.NONE).orElseThrow(), found);
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
        inspector.scan(entry -> {}, WalProgress.NONE).orElseThrow();
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

    @Test
    default void aSalvageOfAHealthyLogReadsAllOfIt() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        write(config(), "one", "two", "three");
        try (WalReader reader =
                WalReader.open(config().withRecovery(RecoveryMode.SALVAGE)).orElseThrow()) {
            assertEquals(all(config()), reader.readAll().orElseThrow());
            assertEquals(List.of(), reader.recovery().findings());
        }
    }

    @Test
    default void aSalvagedLogIsNeitherWrittenNorReplayed() {
        WalConfig salvage = config().withRecovery(RecoveryMode.SALVAGE);
        assertEquals(ErrorCode.INVALID_ARGUMENT, Wal.open(salvage).error().code());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT, WalReplayer.open(salvage).error().code());
    }

    private static WalInspector.Repair repair(InspectContract contract, WalConfig target) {
        Result<WalInspector.Repair> repair = inspector(contract).repair(target, WalProgress.NONE);
        assumeTrue(repair.isOk() || repair.error().code() != ErrorCode.UNSUPPORTED_OPERATION, "cannot repair");
        return repair.orElseThrow();
    }

    @Test
    default void aRepairKeepsRecordsSequencesTimestampsAndNode() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        write(config().withNodeId("laptop"), "one", "two");
        write(config(), "three");
        Map<String, ByteBuffer> before = DirectorySnapshot.of(location());
        WalConfig target = durable(directory().resolve("repaired.wal"));
        WalInspector.Repair repair = repair(this, target);
        assertEquals(before, DirectorySnapshot.of(location()));
        assertEquals(3, repair.records());
        assertEquals(3, repair.lastSequence());
        assertEquals(List.of(), repair.lost());
        assertEquals(List.of(), repair.findings());
        assertEquals(all(config()), all(target));
        try (Wal old = Wal.open(config()).orElseThrow();
                Wal wal = Wal.open(target).orElseThrow();
                WalWriter writer = wal.writer()) {
            assertEquals(repair.identity(), wal.identity());
            assertEquals("laptop", wal.identity().node().value());
            assertNotEquals(old.identity().logId(), wal.identity().logId());
            assertNotEquals(old.identity().epoch(), wal.identity().epoch());
            assertEquals(4, writer.append(WalRecordType.PUT, bytes("four")).value());
        }
    }

    @Test
    default void aRepairWritesOverNothing() {
        assumeTrue(can(WalCapability.DURABLE), "not a durable provider");
        write(config(), "one");
        WalConfig other = durable(directory().resolve("other.wal"));
        write(other, "two");
        WalInspector.Repair first = repair(this, durable(directory().resolve("repaired.wal")));
        assertEquals(1, first.records());
        Map<String, ByteBuffer> before = DirectorySnapshot.of(directory());
        for (WalConfig target : List.of(other, config(), durable(location().resolve("inside.wal")))) {
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    inspector(this).repair(target, WalProgress.NONE).error().code());
        }
        assertEquals(before, DirectorySnapshot.of(directory()));
    }

    @Test
    default void aRepairBesideAnOwnerIsRefused() {
        assumeTrue(can(WalCapability.DURABLE) && can(WalCapability.EXCLUSIVE_LOCK), "no lock");
        try (Wal wal = Wal.open(config()).orElseThrow();
                WalWriter writer = wal.writer()) {
            writer.append(WalRecordType.PUT, bytes("one")).orElseThrow();
            WalConfig target = durable(directory().resolve("repaired.wal"));
            Result<WalInspector.Repair> repair = inspector(this).repair(target, WalProgress.NONE);
            assumeTrue(repair.error().code() != ErrorCode.UNSUPPORTED_OPERATION, "cannot repair");
            assertEquals(ErrorCode.LOCKED, repair.error().code());
            assertFalse(Files.exists(directory().resolve("repaired.wal")));
        }
    }
}

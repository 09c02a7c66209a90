package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.FaultInjectingStorage;
import softadastra.wal.tck.fault.IoFailure;
import softadastra.wal.tck.fault.IoFaults;
import softadastra.wal.tck.fault.SimulatedStorage;

/**
 * A backup, or a restore, that is cut short by a power cut at any call, by a failing disk or by a full one is no store, or the
 * whole one; it is never half of one.
 */
class StoreBackupFaultTest {

    private static final long SEED = Long.getLong("softadastra.seed", 20261121L);
    private static final boolean CI = "ci".equals(System.getProperty("softadastra.slice"));
    private static final int CRASHES = CI ? 16 : 4;
    private static final long CAPACITY_STEP = CI ? 4 << 10 : 20 << 10;

    /** What a copy is made of, and what is in it. */
    private final SimulatedStorage source = SimulatedStorage.create();

    /** A whole backup of the source. */
    private final SimulatedStorage backup = SimulatedStorage.create();

    private final List<Entry> expected;

    StoreBackupFaultTest() {
        try (StoreEngine store = StoreEngine.open(config(source)).orElseThrow()) {
            for (int i = 0; i < 20; i++) {
                store.put(Key.of("k" + i % 15), Value.of(new byte[1_000 + i])).orElseThrow();
            }
            store.remove(Key.of("k3")).orElseThrow();
            expected = store.entries().toList();
            store.backup(wal(backup)).orElseThrow();
        }
    }

    /** Copies to a disk. */
    private interface Copying {
        Result<StoreBackup> to(Storage target);
    }

    private Result<StoreBackup> backUp(Storage target) {
        try (StoreEngine store = StoreEngine.open(config(source)).orElseThrow()) {
            Result<StoreBackup> copy = store.backup(wal(target));
            assertTrue(store.flush().isOk(), "the store goes on");
            return copy;
        }
    }

    private Result<StoreBackup> restore(Storage target) {
        return StoreBackup.restore(wal(backup), wal(target), WalProgress.NONE);
    }

    private static WalConfig wal(Storage storage) {
        // A path of its own for each disk, since one is never in another.
        String path = "simulated" + Integer.toHexString(System.identityHashCode(storage));
        return WalConfig.durable(path).withNodeId("a").withStorage(at -> storage);
    }

    private static StoreConfig config(Storage storage) {
        return StoreConfig.of(wal(storage)).withCheckpoints(CheckpointPolicy.manual());
    }

    private List<Copying> copyings() {
        return List.of(this::restore, this::backUp);
    }

    @Test
    void aPowerCutLeavesTheWholeCopyOrNone() {
        for (Copying copying : copyings()) {
            SimulatedStorage disk = SimulatedStorage.create();
            Random random = new Random(SEED);
            List<SimulatedStorage> crashed = new ArrayList<>();
            FaultInjectingStorage listening = new FaultInjectingStorage(disk, call -> {
                if (call.kind().name().equals("READ")) {
                    return Optional.empty();
                }
                crashed.add(disk.crash(CrashChoice.everythingWritten()));
                for (int i = 0; i < CRASHES; i++) {
                    crashed.add(disk.crash(CrashChoice.lossy(random)));
                }
                return Optional.empty();
            });
            StoreBackup copy = copying.to(listening).orElseThrow();
            int whole = 0;
            int none = 0;
            for (SimulatedStorage state : crashed) {
                if (isWhole(state, "a power cut, seed " + SEED)) {
                    whole++;
                } else {
                    none++;
                }
            }
            assertTrue(whole > 0 && none > 0, whole + " whole, " + none + " none");
            for (int i = 0; i < 50; i++) {
                SimulatedStorage state = disk.crash(CrashChoice.lossy(random));
                assertTrue(isWhole(state, "a power cut behind it"), "what was answered is durable");
            }
            assertEquals(expected.size(), copy.entries());
        }
    }

    @ParameterizedTest
    @EnumSource(names = "INTERRUPT", mode = EnumSource.Mode.EXCLUDE)
    void aFailingCallFailsTheCopyAndLeavesNone(IoFailure failure) {
        for (Copying copying : copyings()) {
            failInTurn(copying, failure, number -> IoFaults.once(number, failure));
            if (CI || failure == IoFailure.IO_ERROR || failure == IoFailure.NO_SPACE) {
                failInTurn(copying, failure, number -> IoFaults.from(number, failure));
            }
        }
    }

    private void failInTurn(Copying copying, IoFailure failure, Function<Long, IoFaults> faults) {
        boolean clean = false;
        for (long number = 1; !clean; number++) {
            String at = failure + " at call " + number;
            SimulatedStorage disk = SimulatedStorage.create();
            FaultInjectingStorage faulty = new FaultInjectingStorage(disk, faults.apply(number));
            Result<StoreBackup> copy;
            try {
                copy = copying.to(faulty);
            } catch (OutOfMemoryError e) {
                copy = Result.err(ErrorCode.IO_ERROR, "out of memory");
            }
            clean = faulty.failures() == 0;
            assertTrue(!clean || copy.isOk(), at);
            boolean whole = isWhole(disk, at);
            // A call that only looks, or only tidies up, may fail without harm.
            assertTrue(!copy.isOk() || whole, at + ": answered ok");
            if (failure == IoFailure.NO_SPACE && copy.isErr()) {
                assertEquals(ErrorCode.NO_SPACE, copy.error().code(), at + ": " + copy.error());
            }
        }
    }

    /** At any size the disk may have; what could not be written is deleted, so that there is room again. */
    @Test
    void aFullDiskFailsTheCopyAndLeavesNothing() throws IOException {
        for (Copying copying : copyings()) {
            boolean fits = false;
            for (long capacity = 0; !fits; capacity += CAPACITY_STEP) {
                SimulatedStorage disk = SimulatedStorage.create();
                disk.setCapacity(capacity);
                Result<StoreBackup> copy = copying.to(disk);
                fits = copy.isOk();
                assertEquals(fits, isWhole(disk, "a disk of " + capacity + " bytes"));
                if (!fits) {
                    assertEquals(ErrorCode.NO_SPACE, copy.error().code(), copy.error()::message);
                    disk.setCapacity(Long.MAX_VALUE);
                    assertEquals(List.of(), disk.list());
                    copying.to(disk).orElseThrow();
                    assertTrue(isWhole(disk, "with room again"));
                }
            }
        }
    }

    /** Whether a disk holds the whole copy. If it does not, nothing restores from it, and no store opens on it with entries. */
    private boolean isWhole(SimulatedStorage disk, String at) {
        Result<StoreBackup> restored =
                StoreBackup.restore(wal(disk.copy()), wal(SimulatedStorage.create()), WalProgress.NONE);
        Result<StoreEngine> opened = StoreEngine.open(config(disk.copy()));
        try {
            if (restored.isOk()) {
                assertEquals(expected, opened.orElseThrow().entries().toList(), at);
                return true;
            }
            ErrorCode code = restored.error().code();
            assertTrue(
                    Set.of(ErrorCode.NOT_FOUND, ErrorCode.DIRECTORY_MISSING).contains(code),
                    at + ": " + restored.error());
            assertTrue(opened.isErr() || opened.value().stats().lastSequence() == 0, at + ": a store without a marker");
            return false;
        } finally {
            if (opened.isOk()) {
                opened.value().close();
            }
        }
    }
}

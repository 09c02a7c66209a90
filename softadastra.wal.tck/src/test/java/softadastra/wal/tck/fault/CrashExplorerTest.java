package softadastra.wal.tck.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.tck.fault.NaiveWalProvider.Bug;

/** The explorer lets a correct log pass, and catches each planted bug. */
class CrashExplorerTest {

    private static void appendSome(WalConfig config, CrashWitness witness) {
        SplittableRandom random = new SplittableRandom(7);
        for (int run = 0; run < 2; run++) {
            try (Wal wal = Wal.open(config).orElseThrow()) {
                for (int i = 0; i < 8; i++) {
                    WalBatch batch = new WalBatch();
                    for (int j = 0; j <= i % 3; j++) {
                        byte[] payload = new byte[random.nextInt(900)];
                        random.nextBytes(payload);
                        batch.add(64 + i, payload);
                    }
                    long last = witness.submit(wal, batch);
                    if (i % 2 == 0) {
                        witness.await(wal, last);
                    }
                }
            }
        }
    }

    private static CrashExplorer explorer(Bug bug) {
        return CrashExplorer.of(new NaiveWalProvider(bug)).withSeed(11);
    }

    @Test
    void aCorrectLogPasses() throws Exception {
        CrashExplorer.Report report = explorer(Bug.NONE).explore(CrashExplorerTest::appendSome);
        assertTrue(report.operations() > 20, report::toString);
        assertTrue(report.distinct() > 100, report::toString);
        assertTrue(report.states() >= report.distinct(), report::toString);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ACKNOWLEDGES_BEFORE_THE_FORCE",
                "FORCES_NO_DIRECTORY",
                "VERIFIES_NO_CHECKSUM",
                "SKIPS_WHAT_DOES_NOT_VERIFY",
                "WRITES_BATCHES_IN_PARTS"
            })
    void aPlantedBugIsCaughtAndTheStateNamed(Bug bug) {
        AssertionError failure =
                assertThrows(AssertionError.class, () -> explorer(bug).explore(CrashExplorerTest::appendSome));
        assertTrue(
                String.valueOf(failure.getMessage()).contains("-Dsoftadastra.crash.replay=11/"), failure::getMessage);
    }

    @Test
    void theSameSeedGivesTheSameExploration() throws Exception {
        CrashExplorer.Report first =
                explorer(Bug.NONE).withStatesPerOperation(8).explore(CrashExplorerTest::appendSome);
        for (int threads = 1; threads <= 3; threads++) {
            assertEquals(
                    first,
                    explorer(Bug.NONE)
                            .withStatesPerOperation(8)
                            .withThreads(threads)
                            .explore(CrashExplorerTest::appendSome));
        }
    }

    @Test
    void aFailureOfTheWorkloadEndsTheExploration() {
        IllegalStateException failure = new IllegalStateException("by itself");
        assertEquals(
                failure,
                assertThrows(
                        IllegalStateException.class,
                        () -> explorer(Bug.NONE).explore((config, witness) -> {
                            throw failure;
                        })));
    }

    /** A force that fails once and then succeeds must not be believed: what it lost stays lost. */
    @ParameterizedTest
    @EnumSource(names = {"NONE", "IGNORES_A_FAILED_FORCE"})
    void aFailedForceIsNotMadeGoodByTheNext(Bug bug) throws Exception {
        CrashWorkload workload = (config, witness) -> {
            FaultInjectingStorage faulty =
                    new FaultInjectingStorage(config.openStorage().orElseThrow(), IoFaults.none());
            try (Wal wal = Wal.open(config.withStorage(path -> faulty)).orElseThrow()) {
                witness.append(wal, WalBatch.of(64, new byte[] {1}));
                faulty.setFaults(IoFaults.once(IoKind.FORCE, faulty.calls(IoKind.FORCE) + 1, IoFailure.IO_ERROR));
                witness.append(wal, WalBatch.of(64, new byte[] {2}));
                witness.append(wal, WalBatch.of(64, new byte[600]));
            } catch (SoftadastraException e) {
                assertEquals(
                        "failed to flush WAL: input/output error", e.error().message());
            }
        };
        if (bug == Bug.NONE) {
            assertTrue(explorer(bug).explore(workload).distinct() > 5);
        } else {
            assertThrows(AssertionError.class, () -> explorer(bug).explore(workload));
        }
    }
}

package softadastra.wal.tck.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
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
                String.valueOf(failure.getMessage()).contains("-Dsoftadastra.crash.replay='11/"), failure::getMessage);
    }

    private static String failureOf(CrashExplorer explorer, CrashScript script) throws InterruptedException {
        try {
            var unused = explorer.explore(script);
            return "";
        } catch (AssertionError e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String valueBehind(String start, String message) {
        int from = message.indexOf(start) + start.length();
        int line = message.indexOf('\n', from);
        return message.substring(from, line < 0 ? message.length() : line);
    }

    @Test
    void scriptsAreWrittenAsTheyAreRead() {
        for (int seed = 0; seed < 200; seed++) {
            CrashScript script = CrashScript.random(seed);
            assertEquals(script, CrashScript.parse(script.toString()));
        }
        assertThrows(IllegalArgumentException.class, () -> CrashScript.parse("seed:1 open jump"));
    }

    @Test
    void scriptsAtRandomHaveStepsOfEachKind() {
        Set<Class<?>> kinds = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            CrashScript.random(seed).steps().forEach(step -> kinds.add(step.getClass()));
        }
        assertEquals(Set.of(CrashStep.class.getPermittedSubclasses()), kinds);
    }

    @Test
    void aScriptThatFailsIsShrunkAndItsReplayFailsTheSameWay() throws Exception {
        CrashScript script =
                CrashScript.parse("seed:5 open append:3x500 append:1x2000 await idle close open append:1x10 "
                        + "append:4x300 await append:1x700 kill open await cut:3 open append:1x900 close");
        String message = failureOf(explorer(Bug.FORCES_NO_DIRECTORY), script);
        assertEquals("seed:5 open", valueBehind("\nscript: ", message), message);
        String command = valueBehind("\nto replay it: ", message);
        String start =
                "mvn -B -pl softadastra.wal.tck -am test -Dtest=CrashExplorerTest -D" + CrashExplorer.REPLAY + "='";
        String end = "' -Dsurefire.failIfNoSpecifiedTests=false";
        assertTrue(command.startsWith(start) && command.endsWith(end), command);
        String replay = command.substring(start.length(), command.length() - end.length());
        System.setProperty(CrashExplorer.REPLAY, replay);
        try {
            String again = failureOf(explorer(Bug.FORCES_NO_DIRECTORY), CrashScript.random(1));
            assertEquals(message.lines().findFirst(), again.lines().findFirst());
            assertEquals("", failureOf(explorer(Bug.NONE), CrashScript.random(1)));
        } finally {
            System.clearProperty(CrashExplorer.REPLAY);
        }
    }

    @Test
    void aCorrectLogPassesAnyScript() throws Exception {
        CrashExplorer explorer = explorer(Bug.NONE).withStatesPerOperation(8);
        CrashExplorer.Report sum = CrashExplorer.Report.NONE;
        for (int seed = 1; seed <= 40; seed++) {
            sum = sum.plus(explorer.explore(CrashScript.random(seed)));
        }
        assertEquals(explorer.states().distinct(), sum.distinct());
        assertTrue(sum.distinct() > 500, sum::toString);
    }

    @Test
    void scriptsOnSeveralThreadsAreTheSameScripts() throws Exception {
        AtomicInteger left = new AtomicInteger(12);
        CrashExplorer.Report sum = explorer(Bug.NONE)
                .withStatesPerOperation(8)
                .withThreads(3)
                .exploreScripts(5, () -> left.getAndDecrement() > 0);
        CrashExplorer one = explorer(Bug.NONE).withStatesPerOperation(8).withThreads(1);
        CrashExplorer.Report expected = CrashExplorer.Report.NONE;
        for (int seed = 5; seed < 17; seed++) {
            expected = expected.plus(one.explore(CrashScript.random(seed)));
        }
        assertEquals(expected, sum);
    }

    @Test
    void aScriptThatFailsEndsTheExploration() {
        AssertionError failure = assertThrows(
                AssertionError.class,
                () -> explorer(Bug.FORCES_NO_DIRECTORY)
                        .withThreads(1)
                        .withShrinking(false)
                        .exploreScripts(3, () -> true));
        assertTrue(String.valueOf(failure.getMessage()).contains("\nscript: seed:3 "), failure::getMessage);
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

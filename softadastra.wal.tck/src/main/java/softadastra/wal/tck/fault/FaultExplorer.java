package softadastra.wal.tck.fault;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.storage.Storage;

/**
 * Fails a workload at its first storage call, at its second, and so on until a run has no such call any more; once, and for
 * ever from there on; with every failure there is. After each run it checks that nothing acknowledged was lost: when the log
 * is opened again by the same process, by another one, and after power cuts.
 *
 * <p>A force that fails once, and then succeeds as if nothing had happened, is among them: {@link IoFailure#IO_ERROR}, once, at
 * that force. What it should have written may be lost for good; see {@link SimulatedStorage}.
 *
 * <p>The workload is run many times, so it must not depend on what was before. A {@link SoftadastraException} out of it (or
 * the injected {@link OutOfMemoryError}) is an expected end where a fault was injected.
 *
 * @param provider whose logs are explored
 * @param seed what the power cuts are drawn from
 * @param failures the failures to inject
 * @param crashesPerFault how many power cuts are tried after each run
 * @param stride 1 to fail every call in turn; n to fail one in n, beginning anywhere among the first
 * @param configuration changes the configuration that the workload gets
 * @param storages makes an empty place for a log, a new one for each run, in a parent that exists
 */
public record FaultExplorer(
        WalProvider provider,
        long seed,
        Set<IoFailure> failures,
        int crashesPerFault,
        int stride,
        UnaryOperator<WalConfig> configuration,
        Supplier<? extends Storage> storages) {

    /**
     * What an exploration did.
     *
     * @param runs how often the workload ran
     * @param faults how many calls were failed or disturbed
     * @param failedRuns how many runs ended with an error
     * @param faultsByKind how many calls of each kind were failed or disturbed
     */
    public record Report(long runs, long faults, int failedRuns, Map<IoKind, Long> faultsByKind) {

        /** A report with its counts. */
        public Report {
            faultsByKind = Map.copyOf(faultsByKind);
        }
    }

    /** An explorer of a provider's logs, with seed 1, all failures, and 3 power cuts after each run. */
    public static FaultExplorer of(WalProvider provider) {
        return new FaultExplorer(
                provider, 1, EnumSet.allOf(IoFailure.class), 3, 1, UnaryOperator.identity(), SimulatedStorage::create);
    }

    /** With {@link #seed} set. */
    public FaultExplorer withSeed(long value) {
        return new FaultExplorer(provider, value, failures, crashesPerFault, stride, configuration, storages);
    }

    /** With {@link #failures} set. */
    public FaultExplorer withFailures(Set<IoFailure> value) {
        return new FaultExplorer(provider, seed, Set.copyOf(value), crashesPerFault, stride, configuration, storages);
    }

    /** With {@link #crashesPerFault} set. */
    public FaultExplorer withCrashesPerFault(int value) {
        return new FaultExplorer(provider, seed, failures, value, stride, configuration, storages);
    }

    /** With {@link #stride} set. */
    public FaultExplorer withStride(int value) {
        return new FaultExplorer(provider, seed, failures, crashesPerFault, value, configuration, storages);
    }

    /** With {@link #configuration} set. */
    public FaultExplorer withConfiguration(UnaryOperator<WalConfig> value) {
        return new FaultExplorer(provider, seed, failures, crashesPerFault, stride, value, storages);
    }

    /** With {@link #storages} set. */
    public FaultExplorer withStorages(Supplier<? extends Storage> value) {
        return new FaultExplorer(provider, seed, failures, crashesPerFault, stride, configuration, value);
    }

    /**
     * Explores. Blocks until that is done.
     *
     * @throws AssertionError if a guarantee did not hold, naming the fault
     * @throws Exception if the workload failed without a fault
     */
    public Report explore(CrashWorkload workload) throws Exception {
        long runs = 0;
        long faults = 0;
        int failedRuns = 0;
        Map<IoKind, Long> byKind = new EnumMap<>(IoKind.class);
        for (IoFailure failure : EnumSet.copyOf(failures)) {
            for (boolean forEver : new boolean[] {false, true}) {
                for (long number = 1 + runs % stride; ; number += stride) {
                    IoFaults injected = forEver ? IoFaults.from(number, failure) : IoFaults.once(number, failure);
                    Run run =
                            new Run(failure + (forEver ? " for ever from call " : " once at call ") + number, injected);
                    failedRuns += run.run(workload) ? 0 : 1;
                    runs++;
                    faults += run.faulty.failures();
                    run.faulty.failuresByKind().forEach((kind, count) -> byKind.merge(kind, count, Long::sum));
                    if (run.faulty.failures() == 0) {
                        break;
                    }
                    run.check(Hash.mix(seed + runs));
                }
            }
        }
        return new Report(runs, faults, failedRuns, byKind);
    }

    /** One run of the workload with its fault, on a disk of its own. */
    private final class Run {

        private final String fault;
        private final Storage disk = storages.get();
        private final CrashWitness witness = new CrashWitness(() -> 0);
        private final FaultInjectingStorage faulty;

        Run(String fault, IoFaults injected) {
            this.fault = fault;
            this.faulty = new FaultInjectingStorage(disk, injected);
        }

        /** Whether it ran to its end. */
        boolean run(CrashWorkload workload) throws Exception {
            try {
                workload.run(config().withStorage(path -> faulty), witness);
                return true;
            } catch (SoftadastraException | OutOfMemoryError e) {
                if (faulty.failures() == 0) {
                    throw new AssertionError("the workload failed without a fault: " + e.getMessage(), e);
                }
                return false;
            } finally {
                // An injected interrupt was meant for the calls of the workload.
                boolean interrupted = Thread.interrupted();
                faulty.setFaults(IoFaults.none());
                if (interrupted && !failures.contains(IoFailure.INTERRUPT)) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        void check(long randomSeed) {
            CrashExpectation expectation = witness.expectation(Integer.MAX_VALUE - 1);
            WalCrashCheck check = new WalCrashCheck(provider);
            SplittableRandom random = new SplittableRandom(randomSeed);
            String at = "another process";
            try {
                if (disk instanceof SimulatedStorage simulated) {
                    check(check, simulated.copy(), expectation, random);
                    for (int crash = 0; crash < crashesPerFault; crash++) {
                        at = "power cut " + crash;
                        check(check, simulated.crash(CrashChoice.random(random)), expectation, random);
                    }
                }
                at = "the same process";
                reopen();
                if (disk instanceof SimulatedStorage simulated) {
                    check(check, simulated.copy(), expectation, random);
                } else {
                    check.checkInPlace(config().withStorage(path -> disk), expectation);
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "after " + fault + " (" + calls() + "), seen by " + at + ", seed " + seed + ": "
                                + e.getMessage(),
                        e);
            }
        }

        private void check(
                WalCrashCheck check, SimulatedStorage state, CrashExpectation expectation, SplittableRandom random) {
            check.check(state, config().withStorage(path -> state), expectation, random);
        }

        private void reopen() {
            try (WalLog log = provider.open(config().withStorage(path -> disk), OpenMode.OWN)
                    .orElseThrow()) {
                log.flush();
            }
        }

        private String calls() {
            return faulty.trace().stream()
                    .skip(Math.max(0, faulty.calls() - 6))
                    .map(call -> call.kind() + " " + call.name())
                    .toList()
                    .toString();
        }
    }

    private WalConfig config() {
        return configuration.apply(WalConfig.durable("simulated.wal").withProvider(provider));
    }
}

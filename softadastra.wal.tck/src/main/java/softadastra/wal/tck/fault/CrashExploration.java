package softadastra.wal.tck.fault;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import softadastra.core.CanIgnoreReturnValue;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.storage.Storage;

/**
 * The crashes of one recorded workload. Several threads may share the work; each applies the recording to a disk of its own.
 */
final class CrashExploration {

    /** A check that failed. */
    static final class Failure extends AssertionError {

        private static final long serialVersionUID = 1;

        private final transient CrashReplay.State state;
        private final int number;

        Failure(CrashReplay.State state, int number, String message, Throwable cause) {
            super(message, cause);
            this.state = state;
            this.number = number;
        }

        CrashReplay.State state() {
            return state;
        }

        /** Which state after its operation it was, where they are drawn by number. */
        int number() {
            return number;
        }
    }

    /** What is done with a state. */
    @FunctionalInterface
    private interface Visit {
        long state(SimulatedDisk disk, CrashExpectation expectation, int operation);
    }

    private final List<ScriptRun.Era> eras;
    private final Function<Storage, WalConfig> configuration;
    private final CrashCheck check;
    private final ProviderControl control;
    private final CrashStates states;
    private final CrashStates checked = new CrashStates();
    private volatile boolean failed;

    CrashExploration(
            List<ScriptRun.Era> eras,
            Function<Storage, WalConfig> configuration,
            CrashCheck check,
            ProviderControl control,
            CrashStates states) {
        this.eras = List.copyOf(eras);
        this.configuration = configuration;
        this.check = check;
        this.control = control;
        this.states = states;
    }

    /** What was seen. */
    CrashStates states() {
        return states;
    }

    /** How many disk operations the workload had. */
    int operations() {
        return eras.stream().mapToInt(era -> era.storage().operations()).sum();
    }

    /**
     * Explores every so-many-th operation.
     *
     * @param seed what the states are drawn from
     * @param each how many states are built after each operation
     * @param only the name of the one state to check, {@code seed/operation/state}; empty for all
     * @return how many states were built
     * @throws Failure if a check failed
     */
    long run(long seed, int each, int worker, int workers, String only) {
        return visit((disk, expectation, operation) -> {
            if (operation % workers != worker) {
                return 0;
            }
            int count = disk.isOpen() ? each : 1;
            long expected = expectation.fingerprint();
            for (int state = 0; state < count && !failed; state++) {
                if (only.isEmpty() || only.equals(seed + "/" + operation + "/" + state)) {
                    long drawn = Hash.mix(Hash.mix(seed + operation) + state);
                    crash(disk, expectation, expected, operation, state, drawn);
                }
            }
            return count;
        });
    }

    private void crash(
            SimulatedDisk disk, CrashExpectation expectation, long expected, int operation, int state, long drawn) {
        SimulatedDisk crashed = disk.crash(choice(state, drawn));
        long fingerprint = crashed.fingerprint();
        states.add(fingerprint);
        // The same disk is another state where more is expected of it.
        if (!checked.add(Hash.mix(fingerprint ^ expected))) {
            return;
        }
        long checkSeed = Hash.mix(~drawn);
        try {
            check(crashed, expectation, checkSeed);
        } catch (Exception | AssertionError e) {
            failed = true;
            RecordedChoice choice = RecordedChoice.of(disk, choice(state, drawn));
            throw new Failure(
                    new CrashReplay.State(operation, checkSeed, choice), state, describe(e, expectation, operation), e);
        }
    }

    private static CrashChoice choice(int state, long drawn) {
        return switch (state) {
            case 0 -> CrashChoice.nothingWritten();
            case 1 -> CrashChoice.everythingWritten();
            default -> CrashChoice.lossy(new SplittableRandom(drawn));
        };
    }

    private void check(SimulatedDisk crashed, CrashExpectation expectation, long checkSeed) throws Exception {
        control.restart(checkSeed);
        SimulatedStorage storage = SimulatedStorage.unrecorded(crashed);
        check.check(storage, configuration.apply(storage), expectation, new SplittableRandom(checkSeed));
    }

    /** Checks one state again; what is wrong with it, if anything still is. */
    Optional<Failure> replay(CrashReplay.State state) {
        Failure[] failure = new Failure[1];
        visit((disk, expectation, operation) -> {
            if (operation == state.operation()) {
                try {
                    check(disk.crash(state.choice().again()), expectation, state.checkSeed());
                } catch (Exception | AssertionError e) {
                    failure[0] = new Failure(state, 0, describe(e, expectation, operation), e);
                }
            }
            return 0;
        });
        return Optional.ofNullable(failure[0]);
    }

    /** Goes through all operations; the sum of what the visits answer. */
    @CanIgnoreReturnValue
    private long visit(Visit visit) {
        long sum = 0;
        int before = 0;
        for (ScriptRun.Era era : eras) {
            SimulatedDisk disk = era.storage().start();
            List<DiskOperation> history = era.storage().history();
            for (int done = 0; done <= history.size() && !failed; done++) {
                if (done > 0) {
                    disk.apply(history.get(done - 1));
                }
                sum += visit.state(disk, era.witness().expectation(done), before + done);
            }
            before += history.size();
        }
        return sum;
    }

    private String describe(Throwable problem, CrashExpectation expectation, int operation) {
        return problem.getMessage() + "\nafter disk operation " + operation + " of " + operations()
                + "; acknowledged before the crash: sequence " + expectation.acknowledged()
                + "\nthe last operations before it: " + lastOperations(operation);
    }

    private List<DiskOperation> lastOperations(int operation) {
        List<DiskOperation> all =
                eras.stream().flatMap(era -> era.storage().history().stream()).toList();
        return all.subList(Math.max(0, operation - 8), operation);
    }
}

package softadastra.wal.file;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;

/** Runs Lincheck on a log, in a JVM of its own, since it instruments every class. */
final class LincheckChild {
    private static final int THREADS = 3;
    private static final int CALLS = 3;
    private static final int INVOCATIONS = 100;
    private static final long INVOCATION_MILLIS = 300_000;

    private LincheckChild() {}

    /** How to go about it, and how many scenarios to make. */
    public static void main(String[] args) {
        int scenarios = Integer.parseInt(args[1]);
        try {
            switch (args[0]) {
                case "memory-model" -> model(LinearizableLog.InMemory.class, scenarios);
                case "memory-stress" -> stress(LinearizableLog.InMemory.class, scenarios);
                case "file-model" -> model(LinearizableLog.InFilesAlone.class, scenarios);
                case "file-stress" -> stress(LinearizableLog.InFiles.class, scenarios);
                case "mistaken-model" -> model(LinearizableLog.Mistaken.class, scenarios);
                default -> throw new IllegalArgumentException(args[0]);
            }
            System.out.println("linearizable: " + scenarios + " scenarios, " + INVOCATIONS + " executions each");
        } catch (LincheckAssertionError e) {
            System.out.println("not linearizable: " + e.getMessage());
        }
        // Threads of scenarios that were given up may still be there.
        System.exit(0);
    }

    /** Every switch between two threads is Lincheck's, so that a failure comes again. It knows no threads but its own. */
    private static void model(Class<? extends LinearizableLog> log, int scenarios) {
        new ModelCheckingOptions()
                .iterations(scenarios)
                .invocationsPerIteration(INVOCATIONS)
                .threads(2)
                .actorsPerThread(CALLS)
                .actorsBefore(0)
                .actorsAfter(1)
                .sequentialSpecification(LinearizableLog.Sequential.class)
                // A failure is named by its scenario; a smaller one takes longer to find than it is worth.
                .minimizeFailedScenario(false)
                // The first execution has Lincheck instrument all that a log is made of, which takes its time on a busy
                // machine.
                .invocationTimeout$lincheck(INVOCATION_MILLIS)
                // Numbers are written into arrays in a way that Lincheck has no model of, and loops over parts of an
                // array look to it
                // like a thread that hangs; all of them under a lock.
                .addGuarantee(forClasses(
                                "softadastra.wal.memory.Chunk",
                                "softadastra.wal.file.LittleEndian",
                                "softadastra.wal.tck.fault.Sectors",
                                "softadastra.wal.tck.fault.Hash")
                        .allMethods()
                        .treatAsAtomic())
                .check(log);
    }

    private static void stress(Class<? extends LinearizableLog> log, int scenarios) {
        new StressOptions()
                .iterations(scenarios)
                .invocationsPerIteration(INVOCATIONS)
                .threads(THREADS)
                .actorsPerThread(CALLS)
                .actorsBefore(1)
                .actorsAfter(1)
                .sequentialSpecification(LinearizableLog.Sequential.class)
                .check(log);
    }
}

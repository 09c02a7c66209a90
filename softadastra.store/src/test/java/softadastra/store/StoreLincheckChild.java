package softadastra.store;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;

/** Runs Lincheck on a store, in a JVM of its own, since it instruments every class. */
final class StoreLincheckChild {
    private static final int THREADS = 3;
    private static final int CALLS = 3;
    private static final int INVOCATIONS = 100;
    private static final long INVOCATION_MILLIS = 300_000;

    /** One of the first shows it; there it ends. */
    private static final int SCENARIOS_FOR_A_MISTAKE = 30;

    private StoreLincheckChild() {}

    /** How many scenarios to make, and how to go about them, one way after the other. */
    public static void main(String[] args) {
        int scenarios = Integer.parseInt(args[0]);
        for (int i = 1; i < args.length; i++) {
            System.out.println(args[i] + ": " + outcome(args[i], scenarios));
        }
        // Threads of scenarios that were given up may still be there.
        System.exit(0);
    }

    private static String outcome(String kind, int scenarios) {
        try {
            switch (kind) {
                case "model" -> model(LinearizableStore.class, scenarios);
                case "stress" -> stress(scenarios);
                case "mistaken-model" -> model(LinearizableStore.Mistaken.class, SCENARIOS_FOR_A_MISTAKE);
                default -> throw new IllegalArgumentException(kind);
            }
            return "linearizable, " + scenarios + " scenarios, " + INVOCATIONS + " executions each";
        } catch (LincheckAssertionError e) {
            return "not linearizable: " + e.getMessage();
        }
    }

    /** Every switch between two threads is Lincheck's, so that a failure comes again. It knows no threads but its own. */
    private static void model(Class<? extends LinearizableStore> store, int scenarios) {
        new ModelCheckingOptions()
                .iterations(scenarios)
                .invocationsPerIteration(INVOCATIONS)
                .threads(2)
                .actorsPerThread(CALLS)
                .actorsBefore(1)
                .actorsAfter(1)
                .sequentialSpecification(SequentialStore.class)
                // A failure is named by its scenario; a smaller one takes longer to find than it is worth.
                .minimizeFailedScenario(false)
                // The first execution has Lincheck instrument all that a store is made of, which takes its time on a
                // busy
                // machine.
                .invocationTimeout$lincheck(INVOCATION_MILLIS)
                // Numbers are written into arrays in a way that Lincheck has no model of, and loops over bytes look to
                // it like
                // a thread that hangs; these work on what one thread has, or under a lock.
                .addGuarantee(forClasses(
                                "softadastra.wal.memory.Chunk",
                                "softadastra.core.ByteWriter",
                                "softadastra.core.Utf8",
                                "softadastra.store.KeyHash",
                                "softadastra.store.Key",
                                "softadastra.store.Value")
                        .allMethods()
                        .treatAsAtomic())
                .check(store);
    }

    private static void stress(int scenarios) {
        new StressOptions()
                .iterations(scenarios)
                .invocationsPerIteration(INVOCATIONS)
                .threads(THREADS)
                .actorsPerThread(CALLS)
                .actorsBefore(1)
                .actorsAfter(1)
                .sequentialSpecification(SequentialStore.class)
                .check(LinearizableStore.class);
    }
}

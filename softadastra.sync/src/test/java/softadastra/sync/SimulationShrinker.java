package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes a failing run shorter: leaves out steps as long as it still fails, larger parts first (Zeller, Hildebrandt, "Simplifying and
 * isolating failure-inducing input", 2002).
 */
final class SimulationShrinker {

    private static final int MAX_RUNS = 400;

    private final long seed;
    private final SimulationBug bug;
    private final List<Long> steps;
    private int runs;

    private SimulationShrinker(long seed, SimulationBug bug, List<Long> steps) {
        this.seed = seed;
        this.bug = bug;
        this.steps = steps;
    }

    /** A run that failed, made shorter, and how to repeat it. */
    record Failure(long seed, int steps, List<Integer> kept, Throwable cause) {

        String command() {
            String only = kept.stream().map(String::valueOf).collect(Collectors.joining(","));
            return "mvn -B -pl softadastra.sync -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dsoftadastra.sync.seed=" + seed + " -Dsoftadastra.sync.seeds=1 -Dsoftadastra.sync.steps="
                    + steps
                    + " -Dsoftadastra.sync.only=" + (only.isEmpty() ? "none" : only);
        }

        AssertionError toError() {
            return new AssertionError(
                    "seed " + seed + " fails with " + kept.size() + " of " + steps + " steps: " + cause.getMessage()
                            + "\nrepeat it with: " + command(),
                    cause);
        }
    }

    /** Runs a seed; if it fails, the failure with as few steps as are found. */
    static Optional<Failure> run(long seed, SimulationBug bug, int count, SimulationCounts counts) {
        SimulationShrinker shrinker = new SimulationShrinker(seed, bug, Simulation.steps(seed, count));
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(i);
        }
        Optional<Throwable> failure = shrinker.failure(all, counts);
        return failure.map(cause -> shrinker.shrink(all, cause));
    }

    /** What a run of some of the steps of a seed fails with. */
    static Optional<Throwable> failure(long seed, int count, List<Integer> kept) {
        return new SimulationShrinker(seed, SimulationBug.NONE, Simulation.steps(seed, count))
                .failure(kept, new SimulationCounts());
    }

    private Optional<Throwable> failure(List<Integer> kept, SimulationCounts counts) {
        runs++;
        try (Simulation simulation = new Simulation(seed, bug)) {
            counts.add(simulation.run(kept.stream().map(steps::get).toList()));
            return Optional.empty();
        } catch (AssertionError | RuntimeException e) {
            return Optional.of(e);
        }
    }

    private Failure shrink(List<Integer> all, Throwable first) {
        List<Integer> kept = all;
        Throwable cause = first;
        for (int part = kept.size() / 2; part >= 1 && runs < MAX_RUNS; part /= 2) {
            for (int from = 0; from < kept.size() && runs < MAX_RUNS; ) {
                List<Integer> fewer = new ArrayList<>(kept.subList(0, from));
                fewer.addAll(kept.subList(Math.min(kept.size(), from + part), kept.size()));
                Optional<Throwable> failure = failure(fewer, new SimulationCounts());
                if (failure.isPresent()) {
                    kept = fewer;
                    cause = failure.get();
                } else {
                    from += part;
                }
            }
        }
        return new Failure(seed, all.size(), kept, cause);
    }
}

package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What several nodes guarantee together, in runs that follow from their seeds: {@link Simulation}. A seed that fails is shrunk, and
 * the message has the command that repeats it.
 *
 * <p>{@code -Dsoftadastra.sync.seeds=1000000} runs more of them, from {@code -Dsoftadastra.sync.seed} on.
 */
class SimulationTest {

    private static final boolean CI = "ci".equals(System.getProperty("softadastra.slice"));
    private static final long FIRST = Long.getLong("softadastra.sync.seed", 1);
    private static final long SEEDS = Long.getLong("softadastra.sync.seeds", CI ? 2_000 : 100);
    private static final int STEPS = Integer.getInteger("softadastra.sync.steps", 300);

    /** Which steps of the seed to do, for one that was shrunk. */
    private static final String ONLY = System.getProperty("softadastra.sync.only", "");

    @Test
    void allNodesAgreeOnWhatWasWrittenLastWhateverHappensInBetween() {
        if (!ONLY.isEmpty()) {
            Stream<String> numbers = ONLY.equals("none") ? Stream.of() : Stream.of(ONLY.split(",", -1));
            SimulationShrinker.failure(
                            FIRST, STEPS, numbers.map(Integer::valueOf).toList())
                    .ifPresent(cause -> {
                        throw new AssertionError("seed " + FIRST, cause);
                    });
            return;
        }
        Simulation.Counts counts = new Simulation.Counts();
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            SimulationShrinker.run(seed, SimulationBug.NONE, STEPS, counts).ifPresent(failure -> {
                throw failure.toError();
            });
        }
        System.out.println("sync simulation: " + counts);
    }

    @Test
    void oneSeedIsOneRun() {
        for (long seed = 1; seed <= 20; seed++) {
            assertEquals(trace(seed), trace(seed), "seed " + seed);
        }
        assertEquals(
                5,
                IntStream.rangeClosed(1, 5)
                        .mapToLong(SimulationTest::trace)
                        .distinct()
                        .count());
    }

    private static long trace(long seed) {
        try (Simulation simulation = new Simulation(seed, SimulationBug.NONE)) {
            Simulation.Counts unused = simulation.run(Simulation.steps(seed, STEPS));
            return simulation.trace();
        }
    }

    @Test
    void aFailureIsShrunkAndToldWithACommandThatRepeatsIt() {
        Optional<SimulationShrinker.Failure> failure =
                SimulationShrinker.run(2, SimulationBug.NO_TOMBSTONES, STEPS, new Simulation.Counts());
        SimulationShrinker.Failure found = failure.orElseThrow();
        assertTrue(found.kept().size() < STEPS / 4, () -> found.kept().size() + " steps");
        assertTrue(found.command().contains("-Dsoftadastra.sync.seed=2 "), found::command);
        // The steps that are left fail by the mistake alone.
        assertEquals(Optional.empty(), SimulationShrinker.failure(2, STEPS, found.kept()));
        List<Integer> none = List.of();
        assertEquals(Optional.empty(), SimulationShrinker.failure(2, STEPS, none));
    }
}

package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    /** So many seeds do everything that is checked. */
    private static final long FEW = 100;

    private static final long MANY = 10_000;
    private static final long MANY_OPERATIONS = 2_000_000;
    private static final long SEEDS = Long.getLong("softadastra.sync.seeds", CI ? MANY : FEW);

    /** One seed is one run in one thread; how many of them run at a time changes nothing but the time. */
    private static final int THREADS = Math.min(8, Runtime.getRuntime().availableProcessors());

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
        long begin = System.nanoTime();
        SimulationCounts counts = new SimulationCounts();
        AtomicLong next = new AtomicLong(FIRST);
        AtomicReference<SimulationShrinker.@Nullable Failure> failed = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> run(next, counts, failed), "simulation-" + i);
            threads.add(thread);
            thread.start();
        }
        threads.forEach(SimulationTest::join);
        SimulationShrinker.Failure failure = failed.get();
        if (failure != null) {
            throw failure.toError();
        }
        System.out.println("sync simulation: " + counts + ", in " + (System.nanoTime() - begin) / 1_000_000_000
                + " s on " + THREADS + " threads");
        assertEquals(SEEDS, counts.seeds);
        if (SEEDS >= FEW) {
            for (Invariant invariant : EnumSet.complementOf(EnumSet.of(Invariant.I17))) {
                assertTrue(counts.checks(invariant) > 0, () -> invariant + " was never checked");
            }
        }
        if (SEEDS >= MANY) {
            assertTrue(counts.operations >= MANY_OPERATIONS, () -> counts.operations + " operations");
        }
    }

    /** Runs seeds until there are none left, or one has failed. */
    private static void run(
            AtomicLong next, SimulationCounts counts, AtomicReference<SimulationShrinker.@Nullable Failure> failed) {
        SimulationCounts done = new SimulationCounts();
        for (long seed = next.getAndIncrement();
                seed < FIRST + SEEDS && failed.get() == null;
                seed = next.getAndIncrement()) {
            SimulationShrinker.run(seed, SimulationBug.NONE, STEPS, done)
                    .ifPresent(failure -> failed.compareAndSet(null, failure));
        }
        synchronized (counts) {
            counts.add(done);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
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
            SimulationCounts unused = simulation.run(Simulation.steps(seed, STEPS));
            return simulation.trace();
        }
    }

    @Test
    void aFailureIsShrunkAndToldWithACommandThatRepeatsIt() {
        Optional<SimulationShrinker.Failure> failure =
                SimulationShrinker.run(2, SimulationBug.NO_TOMBSTONES, STEPS, new SimulationCounts());
        SimulationShrinker.Failure found = failure.orElseThrow();
        assertTrue(found.kept().size() < STEPS / 4, () -> found.kept().size() + " steps");
        assertTrue(found.command().contains("-Dsoftadastra.sync.seed=2 "), found::command);
        // The steps that are left fail by the mistake alone.
        assertEquals(Optional.empty(), SimulationShrinker.failure(2, STEPS, found.kept()));
        List<Integer> none = List.of();
        assertEquals(Optional.empty(), SimulationShrinker.failure(2, STEPS, none));
    }
}

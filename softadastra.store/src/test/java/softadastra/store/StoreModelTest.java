package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random writes, reads, batches, conditions, snapshots, watches, checkpoints, failures and crashes against a tree map: what the
 * store answers, shows and recovers is what the model does, after every step.
 *
 * <p>{@code -Dsoftadastra.model.seeds=N} sets how many scripts are run, {@code -Dsoftadastra.seed=N} which comes first, and
 * {@code -Dsoftadastra.model.replay='seed:42 ...'} has one script run alone, which may be a seed's own: {@code seed:42}.
 */
class StoreModelTest {

    private static final boolean LARGE = "ci".equals(System.getProperty("softadastra.slice"));
    private static final long SEEDS = Long.getLong("softadastra.model.seeds", LARGE ? 20_000 : 1_000);
    private static final long FIRST = Long.getLong("softadastra.seed", 1);
    private static final String REPLAY = System.getProperty("softadastra.model.replay", "");
    private static final int THREADS = 2;

    @Test
    void storeDoesWhatTheModelDoes() throws Exception {
        BiFunction<String, Map<String, Long>, String> runner = ModelControl.runner();
        if (!REPLAY.isEmpty()) {
            assertEquals("", runner.apply(REPLAY, new TreeMap<>()));
            return;
        }
        long start = System.nanoTime();
        AtomicLong next = new AtomicLong(FIRST);
        AtomicLong end = new AtomicLong(FIRST + SEEDS);
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        ModelCounts counts = new ModelCounts();
        List<String> failures = new ArrayList<>();
        try {
            List<Future<Map<String, Long>>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                workers.add(executor.submit(() -> {
                    Map<String, Long> own = new TreeMap<>();
                    for (long seed = next.getAndIncrement(); seed < end.get(); seed = next.getAndIncrement()) {
                        String failure = runner.apply("seed:" + seed, own);
                        if (!failure.isEmpty()) {
                            end.set(0);
                            synchronized (failures) {
                                failures.add(shrunk(runner, seed, failure));
                            }
                        }
                    }
                    return own;
                }));
            }
            for (Future<Map<String, Long>> worker : workers) {
                counts.add(worker.get());
            }
        } finally {
            executor.shutdownNow();
        }
        assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT, "Model of the store: %,d seeds from %d in %.1f s: %s%n", SEEDS, FIRST, seconds, counts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A log that failed had let go what it had taken: a watch that lagged left it out, and so did the
                // history.
                "seed:196 open:1 fail:0:0:0 watch:0:0 put:0:0 batch:0:0:0:-1:0:-1:0:0:0:0"
                        + " abatch:0:0:0:0:0:0:0:0:0:-1:0:-1 idle",
                "seed:196 open:1 putif:0:0:0 fail:0:0:0 history",
                // Puts were refused for want of space while a checkpoint was written, on a disk that had it.
                "seed:952 open:0 crash:7:0 batch:0:0:0:-1 checkpoint:0:0 putif:0:0:0 cut:0 checkpoint:1:0"
            })
    void whatOnceFailedDoesNotFailAgain(String script) {
        assertEquals("", ModelControl.runner().apply(script, new TreeMap<>()));
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    @Test
    void eachSeedHasStepsOfItsOwn() {
        Set<Long> drawn = new HashSet<>();
        for (long seed = 1; seed <= 1_000; seed++) {
            SplittableRandom choices = ModelScript.choices(seed);
            for (int i = 0; i < 10; i++) {
                assertTrue(drawn.add(choices.nextLong()), "seed " + seed);
            }
        }
    }

    private static String shrunk(BiFunction<String, Map<String, Long>, String> runner, long seed, String failure) {
        ModelScript script = ModelScript.random(seed);
        ModelShrinker.Found simplest = ModelShrinker.shrink(new ModelShrinker.Found(script, failure), simpler -> {
            String found = runner.apply(simpler.toString(), new TreeMap<>());
            return found.isEmpty() ? Optional.empty() : Optional.of(new ModelShrinker.Found(simpler, found));
        });
        return "seed " + seed + ", shrunk: " + simplest.failure() + "\nas it was found: " + firstLine(failure)
                + "\nscript: " + simplest.script() + "\nshrunk from: " + script
                + "\nto replay it: mvn -B -pl "
                + Path.of(System.getProperty("basedir", "")).getFileName()
                + " -am test -Dtest=StoreModelTest -Dsoftadastra.model.replay='" + simplest.script()
                + "' -Dsurefire.failIfNoSpecifiedTests=false";
    }
}

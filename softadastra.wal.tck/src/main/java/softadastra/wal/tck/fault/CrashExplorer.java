package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.storage.Storage;

/**
 * Crashes a workload after each of its disk operations, each time in many ways, and checks every recovery.
 *
 * <p>The workload runs once, on a {@link SimulatedStorage}, and its disk operations are recorded. Then, for every prefix of
 * them, disks are built that a power cut at that moment may leave: one to which nothing unforced was written, one to which
 * everything was, and others drawn at random. Disks that were seen before are passed over. Each other one goes to the {@link
 * CrashCheck}.
 *
 * <p>A workload is best a {@link CrashScript}: there is no end of them, and one that fails is shrunk.
 *
 * <pre>{@code
 * CrashExplorer explorer = CrashExplorer.of(new MyWalProvider());
 * explorer.exploreScripts(1, () -> explorer.states().distinct() < 10_000);
 * }</pre>
 *
 * <p>What cannot be said as a script is code, told what it was acknowledged by a {@link CrashWitness}:
 *
 * <pre>{@code
 * explorer.withSeed(42).explore((config, witness) -> {
 *     try (Wal wal = Wal.open(config).orElseThrow()) {
 *         witness.append(wal, WalBatch.of(64, payload));
 *     }
 * });
 * }</pre>
 *
 * <p>A failure gives the command that replays it: the system property {@value #REPLAY} has the next exploration
 * check that one state alone. That is exact as long as the provider does the same each time, for which one with threads or
 * randomness of its own needs a {@link ProviderControl}. For code instead of a script, the text is seed, operation and state.
 *
 * @param provider whose logs are explored
 * @param seed what the random states are drawn from; a script's own seed is added to it
 * @param statesPerOperation how many disks are built after each operation, before those seen already are passed over
 * @param threads how many threads check
 * @param configuration changes the configuration that the workload gets
 * @param check what is done with each disk
 * @param control makes the provider do the same each time
 * @param states what was seen already; share one to count several explorations together
 * @param shrinking whether a script that fails is shrunk before it is told of
 */
public record CrashExplorer(
        WalProvider provider,
        long seed,
        int statesPerOperation,
        int threads,
        UnaryOperator<WalConfig> configuration,
        CrashCheck check,
        ProviderControl control,
        CrashStates states,
        boolean shrinking) {

    /** The system property that restricts a run to one state. */
    public static final String REPLAY = "softadastra.crash.replay";

    private static final int DEFAULT_STATES = 32;

    /**
     * What an exploration did.
     *
     * @param workloads how many workloads ran
     * @param operations how many disk operations they had
     * @param states how many disks were built
     * @param distinct how many of these were different from each other and from all before, and checked
     */
    public record Report(int workloads, long operations, long states, long distinct) {

        /** Nothing. */
        public static final Report NONE = new Report(0, 0, 0, 0);

        /** The sum of two. */
        public Report plus(Report other) {
            return new Report(
                    workloads + other.workloads,
                    operations + other.operations,
                    states + other.states,
                    distinct + other.distinct);
        }

        /** A line to be printed, the same for all explorers, so that what several did can be added up. */
        public String summary(String name, long nanos) {
            return String.format(
                    Locale.ROOT,
                    "Crash explorer of %s: %d disks distinct by hash, of %d built, after %d operations of %d workloads; %.0f/s",
                    name,
                    distinct,
                    states,
                    operations,
                    workloads,
                    distinct * 1e9 / nanos);
        }
    }

    /** An explorer of a provider's logs, with seed 1, 32 states after each operation, and a thread for each processor. */
    public static CrashExplorer of(WalProvider provider) {
        return new CrashExplorer(
                provider,
                1,
                DEFAULT_STATES,
                Runtime.getRuntime().availableProcessors(),
                UnaryOperator.identity(),
                new WalCrashCheck(provider),
                ProviderControl.NONE,
                new CrashStates(),
                true);
    }

    /** With {@link #seed} set. */
    public CrashExplorer withSeed(long value) {
        return new CrashExplorer(
                provider, value, statesPerOperation, threads, configuration, check, control, states, shrinking);
    }

    /** With {@link #statesPerOperation} set. */
    public CrashExplorer withStatesPerOperation(int value) {
        return new CrashExplorer(provider, seed, value, threads, configuration, check, control, states, shrinking);
    }

    /** With {@link #threads} set. */
    public CrashExplorer withThreads(int value) {
        return new CrashExplorer(
                provider, seed, statesPerOperation, value, configuration, check, control, states, shrinking);
    }

    /** With {@link #configuration} set. */
    public CrashExplorer withConfiguration(UnaryOperator<WalConfig> value) {
        return new CrashExplorer(provider, seed, statesPerOperation, threads, value, check, control, states, shrinking);
    }

    /** With {@link #check} set. */
    public CrashExplorer withCheck(CrashCheck value) {
        return new CrashExplorer(
                provider, seed, statesPerOperation, threads, configuration, value, control, states, shrinking);
    }

    /** With {@link #control} set. */
    public CrashExplorer withControl(ProviderControl value) {
        return new CrashExplorer(
                provider, seed, statesPerOperation, threads, configuration, check, value, states, shrinking);
    }

    /** With {@link #states} set. */
    public CrashExplorer withStates(CrashStates value) {
        return new CrashExplorer(
                provider, seed, statesPerOperation, threads, configuration, check, control, value, shrinking);
    }

    /** With {@link #shrinking} set. */
    public CrashExplorer withShrinking(boolean value) {
        return new CrashExplorer(
                provider, seed, statesPerOperation, threads, configuration, check, control, states, value);
    }

    /**
     * Runs a script on an empty disk and explores its crashes. Blocks until that is done; one that fails is shrunk before,
     * which may take many times as long.
     *
     * @return what was done
     * @throws AssertionError if a check failed, with the way to replay it
     */
    public Report explore(CrashScript script) throws InterruptedException {
        String replay = System.getProperty(REPLAY, "");
        if (replay.startsWith("seed:")) {
            return replay(CrashReplay.parse(replay));
        }
        try {
            return explored(recorded(script, states), seed(script), replay);
        } catch (AssertionError e) {
            throw shrunk(script, e);
        }
    }

    /**
     * Explores random scripts of one seed after the other, each on a thread of its own. Blocks until enough of them were, or one
     * has failed; of several, the one of the lowest seed is told of.
     *
     * @param firstSeed the seed of the first script
     * @param more whether to go on with another; asked by several threads, before each script
     * @return what was done
     * @throws AssertionError if a check failed, with the way to replay it
     */
    public Report exploreScripts(long firstSeed, BooleanSupplier more) throws InterruptedException {
        if (System.getProperty(REPLAY, "").startsWith("seed:")) {
            return explore(CrashScript.random(firstSeed));
        }
        AtomicLong next = new AtomicLong(firstSeed);
        ConcurrentSkipListMap<Long, AssertionError> failures = new ConcurrentSkipListMap<>();
        long before = states.distinct();
        Report report = onAllThreads(worker -> {
            Report own = Report.NONE;
            while (failures.isEmpty() && more.getAsBoolean()) {
                CrashScript script = CrashScript.random(next.getAndIncrement());
                try {
                    CrashExploration exploration = recorded(script, states);
                    long built = exploration.run(seed(script), statesPerOperation, 0, 1, "");
                    own = own.plus(new Report(1, exploration.operations(), built, 0));
                } catch (AssertionError e) {
                    failures.put(script.seed(), e);
                }
            }
            return own;
        });
        if (!failures.isEmpty()) {
            Map.Entry<Long, AssertionError> first = failures.firstEntry();
            throw shrunk(CrashScript.random(first.getKey()), first.getValue());
        }
        return report.plus(new Report(0, 0, 0, states.distinct() - before));
    }

    private AssertionError shrunk(CrashScript script, AssertionError failure) {
        CrashShrinker.Found found = found(script, failure);
        CrashShrinker.Found simplest = shrinking ? CrashShrinker.shrink(found, this::find, this::findAgain) : found;
        return new AssertionError(
                simplest.failure().getMessage() + "\nscript: "
                        + simplest.replay().script()
                        + (shrinking ? "\nshrunk from: " + script : "")
                        + "\nto replay it: "
                        + ReplayCommand.of(simplest.replay().toString()),
                simplest.failure());
    }

    private static CrashShrinker.Found found(CrashScript script, AssertionError failure) {
        Optional<CrashReplay.State> state =
                failure instanceof CrashExploration.Failure crash ? Optional.of(crash.state()) : Optional.empty();
        return new CrashShrinker.Found(new CrashReplay(script, state), failure);
    }

    private Optional<CrashShrinker.Found> find(CrashScript script) {
        try {
            var unused = recorded(script, new CrashStates()).run(seed(script), statesPerOperation, 0, 1, "");
            return Optional.empty();
        } catch (AssertionError e) {
            return Optional.of(found(script, e));
        }
    }

    private Optional<CrashShrinker.Found> findAgain(CrashReplay replay) {
        return recorded(replay.script(), new CrashStates())
                .replay(replay.state().orElseThrow())
                .map(failure -> new CrashShrinker.Found(replay, failure));
    }

    private Report replay(CrashReplay replay) {
        CrashExploration exploration = recorded(replay.script(), states);
        replay.state().flatMap(exploration::replay).ifPresent(failure -> {
            throw failure;
        });
        return new Report(1, exploration.operations(), 1, 1);
    }

    private long seed(CrashScript script) {
        return seed + Hash.mix(script.seed());
    }

    private CrashExploration recorded(CrashScript script, CrashStates seen) {
        return new CrashExploration(ScriptRun.run(script, this::config, control), this::config, check, control, seen);
    }

    /**
     * Runs the workload on an empty disk and explores its crashes. Blocks until that is done.
     *
     * @return what was done
     * @throws AssertionError if a check failed, with the way to replay it
     * @throws Exception if the workload failed
     */
    public Report explore(CrashWorkload workload) throws Exception {
        return explore(SimulatedStorage.create(), workload);
    }

    /** As {@link #explore(CrashWorkload)}, on a disk that already has something on it. */
    public Report explore(SimulatedStorage storage, CrashWorkload workload) throws Exception {
        CrashWitness witness = new CrashWitness(storage);
        workload.run(config(storage), witness);
        try {
            CrashExploration exploration = new CrashExploration(
                    List.of(new ScriptRun.Era(storage, witness)), this::config, check, control, states);
            return explored(exploration, seed, System.getProperty(REPLAY, ""));
        } catch (CrashExploration.Failure e) {
            String name = seed + "/" + e.state().operation() + "/" + e.number();
            throw new AssertionError(
                    "crash state " + name + " (seed/operation/state): " + e.getMessage() + "\nto replay it: "
                            + ReplayCommand.of(name),
                    e);
        }
    }

    private Report explored(CrashExploration exploration, long drawnFrom, String only) throws InterruptedException {
        long before = exploration.states().distinct();
        Report built = onAllThreads(worker -> {
            long states = exploration.run(drawnFrom, statesPerOperation, worker, threads, only);
            return new Report(0, 0, states, 0);
        });
        return built.plus(
                new Report(1, exploration.operations(), 0, exploration.states().distinct() - before));
    }

    /** What one of the threads does. */
    @FunctionalInterface
    private interface Share {
        Report of(int worker);
    }

    private Report onAllThreads(Share share) throws InterruptedException {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Report>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int worker = i;
                running.add(executor.submit(() -> share.of(worker)));
            }
            Report sum = Report.NONE;
            for (Future<Report> worker : running) {
                sum = sum.plus(worker.get());
            }
            return sum;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            executor.shutdownNow();
        }
    }

    private WalConfig config(Storage storage) {
        return configuration
                .apply(WalConfig.durable("simulated.wal").withProvider(provider))
                .withStorage(path -> storage);
    }
}

package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;

/**
 * Crashes a workload after each of its disk operations, each time in many ways, and checks every recovery.
 *
 * <p>The workload runs once, on a {@link SimulatedStorage}, and its disk operations are recorded. Then, for every prefix of
 * them, disks are built that a power cut at that moment may leave: one to which nothing unforced was written, one to which
 * everything was, and others drawn at random. Disks that were seen before, with no less expected of them, are passed over.
 * Each other one goes to the {@link CrashCheck}.
 *
 * <pre>{@code
 * CrashExplorer.of(new MyWalProvider()).withSeed(42).explore((config, witness) -> {
 *     try (Wal wal = Wal.open(config).orElseThrow()) {
 *         witness.append(wal, WalBatch.of(64, payload));
 *     }
 * });
 * }</pre>
 *
 * <p>A failure names seed, operation and state; the system property {@value #REPLAY}, set to these three, has the next run
 * check that one state alone. Where the provider has threads of its own, its operations may come in another order then, and
 * the whole exploration is the better replay.
 *
 * @param provider whose logs are explored
 * @param seed what the random states are drawn from
 * @param statesPerOperation how many disks are built after each operation, before those seen already are passed over
 * @param threads how many threads check
 * @param configuration changes the configuration that the workload gets
 * @param check what is done with each disk
 */
public record CrashExplorer(
        WalProvider provider,
        long seed,
        int statesPerOperation,
        int threads,
        UnaryOperator<WalConfig> configuration,
        CrashCheck check) {

    /** The system property that restricts a run to one state: {@code seed/operation/state}. */
    public static final String REPLAY = "softadastra.crash.replay";

    /**
     * What an exploration did.
     *
     * @param operations how many disk operations the workload had
     * @param states how many disks were built
     * @param distinct how many of these were different, and checked
     */
    public record Report(int operations, long states, long distinct) {}

    /** An explorer of a provider's logs, with seed 1, 32 states after each operation, and a thread for each processor. */
    public static CrashExplorer of(WalProvider provider) {
        return new CrashExplorer(
                provider,
                1,
                32,
                Runtime.getRuntime().availableProcessors(),
                UnaryOperator.identity(),
                new WalCrashCheck(provider));
    }

    /** With {@link #seed} set. */
    public CrashExplorer withSeed(long value) {
        return new CrashExplorer(provider, value, statesPerOperation, threads, configuration, check);
    }

    /** With {@link #statesPerOperation} set. */
    public CrashExplorer withStatesPerOperation(int value) {
        return new CrashExplorer(provider, seed, value, threads, configuration, check);
    }

    /** With {@link #threads} set. */
    public CrashExplorer withThreads(int value) {
        return new CrashExplorer(provider, seed, statesPerOperation, value, configuration, check);
    }

    /** With {@link #configuration} set. */
    public CrashExplorer withConfiguration(UnaryOperator<WalConfig> value) {
        return new CrashExplorer(provider, seed, statesPerOperation, threads, value, check);
    }

    /** With {@link #check} set. */
    public CrashExplorer withCheck(CrashCheck value) {
        return new CrashExplorer(provider, seed, statesPerOperation, threads, configuration, value);
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
        Exploration exploration = new Exploration(storage, witness);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Long>> workers = new ArrayList<>();
            for (int worker = 0; worker < threads; worker++) {
                int number = worker;
                workers.add(executor.submit(() -> exploration.run(number)));
            }
            long states = 0;
            for (Future<Long> worker : workers) {
                states += worker.get();
            }
            return new Report(exploration.history.size(), states, exploration.distinct.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failure) {
                throw failure;
            }
            throw e;
        } finally {
            executor.shutdownNow();
        }
    }

    private WalConfig config(SimulatedStorage storage) {
        return configuration
                .apply(WalConfig.durable("simulated.wal").withProvider(provider))
                .withStorage(path -> storage);
    }

    /** One workload's recording, and what was seen of it. */
    private final class Exploration {

        private final SimulatedDisk start;
        private final List<DiskOperation> history;
        private final CrashWitness witness;
        private final List<WrittenBatch> batches;
        private final Set<Long> seen = ConcurrentHashMap.newKeySet();
        private final AtomicLong distinct = new AtomicLong();
        private final String only = System.getProperty(REPLAY, "");
        private volatile boolean failed;

        Exploration(SimulatedStorage storage, CrashWitness witness) {
            this.start = storage.start();
            this.history = storage.history();
            this.witness = witness;
            this.batches = witness.batches();
        }

        /** Checks every so-many-th prefix; answers how many disks it built. */
        long run(int worker) {
            SimulatedDisk disk = start.copy();
            long states = 0;
            for (int operations = 0; operations <= history.size() && !failed; operations++) {
                if (operations > 0) {
                    disk.apply(history.get(operations - 1));
                }
                if (operations % threads == worker) {
                    states += explore(disk, operations);
                }
            }
            return states;
        }

        private long explore(SimulatedDisk disk, int operations) {
            CrashExpectation expectation = new CrashExpectation(batches, witness.acknowledgedWithin(operations));
            int count = disk.isOpen() ? statesPerOperation : 1;
            for (int state = 0; state < count && !failed; state++) {
                String name = seed + "/" + operations + "/" + state;
                if (!only.isEmpty() && !only.equals(name)) {
                    continue;
                }
                SplittableRandom random = new SplittableRandom(Hash.mix(Hash.mix(seed + operations) + state));
                SimulatedDisk crashed = disk.crash(choice(state, random));
                if (seen.add(Hash.mix(crashed.fingerprint() ^ Hash.mix(expectation.acknowledged())))) {
                    distinct.incrementAndGet();
                    check(SimulatedStorage.on(crashed), expectation, random, name, operations);
                }
            }
            return count;
        }

        private static CrashChoice choice(int state, SplittableRandom random) {
            return switch (state) {
                case 0 -> CrashChoice.nothingWritten();
                case 1 -> CrashChoice.everythingWritten();
                default -> CrashChoice.random(random);
            };
        }

        private void check(
                SimulatedStorage crashed,
                CrashExpectation expectation,
                SplittableRandom random,
                String name,
                int operations) {
            try {
                check.check(crashed, config(crashed), expectation, random);
            } catch (Exception | AssertionError e) {
                failed = true;
                throw new AssertionError(
                        "crash state " + name + " (seed/operation/state): " + e.getMessage()
                                + "\nacknowledged before the crash: sequence " + expectation.acknowledged()
                                + "\nthe last operations before it: " + lastOperations(operations)
                                + "\nto replay it, run this test with -D" + REPLAY + "=" + name,
                        e);
            }
        }

        private List<DiskOperation> lastOperations(int operations) {
            return history.subList(Math.max(0, operations - 8), operations);
        }
    }
}

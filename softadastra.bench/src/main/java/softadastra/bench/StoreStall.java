package softadastra.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import softadastra.store.CheckpointPolicy;
import softadastra.store.StoreCheckpoint;
import softadastra.store.StoreConfig;

/** How long a writer waits while a checkpoint is written beside it, and while none is: each of its puts is timed. */
final class StoreStall implements Work {

    private static final int ROUNDS = 5;
    private static final int MOST = 20_000_000;

    @Override
    public String name() {
        return "store-stall";
    }

    @Override
    public String table() {
        return "store";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        CheckpointPolicy policy = CheckpointPolicy.manual();
        StoreConfig memory = StoreConfig.memoryOnly().withCheckpoints(policy);
        StoreConfig file = StoreConfig.durable(directory.resolve("store"))
                .withAutoFlush(false)
                .withCheckpoints(policy);
        return List.of(
                row("a put beside a checkpoint, log in memory: 99.9 % are within", memory, sizes, "<= 1 ms"),
                row("a put beside a checkpoint, log in files, without flush: 99.9 % are within", file, sizes, ""));
    }

    private static Row row(String work, StoreConfig config, Sizes sizes, String target) throws Exception {
        try (SoftadastraStore store = new SoftadastraStore(config)) {
            store.load(new RecordSource(0), sizes.records());
            long[] nanos = new long[MOST];
            List<Stalls> beside = new ArrayList<>();
            List<Stalls> alone = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                CompletableFuture<StoreCheckpoint> checkpoint = CompletableFuture.supplyAsync(
                        () -> store.engine().checkpoint().orElseThrow());
                int puts = puts(store, sizes.records(), nanos, MOST, checkpoint);
                WrongResultException.require(sizes.records(), checkpoint.join().entries(), "entries of a checkpoint");
                beside.add(Stalls.of(nanos, puts));
                alone.add(Stalls.of(nanos, puts(store, sizes.records(), nanos, puts, new CompletableFuture<>())));
            }
            return new Row(work, Stalls.median(beside), "without a checkpoint " + Stalls.median(alone), "", target);
        }
    }

    /** Puts until something is done, or so often, and answers how often. */
    private static int puts(
            SoftadastraStore store, int records, long[] nanos, int most, CompletableFuture<StoreCheckpoint> until) {
        RecordSource source = new RecordSource(0);
        int done = 0;
        while (done < most && !until.isDone()) {
            source.at((done * 7_919L) % records);
            long start = System.nanoTime();
            store.put(source);
            nanos[done++] = System.nanoTime() - start;
        }
        return done;
    }

    /** The end of a distribution, in nanoseconds. */
    private record Stalls(long most, long longest) {

        static Stalls of(long[] nanos, int count) {
            Arrays.sort(nanos, 0, count);
            return count == 0 ? new Stalls(0, 0) : new Stalls(nanos[(int) (count * 0.999)], nanos[count - 1]);
        }

        static String median(List<Stalls> rounds) {
            long[] most = rounds.stream().mapToLong(Stalls::most).sorted().toArray();
            long[] longest = rounds.stream().mapToLong(Stalls::longest).sorted().toArray();
            return String.format(
                    Locale.ROOT,
                    "%.3f ms (the longest %.1f ms)",
                    most[most.length / 2] / 1e6,
                    longest[longest.length / 2] / 1e6);
        }
    }
}

package softadastra.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import softadastra.store.CheckpointPolicy;
import softadastra.store.Key;
import softadastra.store.KeyRange;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.store.Watch;

/** Two nodes over HTTP, both durable: how fast a backlog goes over, how soon a single write is there, what it costs to be idle. */
final class SyncSpeed implements Work {

    private static final int THREADS = 16;
    private static final int DRAINS = 5;

    /** How often a node says where it is when nothing happens. */
    private static final int HEARTBEAT_SECONDS = 5;

    private static final CheckpointPolicy MANUAL = CheckpointPolicy.manual();

    @Override
    public String name() {
        return "sync-speed";
    }

    @Override
    public String table() {
        return "sync";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        List<Row> rows = new ArrayList<>(
                List.of(drain(directory, sizes, false), drain(directory, sizes, true), latency(directory, sizes)));
        rows.addAll(idle(directory, sizes));
        return rows;
    }

    /**
     * A backlog.
     *
     * @param checkpointed whether the log of who has it begins with a checkpoint, so that it goes over as what stands there
     */
    private static Row drain(Path directory, Sizes sizes, boolean checkpointed) throws Exception {
        int backlog = sizes.records() / 10;
        double[] rates = new double[DRAINS];
        double[] limits = new double[DRAINS];
        double[] ratios = new double[DRAINS];
        for (int round = 0; round < DRAINS; round++) {
            Path folder = Files.createDirectory(directory.resolve("drain" + round));
            fill(folder, backlog, checkpointed);
            double before = durablePuts(folder.resolve("before"), sizes);
            try (SyncPair pair = new SyncPair(folder, MANUAL)) {
                long start = System.nanoTime();
                pair.start();
                pair.awaitSynced();
                rates[round] = backlog * 1e9 / (System.nanoTime() - start);
                pair.verify();
            }
            limits[round] = (before + durablePuts(folder.resolve("after"), sizes)) / 2;
            ratios[round] = rates[round] / limits[round];
            Folders.delete(folder);
        }
        return new Row(
                String.format(
                        Locale.ROOT,
                        checkpointed
                                ? "backlog of %,d operations behind a checkpoint to the other node"
                                : "backlog of %,d operations to the other node",
                        backlog),
                Row.perSecond(median(rates)),
                "16 threads putting there " + Row.perSecond(median(limits)),
                Row.ratio(median(ratios)),
                ">= 0.50");
    }

    private static void fill(Path folder, int backlog, boolean checkpointed) throws Exception {
        try (StoreEngine store = SyncPair.store(folder, "one", MANUAL)) {
            RecordSource source = new RecordSource(0);
            for (int i = 0; i < backlog; i++) {
                source.next();
                var unused = store.putAsync(Key.of(source.key()), Value.of(source.value()));
            }
            var unused = store.flush().orElseThrow();
            WrongResultException.require(backlog, store.size(), "entries of the backlog");
            if (checkpointed) {
                var unusedToo = store.checkpoint().orElseThrow();
            }
        }
    }

    /** How many durable puts a second 16 threads do. */
    private static double durablePuts(Path folder, Sizes sizes) throws Exception {
        try (StorePuts puts = new StorePuts(new SoftadastraStore(folder, true), THREADS)) {
            int operations = THREADS * sizes.blockOfMany() * 5;
            puts.run(operations);
            long start = System.nanoTime();
            puts.run(operations);
            double rate = operations * 1e9 / (System.nanoTime() - start);
            puts.verify();
            return rate;
        }
    }

    private static Row latency(Path directory, Sizes sizes) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("latency"));
        int writes = sizes.block();
        double[] there = new double[writes];
        double[] here = new double[writes];
        SynchronousQueue<Long> arrivals = new SynchronousQueue<>();
        try (SyncPair pair = new SyncPair(folder, MANUAL);
                StoreEngine alone = SyncPair.store(folder, "alone", MANUAL)) {
            pair.start();
            var unused = pair.one().put(Key.of("first"), Value.fromString("")).orElseThrow();
            pair.awaitSynced();
            Watch watch = pair.other()
                    .watch(KeyRange.all(), change -> {
                        try {
                            arrivals.put(System.nanoTime());
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    })
                    .orElseThrow();
            RecordSource source = new RecordSource(0);
            for (int i = 0; i < writes; i++) {
                source.next();
                Key key = Key.of(source.key());
                Value value = Value.of(source.value());
                long start = System.nanoTime();
                var unusedPut = alone.put(key, value).orElseThrow();
                here[i] = 2 * (System.nanoTime() - start) / 1e6;
                start = System.nanoTime();
                var unusedToo = pair.one().put(key, value).orElseThrow();
                Long arrival = arrivals.poll(1, TimeUnit.MINUTES);
                WrongResultException.require(1, arrival == null ? 0 : 1, "writes that arrived");
                there[i] = (arrival - start) / 1e6;
            }
            watch.close();
            pair.awaitSynced();
            pair.verify();
        }
        Folders.delete(folder);
        return new Row(
                "a write until the other node's watch tells of it",
                millis(median(there)) + " (99 %: " + millis(quantile(there, 0.99)) + ")",
                "two forces " + millis(median(here)),
                "+ " + millis(median(there) - median(here)),
                "<= + 5 ms");
    }

    private static List<Row> idle(Path directory, Sizes sizes) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("idle"));
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        double share;
        double messages;
        double bytes;
        try (SyncPair pair = new SyncPair(folder, MANUAL)) {
            pair.start();
            var unused = pair.one().put(Key.of("first"), Value.fromString("")).orElseThrow();
            pair.awaitSynced();
            long seconds = sizes.records() >= 1_000_000 ? 20 : 1;
            long messagesBefore = pair.messages();
            long bytesBefore = pair.bytes();
            long cpu = process.getProcessCpuTime();
            long start = System.nanoTime();
            TimeUnit.SECONDS.sleep(seconds);
            long nanos = System.nanoTime() - start;
            share = (double) (process.getProcessCpuTime() - cpu) / nanos;
            messages = (pair.messages() - messagesBefore) * 1e9 / nanos;
            bytes = (pair.bytes() - bytesBefore) * 1e9 / nanos;
            pair.verify();
        }
        Folders.delete(folder);
        return List.of(
                new Row(
                        "two nodes with nothing to do, of one core",
                        String.format(Locale.ROOT, "%.2f %%", 100 * share),
                        "",
                        "",
                        "heartbeats only"),
                new Row(
                        "two nodes with nothing to do, what they send",
                        String.format(Locale.ROOT, "%.2f messages/s, %.0f B/s", messages, bytes),
                        String.format(Locale.ROOT, "heartbeats %.2f/s", 2.0 / HEARTBEAT_SECONDS),
                        "",
                        "heartbeats only"));
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.2f ms", millis);
    }

    private static double median(double[] values) {
        return quantile(values, 0.5);
    }

    private static double quantile(double[] values, double quantile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (quantile * (sorted.length - 1))];
    }
}

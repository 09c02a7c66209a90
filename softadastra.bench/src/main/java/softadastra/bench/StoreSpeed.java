package softadastra.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Puts that wait for no disk, gets and scans, by one thread, in turn with bare maps of the JDK and with other stores. */
final class StoreSpeed implements Work {

    private static final long SEED = 4;

    /** Blocks that fill our store, and how many more come before they count. */
    private static final int ROUNDS = 16;

    private static final int WARMUP = 4;

    /** Entries of a scan: the last three digits of a key are open. */
    private static final int SCANNED = 1_000;

    private static final int SCANS = 100;

    @Override
    public String name() {
        return "store-speed";
    }

    @Override
    public String table() {
        return "store";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        int records = sizes.records();
        int block = records / (ROUNDS + WARMUP);
        int[] numbers = shuffled(records);
        Probe[] keys = Arrays.stream(numbers)
                .limit(records / 4)
                .mapToObj(number -> Probe.of("user:%011d".formatted(number)))
                .toArray(Probe[]::new);
        Probe[] prefixes = Arrays.stream(shuffled(records / SCANNED))
                .mapToObj(number -> Probe.of("user:%08d".formatted(number)))
                .toArray(Probe[]::new);
        try (StorePuts ours = new StorePuts(new SoftadastraStore(directory.resolve("ours"), false), 1);
                StorePuts skipList = new StorePuts(BareStore.skipList(), 1);
                StorePuts hash = new StorePuts(BareStore.hash(), 1);
                Peers<StorePuts> peers = Peers.stores(directory, 1, false)) {
            Function<StorePuts, Contender> put = each -> each;
            Function<StorePuts, Contender> again = each -> StoreUse.overwriting(each.store(), numbers);
            Function<StorePuts, Contender> get = each -> StoreUse.getting(each.store(), keys);
            Function<StorePuts, Contender> scan = each -> StoreUse.scanning(each.store(), prefixes, SCANNED);
            List<Row> rows = new ArrayList<>();
            // Each row finds what the one before has left.
            rows.add(row("put without flush, inserting", ours, skipList, peers, block, put, ">= 3 x each peer"));
            // Those that are slow have put less by now.
            hash.loadTo(records);
            for (StorePuts peer : peers.present()) {
                peer.loadTo(records);
            }
            rows.add(row(
                    "put without flush, overwriting at random",
                    ours,
                    skipList,
                    peers,
                    block,
                    again,
                    ">= 0.50; > 1 x each peer"));
            rows.add(row("get, random", ours, hash, peers, block, get, ">= 0.80; >= 3 x each peer"));
            rows.add(row("scan of 1,000 by prefix", ours, skipList, peers, SCANS, scan, "> 1 x each peer"));
            return rows;
        }
    }

    private static Row row(
            String work,
            StorePuts ours,
            StorePuts limit,
            Peers<StorePuts> peers,
            int block,
            Function<StorePuts, Contender> use,
            String target)
            throws Exception {
        Contender our = use.apply(ours);
        Contender bare = use.apply(limit);
        Alternation turns = new Alternation().add(our, block).add(bare, block);
        // Less than ours, since they have put some before, to find their blocks.
        peers.take(turns, 1, block - block / 10, use);
        Alternation.Outcome outcome = turns.run(WARMUP, ROUNDS);
        Figures figures = outcome.of(our);
        Figures its = outcome.of(bare);
        return new Row(
                work,
                Row.perSecond(figures.perSecond()),
                limit.name() + " " + Row.perSecond(its.perSecond()),
                Row.ratio(figures, its),
                peers.compare(figures, outcome),
                target);
    }

    private static int[] shuffled(int count) {
        List<Integer> numbers =
                new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(numbers, new Random(SEED));
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
}

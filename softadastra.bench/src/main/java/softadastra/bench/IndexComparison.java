package softadastra.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Ways to keep a store's entries in memory, beside each other and beside the bare maps of the JDK. Nothing is written to a disk.
 *
 * <p>What the store does with entries above its index is the same for each, and not measured here.
 */
final class IndexComparison implements Work {

    /** What is measured: so many operations of a subject, in a round. */
    @FunctionalInterface
    private interface Step {
        void run(IndexSubject subject, int round, int operations);
    }

    private static final long SEED = 20;

    /** Entries of a scan: the last three digits of a key are open. */
    private static final int SCANNED = 1_000;

    private static final int PREFIX_BYTES = RecordSource.KEY_BYTES - 3;

    private static final int BUILDS = 2;
    private static final int SNAPSHOTS = 3;
    private static final int ROUNDS = 9;
    private static final int WARMUP = 3;

    private final IndexSubject bareHash = IndexSubject.map("bare `ConcurrentHashMap`", ConcurrentHashMap::new);
    private final IndexSubject bareSkipList =
            IndexSubject.map("bare `ConcurrentSkipListMap`", ConcurrentSkipListMap::new);
    private final IndexSubject radix = IndexSubject.index("radix tree", () -> new RadixIndex(false));
    private final List<IndexSubject> trees = List.of(
            radix,
            IndexSubject.index("radix tree, a path copied for each put", () -> new RadixIndex(true)),
            IndexSubject.index("B+tree", () -> new TreeIndex(false)),
            IndexSubject.index("B+tree, a path copied for each put", () -> new TreeIndex(true)),
            IndexSubject.index("hash table and radix tree", () -> new HashIndex(new RadixIndex(false))),
            IndexSubject.index("hash table and B+tree", () -> new HashIndex(new TreeIndex(false))));
    private final List<IndexSubject> ours = with(
            trees,
            IndexSubject.index("skip list", SkipListOrder::new),
            IndexSubject.index("the JDK's hash map and skip list", HashAndSkipList::new));

    @Override
    public String name() {
        return "index";
    }

    @Override
    public String table() {
        return "index";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        int records = sizes.records();
        int[] ascending = new int[records];
        Arrays.setAll(ascending, i -> i);
        Random random = new Random(SEED);
        int[] shuffled = shuffled(ascending, random);
        int[] again = shuffled(ascending, random);
        IndexSubject.Probes probes = IndexSubject.Probes.of(again);

        List<IndexSubject> all = with(ours, bareHash, bareSkipList);
        // A tree is read alike however it was written.
        List<IndexSubject> reading = ours.stream()
                .filter(subject -> !subject.name().contains("copied"))
                .toList();
        List<IndexSubject> readers = with(reading, bareHash, bareSkipList);
        List<IndexSubject> orderedReaders = with(reading, bareSkipList);
        List<Row> rows = new ArrayList<>();
        rows.add(row("insert, ascending", all, bareSkipList, records, 1, BUILDS, inserting(ascending)));
        rows.add(row("insert, in random order", all, bareSkipList, records, 1, BUILDS, inserting(shuffled)));
        // From here on each has the entries that it was given in random order.
        int block = records / 10;
        long[] sum = new long[10];
        rows.add(row("get, random", readers, bareHash, block, WARMUP, ROUNDS, (subject, round, operations) -> {
            int part = round % sum.length;
            same(sum, part, subject.get(probes, part * block, operations), subject);
        }));
        byte[][] prefixes = prefixes(again);
        long[] sums = new long[prefixes.length];
        rows.add(row(
                "scan of 1,000 by prefix, an entry",
                orderedReaders,
                bareSkipList,
                prefixes.length * SCANNED,
                WARMUP,
                ROUNDS,
                (subject, round, operations) -> {
                    for (int i = 0; i < prefixes.length; i++) {
                        same(sums, i, subject.scan(prefixes[i]), subject);
                    }
                }));
        rows.add(row(
                "overwrite, random",
                all,
                bareSkipList,
                block,
                WARMUP,
                ROUNDS,
                (subject, round, operations) -> subject.overwrite(probes, round % sum.length * block, operations)));
        rows.add(row(
                "overwrite, random, a snapshot before each 1,000",
                trees,
                radix,
                block,
                WARMUP,
                ROUNDS,
                (subject, round, operations) -> {
                    int from = round % sum.length * block;
                    for (int i = 0; i < operations; i += SCANNED) {
                        Objects.requireNonNull(subject.snapshot());
                        subject.overwrite(probes, from + i, Math.min(SCANNED, operations - i));
                    }
                }));
        rows.add(row("snapshot alone", ours, radix, 1, 1, SNAPSHOTS, (subject, round, operations) -> {
            Objects.requireNonNull(subject.snapshot());
        }));
        all.forEach(IndexSubject::clear);
        rows.add(heap(all, shuffled));
        return rows;
    }

    private static Step inserting(int[] order) {
        RecordSource source = new RecordSource(0);
        return (subject, round, operations) -> {
            subject.clear();
            for (int i = 0; i < operations; i++) {
                source.at(order[i]);
                subject.insert(source, i);
            }
        };
    }

    private static void same(long[] sums, int part, long sum, IndexSubject subject) {
        if (sums[part] == 0) {
            sums[part] = sum;
        }
        WrongResultException.require(sums[part], sum, "sum of what was read from: " + subject.name());
    }

    private static byte[][] prefixes(int[] numbers) {
        byte[][] prefixes = new byte[Math.max(1, numbers.length / SCANNED / 4)][];
        RecordSource source = new RecordSource(0);
        for (int i = 0, found = 0; found < prefixes.length; i++) {
            if (numbers[i] % SCANNED == 0) {
                prefixes[found++] = Arrays.copyOf(source.at(numbers[i]), PREFIX_BYTES);
            }
        }
        return prefixes;
    }

    private Row heap(List<IndexSubject> subjects, int[] order) {
        Map<IndexSubject, String> bytes = new LinkedHashMap<>();
        Step fill = inserting(order);
        double bare = 0;
        double chosen = 0;
        for (IndexSubject subject : subjects) {
            long before = Heap.used();
            fill.run(subject, 0, order.length);
            double each = (double) (Heap.used() - before) / order.length;
            subject.clear();
            bytes.put(subject, String.format(Locale.ROOT, "%.1f B", each));
            bare = subject == bareHash ? each : bare;
            chosen = subject == radix ? each : chosen;
        }
        return row("heap for each entry, put in random order", bytes, bareHash, Row.ratio(chosen / bare));
    }

    private Row row(
            String work, List<IndexSubject> subjects, IndexSubject limit, int block, int warmup, int rounds, Step step)
            throws Exception {
        Alternation turns = new Alternation();
        Map<IndexSubject, Contender> contenders = new LinkedHashMap<>();
        for (IndexSubject subject : subjects) {
            Contender contender = new InTurn(subject, step);
            contenders.put(subject, contender);
            turns.add(contender, block);
        }
        Alternation.Outcome outcome = turns.run(warmup, rounds);
        Map<IndexSubject, String> nanos = new LinkedHashMap<>();
        contenders.forEach((subject, contender) -> nanos.put(
                subject,
                String.format(Locale.ROOT, "%,.0f ns", outcome.of(contender).medianNanos())));
        Figures its = outcome.of(Objects.requireNonNull(contenders.get(radix)));
        Figures bare = outcome.of(Objects.requireNonNull(contenders.get(limit)));
        return row(work, nanos, limit, limit == radix ? "" : Row.ratio(its, bare));
    }

    private Row row(String work, Map<IndexSubject, String> figures, IndexSubject limit, String ratio) {
        StringJoiner others = new StringJoiner("; ");
        figures.forEach((subject, figure) -> {
            if (subject != radix && subject != limit) {
                others.add(subject.name() + " " + figure);
            }
        });
        String bare = limit == radix ? "" : limit.name() + " " + figures.get(limit);
        return new Row(work, radix.name() + " " + figures.get(radix), bare, ratio, others.toString(), "");
    }

    private static int[] shuffled(int[] numbers, Random random) {
        int[] shuffled = numbers.clone();
        for (int i = shuffled.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int number = shuffled[i];
            shuffled[i] = shuffled[j];
            shuffled[j] = number;
        }
        return shuffled;
    }

    private static List<IndexSubject> with(List<IndexSubject> some, IndexSubject... more) {
        List<IndexSubject> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return List.copyOf(all);
    }

    /** A subject that takes its turn at a step. */
    private static final class InTurn implements Contender {

        private final IndexSubject subject;
        private final Step step;
        private int round;

        InTurn(IndexSubject subject, Step step) {
            this.subject = subject;
            this.step = step;
        }

        @Override
        public String name() {
            return subject.name();
        }

        @Override
        public void run(int operations) {
            step.run(subject, round++, operations);
        }

        @Override
        public void verify() {
            // What is read is compared among the subjects, as it is read.
        }

        @Override
        public void close() {
            // The subject goes on to the next step.
        }
    }
}

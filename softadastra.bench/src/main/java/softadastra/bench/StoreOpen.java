package softadastra.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Opening a store again, beside the least that it takes. */
final class StoreOpen implements Work {

    private static final int WARMUP = 2;
    private static final int ROUNDS = 7;

    @Override
    public String name() {
        return "store-open";
    }

    @Override
    public String table() {
        return "store";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        int records = sizes.records();
        Probe key = Probe.of("user:%011d".formatted(records / 2));
        try (SoftadastraStore store = new SoftadastraStore(directory.resolve("store"), false)) {
            store.load(new RecordSource(0), records);
            StoreOpening fromLog = StoreOpening.toFirstGet(store, key);
            LogDecoding limit = new LogDecoding(store, records);
            Alternation.Outcome outcome =
                    new Alternation().add(fromLog, 1).add(limit, 1).run(WARMUP, ROUNDS);
            String of = String.format(Locale.ROOT, " of %,d entries", records);
            return List.of(row(
                    "opened from a log" + of,
                    outcome.of(fromLog),
                    outcome.of(limit),
                    ">= 0.67: at most 1.5 x its time"));
        }
    }

    private static Row row(String work, Figures ours, Figures bare, String target) {
        return new Row(
                work,
                millis(ours),
                "the log decoded into a bare `ConcurrentSkipListMap` " + millis(bare),
                Row.ratio(ours, bare),
                target);
    }

    private static String millis(Figures figures) {
        return String.format(Locale.ROOT, "%,.0f ms", figures.medianNanos() / 1e6);
    }
}

package softadastra.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import softadastra.store.CheckpointPolicy;

/** Opening a store again: from its log, and from a checkpoint of the same entries. */
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
        try (SoftadastraStore logged =
                        new SoftadastraStore(directory.resolve("logged"), false, CheckpointPolicy.manual());
                SoftadastraStore checkpointed =
                        new SoftadastraStore(directory.resolve("checkpointed"), false, CheckpointPolicy.manual())) {
            logged.load(new RecordSource(0), records);
            checkpointed.load(new RecordSource(0), records);
            WrongResultException.require(
                    records, checkpointed.engine().checkpoint().value().entries(), "entries of a checkpoint");
            StoreOpening fromLog = StoreOpening.toFirstGet(logged, key);
            StoreOpening first = StoreOpening.toFirstGet(checkpointed, key);
            StoreOpening all = StoreOpening.toLastEntry(checkpointed, records);
            LogDecoding limit = new LogDecoding(logged, records);
            Alternation.Outcome outcome = new Alternation()
                    .add(fromLog, 1)
                    .add(limit, 1)
                    .add(all, 1)
                    .add(first, 1)
                    .run(WARMUP, ROUNDS);
            Figures bare = outcome.of(limit);
            String of = String.format(Locale.ROOT, " of %,d entries", records);
            return List.of(
                    row("opened from a log" + of, outcome.of(fromLog), bare, ">= 0.67: at most 1.5 x its time"),
                    row(
                            "opened from a checkpoint" + of + ", and all of them read",
                            outcome.of(all),
                            bare,
                            ">= 0.83: at most 1.2 x its time"),
                    row("opened from a checkpoint" + of + ", to the first get", outcome.of(first), bare, ""));
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

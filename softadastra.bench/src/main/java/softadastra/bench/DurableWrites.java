package softadastra.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Everything that is answered only when it is on the disk, in turn with the raw disk. */
final class DurableWrites implements Work {

    private static final int IN_FLIGHT = 256;

    /** So many times a block of one thread is a block without waiting. */
    private static final int ASYNC_BLOCK = 20;

    @Override
    public String name() {
        return "durable";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        List<Row> rows = new ArrayList<>(oneByOne(directory, sizes));
        rows.addAll(together(directory, sizes));
        return rows;
    }

    /** One thread that waits for each of its writes; nothing else runs beside these. */
    private static List<Row> oneByOne(Path directory, Sizes sizes) throws Exception {
        try (RawLog raw = new RawLog(directory.resolve("raw"), sizes.durable());
                OurLog append = OurLog.single(directory.resolve("append-1"), true);
                OurStore put = new OurStore(directory.resolve("put-1"), true)) {
            Alternation.Outcome figures = new Alternation()
                    .add(raw, sizes.block())
                    .add(append, sizes.block())
                    .add(put, sizes.block())
                    .run(sizes.warmup(), sizes.rounds());
            Figures limit = figures.of(raw);
            return List.of(
                    row("durable append, 1 thread", "", figures.of(append), limit, ">= 0.95"),
                    row(
                            "durable put into the store, 1 thread",
                            "",
                            figures.of(put),
                            limit,
                            ">= 0.77: at most 1.3 x its time"));
        }
    }

    /** Writes that share a force. */
    private static List<Row> together(Path directory, Sizes sizes) throws Exception {
        try (RawLog raw = new RawLog(directory.resolve("raw-beside"), sizes.durable());
                OurLog single = OurLog.single(directory.resolve("append-1-beside"), true);
                OurLog some = OurLog.threads(directory.resolve("append-16"), 16);
                OurLog many = OurLog.threads(directory.resolve("append-64"), 64);
                OurLog async = OurLog.async(directory.resolve("append-async"), IN_FLIGHT)) {
            Alternation.Outcome figures = new Alternation()
                    .add(raw, sizes.block())
                    .add(single, sizes.block())
                    .add(some, 16 * sizes.blockOfMany())
                    .add(many, 64 * sizes.blockOfMany())
                    .add(async, ASYNC_BLOCK * sizes.block())
                    .run(sizes.warmup(), sizes.rounds());
            Figures limit = figures.of(raw);
            return List.of(
                    row("durable append, 16 threads", group(some), figures.of(some), limit, "mean group >= 12"),
                    row("durable append, 64 threads", group(many), figures.of(many), limit, "mean group >= 48"),
                    row(
                            "durable `appendAsync`, 1 thread, " + IN_FLIGHT
                                    + " in flight; limit: our append with 1 thread",
                            group(async),
                            figures.of(async),
                            figures.of(single),
                            ">= 60"));
        }
    }

    private static String group(OurLog log) {
        return String.format(Locale.ROOT, ", mean group %.1f", log.meanGroup());
    }

    private static Row row(String work, String more, Figures ours, Figures limit, String target) {
        return new Row(work, speed(ours) + more, speed(limit), Row.ratio(ours, limit), target);
    }

    private static String speed(Figures figures) {
        double nanos = figures.medianNanos();
        return Row.perSecond(figures.perSecond())
                + (nanos < 20_000 ? "" : String.format(Locale.ROOT, " (%.0f us)", nanos / 1_000));
    }
}

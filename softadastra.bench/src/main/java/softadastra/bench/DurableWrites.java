package softadastra.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Everything that is answered only when it is on the disk, in turn with the raw disk and with the peers. */
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
        List<Row> rows = new ArrayList<>(oneByOne(Files.createDirectory(directory.resolve("1")), sizes));
        rows.add(besidePeers(Files.createDirectory(directory.resolve("1-peers")), 1, sizes, ""));
        rows.add(besidePeers(Files.createDirectory(directory.resolve("16")), 16, sizes, "; mean group >= 12"));
        rows.add(besidePeers(Files.createDirectory(directory.resolve("64")), 64, sizes, "; mean group >= 48"));
        rows.add(inFlight(Files.createDirectory(directory.resolve("async")), sizes));
        return rows;
    }

    /** One thread that waits for each of its writes; nothing else runs beside these. */
    private static List<Row> oneByOne(Path directory, Sizes sizes) throws Exception {
        try (RawLog raw = new RawLog(directory.resolve("raw"), sizes.durable());
                OurLog append = OurLog.single(directory.resolve("append"), true);
                OurStore put = new OurStore(directory.resolve("put"), true)) {
            Alternation.Outcome figures = new Alternation()
                    .add(raw, sizes.block())
                    .add(append, sizes.block())
                    .add(put, sizes.block())
                    .run(sizes.warmup(), sizes.rounds());
            Figures limit = figures.of(raw);
            String put13 = ">= 0.77: at most 1.3 x its time";
            return List.of(
                    row("durable append, 1 thread", "", figures.of(append), limit, "", ">= 0.95"),
                    row("durable put into the store, 1 thread", "", figures.of(put), limit, "", put13));
        }
    }

    /** Threads that wait for each of their writes; several share what a force costs. */
    private static Row besidePeers(Path directory, int threads, Sizes sizes, String target) throws Exception {
        int block = threads == 1 ? sizes.block() : threads * sizes.blockOfMany();
        try (RawLog raw = new RawLog(directory.resolve("raw"), sizes.durable());
                OurLog ours = OurLog.threads(directory.resolve("append"), threads, true);
                Peers<PeerLog> peers = Peers.durable(directory, threads, sizes)) {
            Alternation turns = new Alternation().add(raw, sizes.block()).add(ours, block);
            peers.take(turns, block);
            Alternation.Outcome figures = turns.run(sizes.warmup(), sizes.rounds());
            Figures our = figures.of(ours);
            String beside = peers.compare(our, figures);
            return threads == 1
                    ? row("durable append, 1 thread, beside peers", "", our, figures.of(raw), beside, "> 1 x each peer")
                    : row(
                            "durable append, " + threads + " threads",
                            group(ours),
                            our,
                            figures.of(raw),
                            beside,
                            ">= 1.5 x each peer" + target);
        }
    }

    /** One thread that does not wait for each of its writes. */
    private static Row inFlight(Path directory, Sizes sizes) throws Exception {
        try (OurLog single = OurLog.single(directory.resolve("append"), true);
                OurLog async = OurLog.async(directory.resolve("append-async"), IN_FLIGHT)) {
            Alternation.Outcome figures = new Alternation()
                    .add(single, sizes.block())
                    .add(async, ASYNC_BLOCK * sizes.block())
                    .run(sizes.warmup(), sizes.rounds());
            String work = "durable `appendAsync`, 1 thread, " + IN_FLIGHT + " in flight; limit: our append, 1 thread";
            return row(work, group(async), figures.of(async), figures.of(single), "", ">= 60");
        }
    }

    private static String group(OurLog log) {
        return String.format(Locale.ROOT, ", mean group %.1f", log.meanGroup());
    }

    private static Row row(String work, String more, Figures ours, Figures limit, String peers, String target) {
        return new Row(work, speed(ours) + more, speed(limit), Row.ratio(ours, limit), peers, target);
    }

    private static String speed(Figures figures) {
        double nanos = figures.medianNanos();
        return Row.perSecond(figures.perSecond())
                + (nanos < 20_000 ? "" : String.format(Locale.ROOT, " (%.0f us)", nanos / 1_000));
    }
}

package softadastra.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Puts that are answered only when they are on the disk, in turn with the raw disk and with other stores. */
final class StoreDurable implements Work {

    @Override
    public String name() {
        return "store-durable";
    }

    @Override
    public String table() {
        return "store";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        List<Row> rows = new ArrayList<>();
        rows.add(puts(Files.createDirectory(directory.resolve("1")), 1, sizes, ">= 0.90; > 1 x each peer"));
        rows.add(puts(Files.createDirectory(directory.resolve("16")), 16, sizes, ">= 1.4 x each peer"));
        rows.add(puts(Files.createDirectory(directory.resolve("64")), 64, sizes, ">= 1.4 x each peer"));
        return rows;
    }

    private static Row puts(Path directory, int threads, Sizes sizes, String target) throws Exception {
        int most = threads == 1 ? sizes.block() : threads * sizes.blockOfMany();
        try (RawLog raw = new RawLog(directory.resolve("raw"), sizes.durable());
                StorePuts ours = new StorePuts(new SoftadastraStore(directory.resolve("ours"), true), threads);
                Peers<StorePuts> peers = Peers.stores(directory, threads, true)) {
            Alternation turns = new Alternation().add(raw, sizes.block()).add(ours, most);
            peers.take(turns, threads, most, peer -> peer);
            Alternation.Outcome outcome = turns.run(sizes.warmup(), sizes.rounds());
            Figures figures = outcome.of(ours);
            return new Row(
                    "durable put, " + threads + (threads == 1 ? " thread" : " threads"),
                    Row.perSecond(figures.perSecond()),
                    Row.perSecond(outcome.of(raw).perSecond()),
                    Row.ratio(figures, outcome.of(raw)),
                    peers.compare(figures, outcome),
                    target);
        }
    }
}

package softadastra.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;

/** What a store pays for being tracked while it has nobody to talk to, beside the same store without. */
final class SyncUnused implements Work {

    @Override
    public String name() {
        return "sync-unused";
    }

    @Override
    public String table() {
        return "sync";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        List<Row> rows = new ArrayList<>();
        rows.add(row(Files.createDirectory(directory.resolve("durable")), true, sizes.block(), sizes));
        rows.add(row(Files.createDirectory(directory.resolve("buffered")), false, sizes.records() / 50, sizes));
        return rows;
    }

    private static Row row(Path directory, boolean sync, int block, Sizes sizes) throws Exception {
        SoftadastraStore tracked = new SoftadastraStore(directory.resolve("tracked"), sync);
        try (StorePuts ours = new StorePuts(tracked, 1);
                StorePuts bare = new StorePuts(new SoftadastraStore(directory.resolve("bare"), sync), 1);
                SyncEngine engine =
                        SyncEngine.open(tracked.engine(), SyncConfig.local()).orElseThrow()) {
            Alternation turns = new Alternation().add(ours, block).add(bare, block);
            WrongResultException.require(0, engine.state().orElseThrow().outboxSize(), "operations that wait");
            Alternation.Outcome outcome = turns.run(sizes.warmup(), sizes.rounds());
            Figures figures = outcome.of(ours);
            return new Row(
                    sync ? "a durable put, tracked" : "a put without flush, tracked",
                    Row.perSecond(figures.perSecond()),
                    "without sync " + Row.perSecond(outcome.of(bare).perSecond()),
                    Row.ratio(figures, outcome.of(bare)),
                    "1.00");
        }
    }
}

package softadastra.bench;

import java.nio.file.Path;
import java.util.List;

/** Appends that wait for no disk, in turn with a bare buffer and with the peers. */
final class BufferedAppends implements Work {

    /** Blocks of the records, and how many are run first. */
    private static final int ROUNDS = 20;

    private static final int WARMUP = 4;

    @Override
    public String name() {
        return "buffered";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        int block = sizes.records() / ROUNDS;
        try (RawBuffered raw = new RawBuffered(directory.resolve("raw"));
                OurLog ours = OurLog.single(directory.resolve("append-1"), false);
                Peers<PeerLog> peers = Peers.buffered(directory, sizes)) {
            Alternation turns = new Alternation().add(raw, block).add(ours, block);
            peers.take(turns, block);
            Alternation.Outcome figures = turns.run(WARMUP, ROUNDS);
            return List.of(new Row(
                    "append without flush, 1 thread",
                    Row.perSecond(figures.of(ours).perSecond()),
                    Row.perSecond(figures.of(raw).perSecond()),
                    Row.ratio(figures.of(ours), figures.of(raw)),
                    peers.compare(figures.of(ours), figures),
                    ">= 0.50; >= 1.5 x Chronicle Queue"));
        }
    }
}

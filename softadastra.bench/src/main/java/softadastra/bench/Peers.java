package softadastra.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** The peers of one work. One that does not run on this machine or JDK is left out, and the table says so. */
final class Peers<P extends Contender> implements AutoCloseable {

    /** Opens a peer. */
    @FunctionalInterface
    interface Opening<P> {

        /** Opens it for writing, in a folder that is not there yet. */
        P open(Path folder) throws Exception;
    }

    /** About how long a block of a slow one takes. */
    private static final double BLOCK_NANOS = 150e6;

    /** Operations that are tried to find that out: in all, and at least of each thread. */
    private static final int TRIED = 100;

    private static final int TRIED_BY_EACH = 10;

    private final Path directory;
    private final List<P> present = new ArrayList<>();
    private final Map<P, Contender> working = new HashMap<>();
    private final List<String> absent = new ArrayList<>();

    /** Peers that work in a directory. */
    Peers(Path directory) {
        this.directory = directory;
    }

    /** Those that can append durably and share what a force costs, with so many threads. */
    static Peers<PeerLog> durable(Path directory, int threads, Sizes sizes) {
        Peers<PeerLog> peers = new Peers<>(directory);
        for (ArtemisJournal.Kind kind : ArtemisJournal.Kind.values()) {
            peers.add(
                    "Artemis " + kind, folder -> new ArtemisJournal(kind, folder, threads, true, sizes.calibration()));
        }
        return peers.add("RocksDB", folder -> new RocksLog(folder, threads, true));
    }

    /** Those that append without waiting for the disk, on one thread. */
    static Peers<PeerLog> buffered(Path directory, Sizes sizes) {
        return new Peers<PeerLog>(directory)
                .add("Chronicle Queue", ChronicleLog::new)
                .add("RocksDB", folder -> new RocksLog(folder, 1, false))
                .add(
                        "Artemis NIO",
                        folder -> new ArtemisJournal(ArtemisJournal.Kind.NIO, folder, 1, false, sizes.calibration()));
    }

    /** Stores, with so many threads that put. */
    static Peers<StorePuts> stores(Path directory, int threads, boolean sync) {
        return new Peers<StorePuts>(directory)
                .add("RocksDB", folder -> new StorePuts(new RocksStore(folder, sync), threads))
                .add("H2 MVStore", folder -> new StorePuts(new MvStore(folder, sync), threads))
                .add("Xodus", folder -> new StorePuts(new XodusStore(folder, sync), threads))
                .add("SQLite", folder -> new StorePuts(new SqliteStore(folder, sync), threads));
    }

    /** Opens a peer, or notes why it cannot be. */
    Peers<P> add(String name, Opening<P> opening) {
        try {
            present.add(opening.open(
                    directory.resolve("peer-" + name.toLowerCase(Locale.ROOT).replace(' ', '-'))));
        } catch (Exception | LinkageError e) {
            // Its own libraries decide where a peer runs; the others are measured all the same.
            absent.add(name + " does not run here (" + e + ")");
        }
        return this;
    }

    /** Those that run. */
    List<P> present() {
        return List.copyOf(present);
    }

    /** Adds those that run to the turns, with so many operations a block. */
    void take(Alternation turns, int block) {
        take(turns, block, peer -> peer);
    }

    /** As {@link #take(Alternation, int)}, doing something of its own with each. */
    void take(Alternation turns, int block, Function<P, Contender> work) {
        for (P peer : present) {
            add(turns, block, peer, work.apply(peer));
        }
    }

    /** As {@link #take(Alternation, int, Function)}, each with at most so many operations a block, and so many threads. */
    void take(Alternation turns, int threads, int most, Function<P, Contender> work) throws Exception {
        for (P peer : present) {
            Contender contender = work.apply(peer);
            add(turns, block(contender, threads, most), peer, contender);
        }
    }

    private void add(Alternation turns, int block, P peer, Contender contender) {
        working.put(peer, contender);
        turns.add(contender, block);
    }

    /**
     * So many operations that a block of a slow one does not make the others wait, by trying some.
     *
     * @param most what a fast one does in a block
     */
    private static int block(Contender contender, int threads, int most) throws Exception {
        int few = Math.min(Math.max(TRIED / threads, TRIED_BY_EACH) * threads, most);
        contender.run(few);
        long start = System.nanoTime();
        contender.run(few);
        double each = (double) (System.nanoTime() - start) / few;
        int fitting = (int) Math.min(most, BLOCK_NANOS / each) / threads * threads;
        return Math.max(2 * threads, fitting);
    }

    /** How many times their speed ours is, each with its own speed. */
    String compare(Figures ours, Alternation.Outcome outcome) {
        return tell(peer -> {
            Figures theirs = of(peer, outcome);
            return Row.ratio(ours.speedTo(theirs, 0.5)) + " x " + peer.name() + " (" + Row.perSecond(theirs.perSecond())
                    + ")";
        });
    }

    /** What a peer took, whatever it did. */
    Figures of(P peer, Alternation.Outcome outcome) {
        return outcome.of(Objects.requireNonNull(working.get(peer)));
    }

    /** Something about each of them, and who is missing. */
    String tell(Telling<P> telling) {
        List<String> all = new ArrayList<>();
        for (P peer : present) {
            all.add(telling.of(peer));
        }
        all.addAll(absent);
        return String.join("; ", all);
    }

    /** What the table says of a peer. */
    @FunctionalInterface
    interface Telling<P> {

        /** A few words. */
        String of(P peer);
    }

    @Override
    public void close() throws IOException {
        for (P peer : present) {
            peer.close();
        }
    }
}

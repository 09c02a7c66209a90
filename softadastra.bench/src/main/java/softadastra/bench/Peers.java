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
final class Peers implements AutoCloseable {

    /** Opens a peer. */
    @FunctionalInterface
    interface Opening {

        /** Opens it for writing, in a folder that is not there yet. */
        PeerLog open(Path folder) throws Exception;
    }

    private final Path directory;
    private final List<PeerLog> present = new ArrayList<>();
    private final Map<PeerLog, Contender> working = new HashMap<>();
    private final List<String> absent = new ArrayList<>();

    /** Peers that work in a directory. */
    Peers(Path directory) {
        this.directory = directory;
    }

    /** Those that can append durably and share what a force costs, with so many threads. */
    static Peers durable(Path directory, int threads, Sizes sizes) {
        Peers peers = new Peers(directory);
        for (ArtemisJournal.Kind kind : ArtemisJournal.Kind.values()) {
            peers.add(
                    "Artemis " + kind, folder -> new ArtemisJournal(kind, folder, threads, true, sizes.calibration()));
        }
        return peers.add("RocksDB", folder -> new RocksLog(folder, threads, true));
    }

    /** Those that append without waiting for the disk, on one thread. */
    static Peers buffered(Path directory, Sizes sizes) {
        return new Peers(directory)
                .add("Chronicle Queue", ChronicleLog::new)
                .add("RocksDB", folder -> new RocksLog(folder, 1, false))
                .add(
                        "Artemis NIO",
                        folder -> new ArtemisJournal(ArtemisJournal.Kind.NIO, folder, 1, false, sizes.calibration()));
    }

    /** Opens a peer, or notes why it cannot be. */
    Peers add(String name, Opening opening) {
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
    List<PeerLog> present() {
        return List.copyOf(present);
    }

    /** Adds those that run to the turns, with so many operations a block. */
    void take(Alternation turns, int block) {
        take(turns, block, peer -> peer);
    }

    /** As {@link #take(Alternation, int)}, doing something of its own with each. */
    void take(Alternation turns, int block, Function<PeerLog, Contender> work) {
        for (PeerLog peer : present) {
            Contender contender = work.apply(peer);
            working.put(peer, contender);
            turns.add(contender, block);
        }
    }

    /** How many times their speed ours is, each with its own speed. */
    String compare(Figures ours, Alternation.Outcome outcome) {
        return tell(peer -> {
            Figures theirs = outcome.of(Objects.requireNonNull(working.get(peer)));
            return Row.ratio(ours.speedTo(theirs, 0.5)) + " x " + peer.name() + " (" + Row.perSecond(theirs.perSecond())
                    + ")";
        });
    }

    /** Something about each of them, and who is missing. */
    String tell(Telling telling) {
        List<String> all = new ArrayList<>();
        for (PeerLog peer : present) {
            all.add(telling.of(peer));
        }
        all.addAll(absent);
        return String.join("; ", all);
    }

    /** What the table says of a peer. */
    @FunctionalInterface
    interface Telling {

        /** A few words. */
        String of(PeerLog peer);
    }

    @Override
    public void close() throws IOException {
        for (PeerLog peer : present) {
            peer.close();
        }
    }
}

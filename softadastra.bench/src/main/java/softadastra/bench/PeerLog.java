package softadastra.bench;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Another project's log doing the same work: its users' way of appending a record, on one thread or on several.
 *
 * <p>What each was set to is told in {@code docs/benchmarks.md}.
 */
abstract class PeerLog implements Contender {

    /** Takes a record that was read back. */
    @FunctionalInterface
    interface Visitor {

        /** Takes the bytes of one record, valid during the call. */
        void accept(byte[] buffer, int offset, int length);
    }

    private final String name;
    private final Path folder;
    private final Crew crew;
    private long done;

    PeerLog(String name, Path folder, int threads) {
        this.name = name;
        this.folder = folder;
        this.crew = new Crew(threads);
    }

    /** Appends a record; durable when this returns if that was asked for. Called by several threads at once. */
    abstract void append(byte[] record) throws Exception;

    /** Waits for whatever still waits inside of this process; called behind each block, and measured. */
    void settle() throws Exception {}

    /** Streams the whole log, as its users would. */
    abstract void replay(Visitor visitor) throws Exception;

    /** Closes it and opens it again. */
    abstract void reopen() throws Exception;

    /** Closes it; twice is fine. */
    abstract void shut() throws IOException;

    @Override
    public String name() {
        return name;
    }

    /** Where its files are. */
    final Path folder() {
        return folder;
    }

    @Override
    public void run(int operations) throws Exception {
        crew.run(operations, (source, each) -> {
            for (int i = 0; i < each; i++) {
                append(source.next());
            }
        });
        settle();
        done += operations;
    }

    @Override
    public void verify() throws Exception {
        reopen();
        RecordCheck check = new RecordCheck(crew.threads());
        replay(check::accept);
        check.complete(done / crew.threads());
    }

    @Override
    public void close() throws IOException {
        crew.close();
        shut();
    }
}

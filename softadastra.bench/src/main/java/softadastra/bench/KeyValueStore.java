package softadastra.bench;

import java.io.IOException;

/**
 * A store of keys and values doing the same work as the others: ours, another project's, or a bare map.
 *
 * <p>What each was set to is told in {@code docs/benchmarks.md}.
 */
interface KeyValueStore extends AutoCloseable {

    /** Its name in tables and messages. */
    String name();

    /**
     * Puts the record that a source made last, as the store's users would; durable when this returns if that was asked for. Called
     * by several threads at once.
     */
    void put(RecordSource source) throws Exception;

    /**
     * Puts so many records of a source, in whatever way is quickest: nobody measures it. They are there, and perhaps not
     * durable, when this returns.
     */
    default void load(RecordSource source, int records) throws Exception {
        for (int i = 0; i < records; i++) {
            source.next();
            put(source);
        }
    }

    /** Waits for whatever still waits inside of this process; called behind each block, and measured. */
    default void settle() throws Exception {}

    /**
     * Gets the value of a key.
     *
     * @return the value's length, -1 if there is none
     */
    int get(Probe key) throws Exception;

    /**
     * Goes through the entries whose keys begin with a text, in order.
     *
     * @return the length of all their values
     */
    long scan(Probe prefix) throws Exception;

    /** Hands over all entries in order, each as a record again. */
    void visit(PeerLog.Visitor visitor) throws Exception;

    /** Closes it and opens it again. */
    void reopen() throws Exception;

    /** Closes it; twice is fine. */
    @Override
    void close() throws IOException;
}

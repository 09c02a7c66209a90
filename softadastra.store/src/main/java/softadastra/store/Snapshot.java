package softadastra.store;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import softadastra.core.NodeId;

/**
 * The entries of a store as they were at one point of its log. Immutable and thread-safe; reads never block.
 *
 * <p>A snapshot of an open store ({@link StoreEngine#snapshot()}) keeps in memory what has been replaced or removed since, so it
 * is to be closed; a closed one answers INVALID_STATE, as it does once its store is closed. One that becomes unreachable is
 * closed by the garbage collector, some time. One built from a log ({@link SnapshotBuilderStore}) holds nothing else and need
 * not be closed.
 */
public interface Snapshot extends AutoCloseable, Iterable<Entry> {

    /**
     * How many entries it has.
     *
     * @return the number
     */
    long size();

    /**
     * Whether it has no entry.
     *
     * @return whether it is empty
     */
    default boolean isEmpty() {
        return size() == 0;
    }

    /**
     * All entries, in key order, in a list of their own. {@link #entries()} needs no memory for them.
     *
     * @return a list that cannot be changed
     */
    List<Entry> all();

    /**
     * All entries, in key order.
     *
     * @return the entries, made as they are asked for
     */
    default Stream<Entry> entries() {
        return entries(KeyRange.all());
    }

    /**
     * The entry of a key.
     *
     * @param key the key
     * @return the entry, empty if there is none
     */
    Optional<Entry> get(Key key);

    /**
     * Whether a key has a value.
     *
     * @param key the key
     * @return whether it has
     */
    boolean contains(Key key);

    /**
     * The entries whose keys begin with a text, in key order.
     *
     * @param prefix the text; empty for all
     * @return the entries, made as they are asked for
     */
    default Stream<Entry> entries(String prefix) {
        return entries(KeyRange.prefix(prefix));
    }

    /**
     * The entries of a range, in key order.
     *
     * @param range the range
     * @return the entries, made as they are asked for
     */
    Stream<Entry> entries(KeyRange range);

    /** The entries, in key order. */
    @Override
    default Iterator<Entry> iterator() {
        return entries().iterator();
    }

    /**
     * The node whose log it is of.
     *
     * @return its id
     */
    NodeId node();

    /**
     * The last sequence of the log that it includes.
     *
     * @return the sequence, 0 for an empty log
     */
    long lastSequence();

    /**
     * Which operations it includes, as a version vector.
     *
     * @return the last counter of each origin
     */
    CausalContext context();

    /**
     * How many of the operations that it includes the log's own node wrote.
     *
     * @return the number
     */
    long localOperations();

    /** Lets go what only this snapshot holds. Closing twice is fine; never fails. */
    @Override
    void close();
}

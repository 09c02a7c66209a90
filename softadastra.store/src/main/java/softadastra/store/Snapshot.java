package softadastra.store;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The entries of a store as they were at one point of its log. Immutable. */
public interface Snapshot {

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
     * All entries, in key order.
     *
     * @return a list that cannot be changed
     */
    List<Entry> all();

    /**
     * The entry of a key.
     *
     * @param key the key
     * @return the entry, empty if there is none
     */
    Optional<Entry> get(Key key);

    /**
     * The entries whose keys begin with a text, in key order.
     *
     * @param prefix the text; empty for all
     * @return the entries, made as they are asked for
     */
    Stream<Entry> entries(String prefix);

    /**
     * The last sequence of the log that it includes.
     *
     * @return the sequence, 0 for an empty log
     */
    long lastSequence();

    /**
     * How many of the operations that it includes the log's own node wrote.
     *
     * @return the number
     */
    long localOperations();
}

package softadastra.store;

/**
 * Tells a {@link WatchListener} of every change of the entries in a range of keys, in the order of the log, without gaps, until
 * it is closed. It survives checkpoints. Thread-safe.
 */
public interface Watch extends AutoCloseable {

    /**
     * Up to where the listener has been told.
     *
     * @return the sequence of the log
     */
    long toldThrough();

    /**
     * Ends the watch. Returns when the listener is not being called any more; called by the listener itself, at once. Closing
     * twice is fine; never fails.
     */
    @Override
    void close();
}

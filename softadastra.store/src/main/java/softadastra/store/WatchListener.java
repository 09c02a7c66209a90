package softadastra.store;

import softadastra.core.SoftadastraError;

/**
 * Is told of changes by a {@link Watch}, by one thread of the watch's own: one after the other, in order. However long it takes,
 * nobody else waits for it. An exception that it throws ends the watch.
 */
@FunctionalInterface
public interface WatchListener {

    /**
     * An entry has changed. With automatic flush the change is durable.
     *
     * @param change the change
     */
    void changed(EntryChange change);

    /**
     * The listener is slower than those who write, so that changes are no longer kept for it in memory. Those that follow are read
     * from the log, none is left out. If a checkpoint lets them go before that, the watch ends.
     *
     * @param behind how many sequences of the log it is behind
     */
    default void lagged(long behind) {}

    /**
     * The watch has ended, and nothing follows. Not called for a watch that its own user closes.
     *
     * @param reason HISTORY_GONE if a checkpoint, or a log in memory that keeps little history, has let go what was yet to be told; INVALID_STATE if the store was closed;
     *     CORRUPTION, IO_ERROR if the log cannot be read; INTERRUPTED; or the listener's own exception, as INVALID_ARGUMENT with that
     *     cause
     */
    default void ended(SoftadastraError reason) {}
}

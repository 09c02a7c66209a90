package softadastra.store;

import java.util.Optional;

/**
 * Decides what the operations of other nodes do to a store, when {@link Replication#apply} logs them. What it answers is
 * recorded, so it is asked once for each operation, and never again.
 *
 * <p>It is called under the lock of those who write: it must return at once, and not call the store.
 */
@FunctionalInterface
public interface Arbiter {

    /**
     * Decides what an operation does.
     *
     * @param incoming the operation, with all that its writer knew
     * @param standing what stands under its key, also if nobody can see it yet; empty if there is nothing, or no longer
     * @return {@link Effect#WON} or {@link Effect#LOST}
     */
    Effect decide(OperationRecord incoming, Optional<Standing> standing);

    /**
     * Adds notes to the batch that is being logged; called after the last decision, unless nothing was decided.
     *
     * @param sink takes them
     */
    default void addNotes(NoteSink sink) {}

    /** Takes notes. */
    @FunctionalInterface
    interface NoteSink {

        /**
         * Adds a note.
         *
         * @param typeCode as of {@link Replication#note}
         * @param payload its payload, not to be changed any more
         */
        void add(int typeCode, byte[] payload);
    }
}

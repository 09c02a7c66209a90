package softadastra.store;

import java.util.List;
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
     * @param standing what stands under its key, also if nobody can see it yet, the last one first; empty if there is nothing, or
     *     no longer
     * @return {@link Effect#WON}: it takes the place of all that stands there. {@link Effect#LOST}: nothing comes of it; not if
     *     nothing stands there. {@link Effect#SIBLING}: it stands beside those that its writer did not know, and takes the place of
     *     the others; readers see the last of them. {@link Effect#MERGED}: as SIBLING, and readers see what {@link #merge} makes of
     *     them. {@link Effect#REJECTED}: it is refused for good
     */
    Effect decide(OperationRecord incoming, List<Standing> standing);

    /**
     * Says what readers see of several operations that stand beside each other; asked where {@link #decide} has answered {@link
     * Effect#MERGED}.
     *
     * @param key their key
     * @param siblings two operations or more, the last one first
     * @return the value; empty for none, so that the key counts as removed
     */
    default Optional<Value> merge(Key key, List<Standing> siblings) {
        return siblings.get(0).value();
    }

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

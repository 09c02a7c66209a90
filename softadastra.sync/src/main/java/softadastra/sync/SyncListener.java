package softadastra.sync;

/** Is told what happens to a node among others. */
@FunctionalInterface
public interface SyncListener {

    /**
     * Something has happened. Called by whoever ticks, after the step, and nothing more is done until it returns; an exception ends
     * up as that thread's.
     *
     * @param event what
     */
    void happened(SyncEvent event);
}

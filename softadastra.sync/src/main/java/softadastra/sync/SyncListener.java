package softadastra.sync;

/** Is told what happens to a node among others. */
@FunctionalInterface
public interface SyncListener {

    /**
     * Something has happened. Called by whoever ticks, after the step, and nothing more is done until it returns. An exception keeps
     * nothing from other listeners, nor what else has happened from this one; then it ends up as that thread's, the first one with the
     * others as suppressed ones: {@link SyncEngine#tick} throws it, and the thread of {@link SyncEngine#start} says so in the {@linkplain
     * SyncReport#failure() report}, and goes on.
     *
     * @param event what
     */
    void happened(SyncEvent event);
}

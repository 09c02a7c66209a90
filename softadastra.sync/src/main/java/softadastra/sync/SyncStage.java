package softadastra.sync;

/** How far a node is with taking part among others. */
public enum SyncStage {
    /** It tells others what it has, and takes what they have; or it knows nobody yet. */
    TAKES_PART,
    /**
     * It is on its way back in a new epoch, or is new to others who have begun to forget removals: it learns all that stands elsewhere,
     * and tells nobody what it has until then. It waits for a way to somebody who takes part.
     */
    LEARNING,
    /** It has learned all that stands elsewhere, and writes again what only it has, once the fences of its old epochs are closed. */
    WRITING_AGAIN,
    /** It has {@linkplain SyncEngine#leave left}, and comes back when it is opened again with a way to others. */
    LEFT
}

package softadastra.store;

/**
 * What the notes of a log come to: it is handed all of them, in order, and then says the same in fewer, so that they do not pile
 * up. A checkpoint has those in their place; see {@link Replication#summarise}.
 *
 * <p>It is to be a function of the notes alone: whoever folds what it wrote, and the notes behind the checkpoint, must come to what
 * folding all of them would. What it does not know it hands on as it is.
 *
 * <p>Used by one thread, for one checkpoint.
 */
public interface NoteSummary extends NoteVisitor {

    /**
     * Says what all notes so far come to.
     *
     * @param sink takes the notes; they come back in the order in which they are added
     */
    void writeTo(Arbiter.NoteSink sink);
}

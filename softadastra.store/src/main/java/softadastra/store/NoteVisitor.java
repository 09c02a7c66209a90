package softadastra.store;

/** Is handed the notes of replication, one after the other; see {@link Replication#notes}. */
@FunctionalInterface
public interface NoteVisitor {

    /**
     * Takes a note.
     *
     * @param sequence its sequence in the log
     * @param typeCode its type code
     * @param payload its payload, an array of its own
     */
    void visit(long sequence, int typeCode, byte[] payload);
}

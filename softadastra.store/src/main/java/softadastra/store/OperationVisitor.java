package softadastra.store;

/** Receives the operations of a log, one by one. */
@FunctionalInterface
public interface OperationVisitor {

    /**
     * Takes an operation.
     *
     * @param sequence its sequence in the log
     * @param record the operation
     * @return whether to go on
     */
    boolean visit(long sequence, OperationRecord record);

    /**
     * Is told of operations that are not in the log, since they are not wanted here, and count as held.
     *
     * @param sequence where in the log
     * @param through of each origin whose operations are left out there, up to which counter they are
     */
    default void skipped(long sequence, CausalContext through) {}
}

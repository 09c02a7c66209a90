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
}

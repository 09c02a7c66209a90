package softadastra.wal.spi;

/** Receives records one by one without an object for each; what a log's engines read with. */
@FunctionalInterface
public interface WalRecordVisitor {

    /**
     * Takes a record.
     *
     * @param sequence its sequence
     * @param typeCode its open type code
     * @param status {@link WalRecordStatus#COMMITTED} or {@link WalRecordStatus#PENDING}
     * @param timestamp its {@link softadastra.core.HybridTimestamp#packed() packed} timestamp
     * @param buffer holds the payload, and is valid only during the call
     * @param offset where the payload starts
     * @param length how long it is
     * @return whether to go on
     */
    boolean visit(
            long sequence, int typeCode, WalRecordStatus status, long timestamp, byte[] buffer, int offset, int length);
}

package softadastra.wal.spi;

import softadastra.core.HybridTimestamp;

/**
 * An open log, as its provider implements it. Users go through {@link Wal} and what it hands out.
 *
 * <p>Everything here is thread-safe. Failures are thrown as {@link softadastra.core.SoftadastraException} and become
 * values one layer up. After any failed write or force the log is <i>poisoned</i>: every pending and later {@link #submit},
 * {@link #awaitDurable} and {@link #flush} fails with a clear error, and reads go on up to what is durable.
 */
public interface WalLog extends AutoCloseable {

    /** Who the log is, and whose. */
    WalIdentity identity();

    /** What opening it found. */
    WalRecovery recovery();

    /**
     * Accepts a batch: gives its records the next sequences, in order, and copies them. Does not wait for the device,
     * except to keep memory bounded.
     *
     * <p>Nobody may be told of success before {@link #awaitDurable} has returned, unless the log is configured without
     * automatic flush.
     *
     * @return the sequence of the batch's last record
     * @throws softadastra.core.SoftadastraException INVALID_ARGUMENT for an empty batch, RECORD_TOO_LARGE, INVALID_STATE on
     *     a closed or read-only log, NO_SPACE or IO_ERROR on a poisoned one; nothing was appended then
     */
    long submit(WalBatch batch);

    /**
     * Accepts a record, as {@link #submit(WalBatch)} a batch of that one. A log that many single records go to does it without
     * making the batch.
     *
     * @return the record's sequence
     * @throws softadastra.core.SoftadastraException as of {@link #submit(WalBatch)}, and INVALID_ARGUMENT if the type code is
     *     outside 1 to {@link WalRecordType#MAX_CODE}
     */
    default long submit(int typeCode, byte[] payload) {
        return submit(WalBatch.of(typeCode, payload));
    }

    /**
     * Waits until everything up to a sequence is durable, making it so if nobody else is about to. Interrupts do not cut
     * the wait short; the flag stays set.
     *
     * @throws softadastra.core.SoftadastraException if the write or the force failed: the records may or may not be there
     *     after a reopen, and must not be counted on
     */
    void awaitDurable(long sequence);

    /** Makes everything submitted so far durable; as {@link #awaitDurable} of {@link #lastSequence()}. */
    void flush();

    /** The first sequence the log holds; 1, until checkpoints let history go. */
    long firstSequence();

    /** The last sequence given out, 0 for an empty log. */
    long lastSequence();

    /** The last sequence known to be durable. Does not block. */
    long durableSequence();

    /** The highest timestamp of any record, {@link HybridTimestamp#ZERO} for an empty log. */
    HybridTimestamp lastTimestamp();

    /**
     * Streams the records from a sequence on, in order, to the last one that was submitted when the call began (for a
     * reader beside another process: to the last one that reader may see). Runs in constant memory, beside appends.
     *
     * @param fromSequence where to start; 1 or less for the first record. One beyond the end delivers nothing
     * @return how many were delivered
     * @throws softadastra.core.SoftadastraException HISTORY_GONE if records from there on are no longer held, naming the
     *     first that is; CORRUPTION, IO_ERROR
     */
    long read(long fromSequence, WalRecordVisitor visitor);

    /** Counters, at this moment. */
    WalStats stats();

    /**
     * Makes everything submitted durable, completes what waits, and lets the lock go. Closing twice is fine.
     *
     * @throws softadastra.core.SoftadastraException if the last flush failed; the log is closed all the same
     */
    @Override
    void close();
}

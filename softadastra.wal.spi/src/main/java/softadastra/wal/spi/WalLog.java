package softadastra.wal.spi;

import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;

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
     *     a closed or read-only log, NO_SPACE on a full disk, the reason of the failure (IO_ERROR, say) on a poisoned log; nothing
     *     was appended then. Without automatic flush also INDETERMINATE: the batch was taken, and handing over what was accepted
     *     failed
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

    /**
     * How often the log was recovered in place, see {@link #recover}. A sequence that was given out before may have been given
     * out again since, to another record.
     */
    default long generation() {
        return 0;
    }

    /**
     * As {@link #awaitDurable(long)}, of a sequence that was given out in a generation: which was asked for before submitting.
     *
     * @throws softadastra.core.SoftadastraException INDETERMINATE too, if the log was recovered since
     */
    default void awaitDurable(long sequence, long generation) {
        awaitDurable(sequence);
    }

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
     * @param fromSequence where to start; 0 or less for the first record that is held. One beyond the end delivers nothing
     * @return how many were delivered
     * @throws softadastra.core.SoftadastraException HISTORY_GONE if records from there on are no longer held, naming the
     *     first that is; CORRUPTION, IO_ERROR
     */
    long read(long fromSequence, WalRecordVisitor visitor);

    /**
     * Holds the history from a sequence on until the answer is closed.
     *
     * @param fromSequence the first sequence to hold; 0 or less for the first one that is there
     * @throws softadastra.core.SoftadastraException HISTORY_GONE if it is below {@link #firstSequence()}; INVALID_STATE if
     *     closed; UNSUPPORTED_OPERATION for a provider without {@link WalCapability#CHECKPOINTS}, and for a log that is open for
     *     reading only while its owner is another process
     */
    default WalPin pin(long fromSequence) {
        throw unsupported("pin WAL history", WalCapability.CHECKPOINTS);
    }

    /**
     * Begins to tail the log.
     *
     * @param fromSequence the first record to deliver, which may be yet to come; 0 or less for the first that is held
     * @throws softadastra.core.SoftadastraException HISTORY_GONE; INVALID_STATE if closed; UNSUPPORTED_OPERATION for a provider
     *     without {@link WalCapability#FOLLOW}
     */
    default WalFollow follow(long fromSequence) {
        throw unsupported("follow WAL", WalCapability.FOLLOW);
    }

    /**
     * The checkpoint that is in force, if there is one.
     *
     * @throws softadastra.core.SoftadastraException INVALID_STATE if closed; IO_ERROR
     */
    default Optional<WalCheckpoint> checkpoint() {
        return Optional.empty();
    }

    /**
     * Begins a checkpoint. One at a time; appends and readers go on meanwhile.
     *
     * @throws softadastra.core.SoftadastraException INVALID_STATE if closed, for a log that is open for reading only, or if
     *     another checkpoint is being written; NO_SPACE, IO_ERROR; UNSUPPORTED_OPERATION for a provider without {@link
     *     WalCapability#CHECKPOINTS}
     */
    default WalCheckpointWriter beginCheckpoint() {
        throw unsupported("begin WAL checkpoint", WalCapability.CHECKPOINTS);
    }

    /**
     * Goes on after a failed write or force, as closing the log and opening it again would, in this same handle: what is on
     * disk is verified anew, and appends continue behind it. Does nothing where nothing has failed.
     *
     * <p>Records that were answered INDETERMINATE are in the log or not; {@link #lastSequence()} tells. An engine that has
     * applied more than was durable must be opened again instead.
     *
     * @return what was found; the report of the last recovery where nothing had failed
     * @throws softadastra.core.SoftadastraException as opening does; the log stays as it is then, and this may be tried again
     */
    default WalRecovery recover() {
        return recovery();
    }

    private static SoftadastraException unsupported(String operation, WalCapability needed) {
        return new SoftadastraException(
                ErrorCode.UNSUPPORTED_OPERATION,
                "failed to " + operation + ": the log's provider does not offer " + needed + "; choose one that does");
    }

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

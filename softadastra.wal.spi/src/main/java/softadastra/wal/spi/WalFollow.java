package softadastra.wal.spi;

/**
 * A place in a log that moves on as records become durable; what a provider implements behind {@link WalFollower}.
 *
 * <p>It never sees a record before that is durable, skips none and delivers none twice. Beside its owner's handle it holds the
 * history that it has yet to read, as a {@link WalPin} does. For one thread at a time, except {@link #close}.
 */
public interface WalFollow extends AutoCloseable {

    /** The sequence of the next record to be delivered. */
    long nextSequence();

    /**
     * Delivers what is durable and not yet delivered. Where there is nothing, waits for it.
     *
     * @param maxNanos how long to wait for the first record, in nanoseconds; 0 or less for not at all
     * @param visitor receives the records, in order; where it wants no more, the next call goes on behind the last
     * @return how many were delivered, 0 if none came in time
     * @throws softadastra.core.SoftadastraException INTERRUPTED if the thread was interrupted while it waited (the flag stays
     *     set); INVALID_STATE if this or the log was closed; HISTORY_GONE beside an owner in another process, if checkpoints
     *     were faster; CORRUPTION; IO_ERROR
     */
    long poll(long maxNanos, WalRecordVisitor visitor);

    /** Ends it; a {@link #poll} that waits is woken and answers INVALID_STATE. Closing twice is fine. */
    @Override
    void close();
}

package softadastra.wal.spi;

import softadastra.core.HybridTimestamp;

/**
 * What an engine wrote down of its state, so that the records before it may go: a blob that the log keeps and does not
 * interpret.
 *
 * <p>It holds the effects of every record below {@link #beginSequence()}, and may hold those of records up to {@link
 * #endSequence()}, since it was written while appends went on. Whoever loads it applies the records from {@code
 * beginSequence()} on again; what that engine writes is such that applying a record twice changes nothing.
 */
public interface WalCheckpoint {

    /** The first sequence to apply on top of it. */
    long beginSequence();

    /** The last sequence whose effects it may hold; the log is durable to there. */
    long endSequence();

    /** The length of the blob, in bytes. */
    long length();

    /** The highest timestamp of any record when it was published. */
    HybridTimestamp timestamp();

    /**
     * Opens the blob for reading.
     *
     * @throws softadastra.core.SoftadastraException HISTORY_GONE if a newer checkpoint has taken its place; IO_ERROR
     */
    WalCheckpointReader open();
}

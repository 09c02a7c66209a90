package softadastra.wal.spi;

/**
 * Writes a {@link WalCheckpoint}, beside appends and readers. Nothing of the log changes until it is published, and a crash
 * leaves the checkpoint before or this one. For one thread at a time.
 */
public interface WalCheckpointWriter extends AutoCloseable {

    /**
     * The sequence behind the last one that was given out when this was begun. The blob must hold the effects of all records
     * below.
     */
    long beginSequence();

    /** How many bytes were written. */
    long length();

    /**
     * Adds bytes to the blob. Blocks for the device now and then.
     *
     * @throws softadastra.core.SoftadastraException NO_SPACE, IO_ERROR: the checkpoint has failed, and the log goes on
     *     without it; INVALID_STATE if this or the log was closed
     */
    void write(byte[] source, int offset, int length);

    /**
     * Waits until the log is durable to a sequence, makes the blob durable, and puts it in the place of the checkpoint before.
     * Then history below {@link #beginSequence()} goes, as far as nobody has pinned it.
     *
     * @param endSequence the last sequence whose effects the blob may hold, {@code beginSequence() - 1} or more
     * @return the checkpoint
     * @throws softadastra.core.SoftadastraException INVALID_ARGUMENT for a sequence that was not given out; NO_SPACE, IO_ERROR:
     *     the checkpoint has failed; INVALID_STATE
     */
    WalCheckpoint publish(long endSequence);

    /** Abandons it, unless it was published. Closing twice is fine. */
    @Override
    void close();
}

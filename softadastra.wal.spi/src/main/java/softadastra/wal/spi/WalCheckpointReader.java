package softadastra.wal.spi;

/** Reads the blob of a {@link WalCheckpoint} at any place, verifying what it hands out. Thread-safe. */
public interface WalCheckpointReader extends AutoCloseable {

    /** The length of the blob, in bytes. */
    long length();

    /**
     * Reads exactly so many bytes.
     *
     * @param position where in the blob to start
     * @throws IndexOutOfBoundsException if that reaches behind the end
     * @throws softadastra.core.SoftadastraException CORRUPTION if the bytes there do not verify, naming file and byte offset;
     *     IO_ERROR
     */
    void read(long position, byte[] target, int offset, int length);

    /** Lets the file go. Closing twice is fine. */
    @Override
    void close();
}

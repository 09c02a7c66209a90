package softadastra.wal.spi.storage;

import java.io.Closeable;
import java.io.IOException;

/**
 * One open file of a {@link Storage}.
 *
 * <p>All positions and lengths are in bytes. Reads may run beside writes from other threads; writes to one file are the
 * caller's to put in order. Interrupting a thread in any of these calls neither closes the file nor cuts the call short.
 */
public interface StorageFile extends Closeable {

    /**
     * Reads up to {@code length} bytes at a position.
     *
     * @return how many were read: fewer than asked only at the end of the file, 0 at or behind it
     */
    int read(long position, byte[] target, int offset, int length) throws IOException;

    /** Writes all the given bytes at a position, growing the file where needed; a gap reads as zeros. */
    void write(long position, byte[] source, int offset, int length) throws IOException;

    /**
     * Makes what was written durable, as {@code fdatasync} does: the content and the length that is needed to read it.
     *
     * <p>After a failure the state of everything written since the last success is unknown, and trying again proves
     * nothing: the kernel may have marked the pages clean.
     */
    void force() throws IOException;

    /** The length in bytes. */
    long size() throws IOException;

    /** Cuts the file to a length. Durable after {@link #force()}. */
    void truncate(long length) throws IOException;
}

package softadastra.wal.tck.fault;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** How a call fails. */
public enum IoFailure {
    /** The device reports an error; the call had no effect. */
    IO_ERROR,
    /** There is no room; the call had no effect. */
    NO_SPACE,
    /** The caller may not; the call had no effect. */
    PERMISSION_DENIED,
    /** What the call is about is not there, or for a directory its parent; the call had no effect. */
    MISSING,
    /** A write gets half of its bytes to the file and then reports a device error. Any other call: as {@link #IO_ERROR}. */
    SHORT_WRITE,
    /** The JVM is out of memory; the call had no effect. */
    OUT_OF_MEMORY,
    /** The calling thread is interrupted, and the call is made: it is to succeed all the same. */
    INTERRUPT;

    /** Whether the call is to fail, rather than to be disturbed. */
    boolean fails() {
        return this != INTERRUPT;
    }

    IOException exception(String name) {
        return switch (this) {
            case NO_SPACE -> new IOException("No space left on device");
            case PERMISSION_DENIED -> new AccessDeniedException(name);
            case MISSING -> new NoSuchFileException(name);
            default -> new IOException("Input/output error");
        };
    }
}

package softadastra.wal.spi.storage;

import java.io.Serial;
import java.nio.file.NoSuchFileException;

/** The directory that a {@link Storage}'s own was to be made in does not exist; not: a file of the log is gone. */
public final class DirectoryMissingException extends NoSuchFileException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Names what is missing.
     *
     * @param directory the directory that does not exist
     */
    public DirectoryMissingException(String directory) {
        super(directory);
    }
}

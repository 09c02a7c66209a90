package softadastra.core;

import java.time.Instant;
import java.util.Objects;

/**
 * What a file system says about a file, without its content.
 *
 * @param type what kind of thing it is
 * @param size its length in bytes, 0 or more
 * @param modified when its content last changed, as far as the file system knows
 */
public record FileMetadata(FileType type, long size, Instant modified) {

    /**
     * Makes metadata.
     *
     * @param type what kind of thing it is
     * @param size its length in bytes
     * @param modified when its content last changed
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where the size is negative
     */
    public FileMetadata {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(modified, "modified");
        if (size < 0) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid file metadata: size " + size + " is negative");
        }
    }

    /**
     * Metadata of a regular file.
     *
     * @param size its length in bytes, 0 or more
     * @param modified when its content last changed
     * @return the metadata
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where the size is negative
     */
    public static FileMetadata file(long size, Instant modified) {
        return new FileMetadata(FileType.FILE, size, modified);
    }
}

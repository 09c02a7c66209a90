package softadastra.core;

import java.util.Objects;
import java.util.Optional;

/**
 * A file as it was seen at one moment: where, what, and perhaps a hash of its content.
 *
 * @param path where it was
 * @param metadata what the file system said about it
 * @param hash a hash of its content that the observer chose, by convention {@code algorithm:hex}, such as
 *     {@code sha-256:e3b0...}; 1 to {@value #MAX_HASH_UTF8_BYTES} bytes of UTF-8, or absent where none was computed
 */
public record FileState(FilePath path, FileMetadata metadata, Optional<String> hash) {
    /** The largest length of a hash, in bytes of UTF-8. */
    public static final int MAX_HASH_UTF8_BYTES = 512;

    /**
     * Makes a state.
     *
     * @param path where the file was
     * @param metadata what the file system said about it
     * @param hash a hash of its content, where one was computed
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where the hash is empty, too long, or has an
     *     unpaired surrogate
     */
    public FileState {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(metadata, "metadata");
        if (hash.isPresent() && !isValidHash(hash.get())) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid file state: hash is not 1 to " + MAX_HASH_UTF8_BYTES + " bytes of UTF-8");
        }
    }

    /**
     * A state without a hash.
     *
     * @param path where the file was
     * @param metadata what the file system said about it
     * @return the state
     */
    public static FileState of(FilePath path, FileMetadata metadata) {
        return new FileState(path, metadata, Optional.empty());
    }

    /**
     * The same state with a hash.
     *
     * @param newHash a hash of the content
     * @return the state
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where the hash is not valid
     */
    public FileState withHash(String newHash) {
        return new FileState(path, metadata, Optional.of(newHash));
    }

    private static boolean isValidHash(String hash) {
        return !hash.isEmpty()
                && hash.length() <= MAX_HASH_UTF8_BYTES
                && Utf8.isWellFormed(hash)
                && Utf8.encode(hash).length <= MAX_HASH_UTF8_BYTES;
    }
}

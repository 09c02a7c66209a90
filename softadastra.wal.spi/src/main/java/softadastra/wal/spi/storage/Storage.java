package softadastra.wal.spi.storage;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One directory of files, as a log sees it.
 *
 * <p>Names are plain file names inside the directory, never paths. Every method may block on the device. Implementations
 * are safe for use by several threads; two operations on one name at the same time are the caller's to avoid. Failures are
 * the exceptions of {@code java.nio.file} where they have one ({@link java.nio.file.NoSuchFileException}, {@link
 * java.nio.file.FileAlreadyExistsException}, {@link java.nio.file.AccessDeniedException}, {@link
 * java.nio.file.NotDirectoryException}), else an {@link IOException}; {@link StorageErrors} turns them into errors of
 * ours.
 *
 * <p>Durability is explicit: content needs {@link StorageFile#force()}, a created, renamed or deleted name needs {@link
 * #forceDirectory()}. Until then a crash may undo it.
 */
public interface Storage {

    /** How a file is opened. */
    enum Access {
        /** For reading; the file must exist. */
        READ,
        /** For reading and writing; the file must exist. */
        WRITE,
        /** For reading and writing; the file must not exist and is made, readable by its owner only. */
        CREATE
    }

    /** The directory in words, for messages: the path as the caller gave it. */
    String description();

    /**
     * A text that is equal for two storages exactly when they stand on the same directory, however it was named. It is what
     * the JVM-wide register of open logs goes by.
     *
     * @throws IOException if the directory does not exist or cannot be resolved
     */
    String identity() throws IOException;

    /** Whether the directory exists; false also where something else than a directory has its name. */
    boolean exists() throws IOException;

    /**
     * Makes the directory, accessible by its owner only, unless it exists, and forces its parent. The parent is forced in
     * either case, as far as it may be read: who made the directory may have been killed before that.
     *
     * @throws DirectoryMissingException if the parent does not exist
     * @throws java.nio.file.NotDirectoryException if a file has its name
     */
    void createDirectory() throws IOException;

    /** The names of the files, sorted. */
    List<String> list() throws IOException;

    /** Opens a file; the caller closes it. */
    StorageFile open(String name, Access access) throws IOException;

    /** The length of a file in bytes. */
    long size(String name) throws IOException;

    /** Deletes a file that exists. Durable after {@link #forceDirectory()}. */
    void delete(String name) throws IOException;

    /** Renames a file, atomically, over another if there is one. Durable after {@link #forceDirectory()}. */
    void rename(String from, String to) throws IOException;

    /** Makes creations, renames and deletions durable, where the platform can; see {@link #forcesDirectories()}. */
    void forceDirectory() throws IOException;

    /** Whether {@link #forceDirectory()} does something on this platform and file system. */
    boolean forcesDirectories();

    /**
     * Whether a log may work on this with threads of its own, whenever these get round to it: to prepare files ahead of their use, to hand
     * over what was accepted without a flush, to say what is durable once nothing is appended. Where it may not, these are done by
     * whoever appends and cannot go on without, or not at all; so a simulation does the same in each run, however fast it is.
     */
    default boolean allowsBackgroundWork() {
        return true;
    }

    /**
     * Takes an exclusive lock between processes, without waiting. Not reentrant, and not a lock between threads: whoever
     * calls this has excluded the rest of this JVM already, since with POSIX locks closing any descriptor of the file would
     * drop the lock.
     *
     * @return the lock, or empty if another process has it
     */
    Optional<StorageLock> tryLock(String name) throws IOException;

    /** What the caller should know about this place, such as that it is on a network or memory file system. */
    default List<String> warnings() throws IOException {
        return List.of();
    }
}

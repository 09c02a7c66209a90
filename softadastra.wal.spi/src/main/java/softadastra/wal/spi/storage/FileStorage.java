package softadastra.wal.spi.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A {@link Storage} on a real directory. What differs between platforms is here and nowhere else: permissions, directory
 * force, locks, and renames.
 *
 * <p>On the default file system, files are {@link DefaultStorageFile}s, which thread interrupts cannot close. On any other
 * (a zip, an in-memory file system in a test) they are {@link ChannelStorageFile}s, which reopen themselves.
 *
 * <p>Linux is what this was run on. macOS follows the same code; {@code fdatasync} there does not empty the drive's own
 * cache. On Windows a directory cannot be forced: {@link #forcesDirectories()} is false and the file system's journal is
 * relied on. Both are untested.
 */
public final class FileStorage implements Storage {

    private static final Set<String> REMOTE_OR_MEMORY =
            Set.of("nfs", "nfs4", "cifs", "smb", "smb2", "smbfs", "fuse.sshfs", "9p", "afs", "tmpfs", "ramfs");

    /**
     * Channels of lock files that this JVM had locked already through another path, by file key. They stay open for the life of
     * the JVM: closing any channel of a file lets go of all POSIX locks that the process has on it, the owner's as well. One
     * for each file is enough, and the next attempt uses it.
     */
    private static final Map<Object, FileChannel> KEPT_OPEN = new HashMap<>();

    /** Guards {@link #KEPT_OPEN}, and keeps closing a channel apart from locking its file, for the same reason. */
    private static final ReentrantLock LOCKING = new ReentrantLock();

    private final Path directory;
    private final boolean posix;
    private final boolean onDefaultFileSystem;

    private FileStorage(Path directory) {
        this.directory = directory;
        this.posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        this.onDefaultFileSystem = directory.getFileSystem() == FileSystems.getDefault();
    }

    /** The storage on a directory, which need not exist yet. Touches nothing. */
    public static Storage at(Path directory) {
        return new FileStorage(directory);
    }

    @Override
    public String description() {
        return directory.toString();
    }

    @Override
    public String identity() throws IOException {
        return directory.toRealPath().toUri().toString();
    }

    @Override
    public boolean exists() {
        return Files.isDirectory(directory);
    }

    @Override
    public void createDirectory() throws IOException {
        if (Files.isDirectory(directory)) {
            forceEntry();
            return;
        }
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotDirectoryException(directory.toString());
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null || !Files.exists(parent)) {
            throw new DirectoryMissingException(String.valueOf(parent));
        }
        if (!Files.isDirectory(parent)) {
            throw new NotDirectoryException(parent.toString());
        }
        try {
            Files.createDirectory(directory, ownerOnly("rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw new NotDirectoryException(directory.toString());
            }
        }
        forceDirectory(parent);
    }

    /** Forces the entry of a directory that is there: who made it may have been killed before forcing it. */
    private void forceEntry() throws IOException {
        Path real = directory.toRealPath();
        Path parent = real.getParent();
        // The root and a place where a device is mounted have no entry that a crash could take away.
        if (parent == null || !forcesDirectories() || !device(real).equals(device(parent))) {
            return;
        }
        try {
            forceDirectory(parent);
        } catch (AccessDeniedException e) {
            // Its maker was somebody else: we may not even read the parent, let alone make a directory in it.
        }
    }

    private static Object device(Path path) throws IOException {
        return Files.getAttribute(path, "unix:dev");
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public StorageFile open(String name, Access access) throws IOException {
        Path file = directory.resolve(name);
        if (access == Access.CREATE) {
            Files.createFile(file, ownerOnly("rw-------"));
        }
        return onDefaultFileSystem
                ? DefaultStorageFile.open(file, access != Access.READ)
                : ChannelStorageFile.open(file, access != Access.READ);
    }

    @Override
    public long size(String name) throws IOException {
        return Files.size(directory.resolve(name));
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Path source = directory.resolve(from);
        Path target = directory.resolve(to);
        try {
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the file system has no atomic rename", e);
        }
    }

    @Override
    public void forceDirectory() throws IOException {
        forceDirectory(directory);
    }

    @Override
    public boolean forcesDirectories() {
        // A directory opens as a channel on POSIX platforms only; in-memory file systems refuse it, and have nothing to
        // force.
        return posix && onDefaultFileSystem;
    }

    private void forceDirectory(Path path) throws IOException {
        if (!forcesDirectories()) {
            return;
        }
        ChannelStorageFile.shielded(() -> {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        });
    }

    @Override
    public Optional<StorageLock> tryLock(String name) throws IOException {
        Path file = directory.resolve(name);
        return ChannelStorageFile.uninterrupted(() -> lock(file));
    }

    private Optional<StorageLock> lock(Path file) throws IOException {
        if (!Files.exists(file)) {
            try {
                Files.createFile(file, ownerOnly("rw-------"));
            } catch (FileAlreadyExistsException e) {
                // Another process was faster; the lock below decides.
            }
        }
        LOCKING.lock();
        try {
            return lockExisting(file);
        } finally {
            LOCKING.unlock();
        }
    }

    private Optional<StorageLock> lockExisting(Path file) throws IOException {
        Object key = onDefaultFileSystem
                ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
                : null;
        FileChannel kept = key == null ? null : KEPT_OPEN.get(key);
        FileChannel channel = kept == null ? FileChannel.open(file, StandardOpenOption.WRITE) : kept;
        boolean close = kept == null;
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                close = false;
                return Optional.of(() -> release(lock, kept == null));
            }
        } catch (OverlappingFileLockException e) {
            // Held in this JVM: the same answer as held elsewhere.
            if (key != null) {
                KEPT_OPEN.put(key, channel);
                close = false;
            }
        } finally {
            if (close) {
                channel.close();
            }
        }
        return Optional.empty();
    }

    private static void release(FileLock lock, boolean close) throws IOException {
        LOCKING.lock();
        try {
            lock.release();
            if (close) {
                lock.acquiredBy().close();
            }
        } finally {
            LOCKING.unlock();
        }
    }

    @Override
    public List<String> warnings() throws IOException {
        if (!onDefaultFileSystem) {
            return List.of();
        }
        FileStore store = Files.getFileStore(directory);
        String type = store.type().toLowerCase(Locale.ROOT);
        return REMOTE_OR_MEMORY.contains(type)
                ? List.of("WAL path " + directory + " is on a " + type
                        + " file system: what is durable there, and whether locks hold, is up to that system")
                : List.of();
    }

    private FileAttribute<?>[] ownerOnly(String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}

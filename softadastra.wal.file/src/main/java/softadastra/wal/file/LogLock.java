package softadastra.wal.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;

/**
 * The hold that a log's one owner has on it: an entry in a register of this JVM, then a lock between processes.
 *
 * <p>The register is asked first, because with POSIX locks closing <em>any</em> descriptor of the lock file in a process
 * drops that process's lock: a second opener in the owner's JVM must never touch it. The register is in the system
 * properties, since each class loader has statics of its own, and goes by the directory's real place. Who the holder is stands
 * in a file beside the lock file, which may be read at any time.
 */
final class LogLock implements AutoCloseable {

    static final String LOCK_FILE = "lock";
    static final String OWNER_FILE = "owner";

    static final String OWNER_TEMPORARY = "owner.new";
    private static final String PROPERTY_PREFIX = "softadastra.wal.open:";
    private static final int MAX_OWNER_BYTES = 4096;

    private final Storage storage;
    private final String property;
    private final String token;
    private final StorageLock lock;

    private LogLock(Storage storage, String property, String token, StorageLock lock) {
        this.storage = storage;
        this.property = property;
        this.token = token;
        this.lock = lock;
    }

    /**
     * Takes the hold.
     *
     * @throws SoftadastraException LOCKED, naming the holder
     */
    static LogLock take(Storage storage) throws IOException {
        String property = PROPERTY_PREFIX + storage.identity();
        LogOwner owner = LogOwner.current();
        Properties register = System.getProperties();
        Object holder = register.putIfAbsent(property, owner.text());
        if (holder != null) {
            throw locked(storage, holder + ", this very process");
        }
        try {
            Optional<StorageLock> lock = storage.tryLock(LOCK_FILE);
            if (lock.isEmpty()) {
                throw locked(storage, owner(storage).map(LogOwner::text).orElse("a process that left no name"));
            }
            return named(new LogLock(storage, property, owner.text(), lock.get()), owner);
        } catch (IOException | RuntimeException | Error e) {
            register.remove(property);
            throw e;
        }
    }

    /** Who holds a log, as far as the file beside the lock says; empty if nobody, or if the holder is no longer running. */
    static Optional<LogOwner> owner(Storage storage) throws IOException {
        if (!storage.exists() || !storage.list().contains(OWNER_FILE)) {
            return Optional.empty();
        }
        byte[] bytes = new byte[MAX_OWNER_BYTES];
        try (StorageFile file = storage.open(OWNER_FILE, Storage.Access.READ)) {
            int length = file.read(0, bytes, 0, bytes.length);
            String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
            Optional<LogOwner> owner =
                    text.equals(LogOwner.current().text()) ? Optional.of(LogOwner.current()) : LogOwner.parse(text);
            // Whether a process is alive, the platform is asked last: that takes a hundred times as long.
            return owner.filter(found -> !isForgottenHere(found, storage) && found.mayBeAlive());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Whether an owner is this very process, and this process knows nothing of it. */
    private static boolean isForgottenHere(LogOwner owner, Storage storage) {
        try {
            return owner.pid() == ProcessHandle.current().pid()
                    && System.getProperty(PROPERTY_PREFIX + storage.identity()) == null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes down who the holder is; lets the lock go if that fails. */
    private static LogLock named(LogLock taken, LogOwner owner) throws IOException {
        try {
            taken.writeOwner(owner);
            return taken;
        } catch (IOException | RuntimeException | Error e) {
            taken.lock.close();
            throw e;
        }
    }

    /** What makes room needs the log open, so a disk that is full is no reason not to; the holder has no name then. */
    private void writeOwner(LogOwner owner) throws IOException {
        try {
            replaceOwner(owner);
        } catch (IOException e) {
            if (StorageErrors.code(e) != ErrorCode.NO_SPACE) {
                throw e;
            }
            for (String name : List.of(OWNER_TEMPORARY, OWNER_FILE)) {
                if (storage.list().contains(name)) {
                    storage.delete(name);
                }
            }
        }
    }

    private void replaceOwner(LogOwner owner) throws IOException {
        byte[] text = owner.text().getBytes(StandardCharsets.UTF_8);
        if (storage.list().contains(OWNER_TEMPORARY)) {
            storage.delete(OWNER_TEMPORARY);
        }
        try (StorageFile file = storage.open(OWNER_TEMPORARY, Storage.Access.CREATE)) {
            file.write(0, text, 0, text.length);
        }
        storage.rename(OWNER_TEMPORARY, OWNER_FILE);
    }

    private static SoftadastraException locked(Storage storage, String holder) {
        return SoftadastraError.of(
                        ErrorCode.LOCKED,
                        "WAL path " + storage.description() + " is locked: it is open in " + holder
                                + "; close it there first, or choose another path (one log belongs to one node)")
                .toException();
    }

    /** Lets the log go. */
    @Override
    public void close() throws IOException {
        try {
            if (storage.list().contains(OWNER_FILE)) {
                storage.delete(OWNER_FILE);
            }
        } finally {
            try {
                lock.close();
            } finally {
                System.getProperties().remove(property, token);
            }
        }
    }
}

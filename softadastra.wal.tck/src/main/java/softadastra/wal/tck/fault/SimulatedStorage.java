package softadastra.wal.tck.fault;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;

/**
 * A directory on a disk in memory that does to a log what disks do when the power fails.
 *
 * <p>It remembers what was written and not yet forced, sector by sector, and which names were made, renamed or deleted since
 * the directory was forced. {@link #crash} answers a disk as a power cut may leave it: sectors as written or as they were,
 * in any mixture; a sector torn in the middle of what changed; a length that is stale; names that are gone, or back. What was
 * forced is there, always. After a failed force (see {@link FaultInjectingStorage}) what it should have written may be lost
 * for good, whatever later forces say.
 *
 * <p>Give it to a log by {@code config.withStorage(path -> storage)}. It starts without the directory, in a parent that
 * exists. Thread-safe; deterministic, as far as its callers are. Nothing blocks but for the short lock around each call.
 */
public final class SimulatedStorage implements Storage {

    private static final AtomicLong MADE = new AtomicLong();

    private final String identity =
            "simulated:" + Integer.toHexString(System.identityHashCode(MADE)) + ':' + MADE.incrementAndGet();
    private final @Nullable SimulatedDisk start;
    private final SimulatedDisk disk;
    private final List<DiskOperation> history = new ArrayList<>();
    private final Set<String> locked = new HashSet<>();
    private long capacity = Long.MAX_VALUE;

    private SimulatedStorage(SimulatedDisk disk, boolean recorded) {
        this.start = recorded ? disk.copy() : null;
        this.disk = disk;
    }

    /** A disk on which the directory does not exist yet. */
    public static SimulatedStorage create() {
        return new SimulatedStorage(new SimulatedDisk(), true);
    }

    /** A disk to be looked at once: it keeps no history, and neither do those that crashes of it leave. */
    static SimulatedStorage unrecorded(SimulatedDisk disk) {
        return new SimulatedStorage(disk, false);
    }

    /** The disk as a crash at this moment may leave it. This one is not changed, and goes on. */
    public synchronized SimulatedStorage crash(CrashChoice choice) {
        return new SimulatedStorage(disk.crash(choice), start != null);
    }

    /** A second disk that is as this one is now, with all that is not forced. */
    public synchronized SimulatedStorage copy() {
        return new SimulatedStorage(disk.copy(), start != null);
    }

    /** The disk as it was when this storage was made. */
    synchronized SimulatedDisk start() {
        if (start == null) {
            throw new IllegalStateException("this disk keeps no history");
        }
        return start.copy();
    }

    /** All calls that changed something or made it durable, in order, since this storage was made. */
    public synchronized List<DiskOperation> history() {
        return List.copyOf(history);
    }

    /** How many calls {@link #history()} has. */
    public synchronized int operations() {
        return history.size();
    }

    /** A hash of all that can be read: equal for equal content, different for different content but by rare accident. */
    public synchronized long fingerprint() {
        return disk.fingerprint();
    }

    /** Limits what all files may take together, in bytes; beyond it, writing fails as on a full disk. */
    public synchronized void setCapacity(long bytes) {
        capacity = bytes;
    }

    private void perform(DiskOperation operation) {
        disk.apply(operation);
        if (start != null) {
            history.add(operation);
        }
    }

    @Override
    public String description() {
        return "simulated disk";
    }

    @Override
    public synchronized String identity() throws IOException {
        requireDirectory();
        return identity;
    }

    @Override
    public synchronized boolean exists() {
        return disk.exists();
    }

    @Override
    public synchronized void createDirectory() {
        if (!disk.exists()) {
            perform(new DiskOperation.MakeDirectory());
        }
    }

    @Override
    public synchronized List<String> list() throws IOException {
        requireDirectory();
        return List.copyOf(disk.names().keySet());
    }

    @Override
    public synchronized StorageFile open(String name, Access access) throws IOException {
        requireDirectory();
        if (access == Access.CREATE) {
            if (disk.names().containsKey(name)) {
                throw new FileAlreadyExistsException(name);
            }
            perform(new DiskOperation.Create(name, disk.nextFile()));
        }
        return new SimulatedFile(this, number(name), access != Access.READ);
    }

    @Override
    public synchronized long size(String name) throws IOException {
        requireDirectory();
        return disk.content(number(name)).length();
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        requireDirectory();
        number(name);
        perform(new DiskOperation.Delete(name));
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        requireDirectory();
        perform(new DiskOperation.Rename(from, to, number(from)));
    }

    @Override
    public synchronized void forceDirectory() throws IOException {
        requireDirectory();
        perform(new DiskOperation.ForceDirectory());
    }

    @Override
    public boolean forcesDirectories() {
        return true;
    }

    @Override
    public synchronized Optional<StorageLock> tryLock(String name) throws IOException {
        requireDirectory();
        if (!disk.names().containsKey(name)) {
            perform(new DiskOperation.Create(name, disk.nextFile()));
        }
        return locked.add(name) ? Optional.of(() -> unlock(name)) : Optional.empty();
    }

    private synchronized void unlock(String name) {
        locked.remove(name);
    }

    private int number(String name) throws NoSuchFileException {
        Integer file = disk.names().get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    private void requireDirectory() throws NoSuchFileException {
        if (!disk.exists()) {
            throw new NoSuchFileException(description());
        }
    }

    synchronized int read(int file, long position, byte[] target, int offset, int length) {
        return disk.content(file).read(position, target, offset, length);
    }

    synchronized void write(int file, long position, byte[] bytes) throws IOException {
        long grown = Math.max(0, position + bytes.length - disk.content(file).length());
        if (grown > 0 && capacity != Long.MAX_VALUE && disk.bytes() + grown > capacity) {
            throw new IOException("No space left on device");
        }
        perform(new DiskOperation.Write(file, position, bytes));
    }

    synchronized void truncate(int file, long length) {
        perform(new DiskOperation.Truncate(file, length));
    }

    synchronized void force(int file) {
        perform(new DiskOperation.Force(file));
    }

    synchronized void failedForce(int file) {
        perform(new DiskOperation.FailedForce(file));
    }

    synchronized long length(int file) {
        return disk.content(file).length();
    }
}

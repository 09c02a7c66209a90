package softadastra.wal.tck.fault;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import softadastra.wal.spi.storage.DirectoryMissingException;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;

/**
 * A storage that fails chosen calls on another one, and counts and remembers all of them.
 *
 * <p>On a {@link SimulatedStorage} a force that fails loses what it should have written, as kernels do: it is not written by
 * the next force either. On other storages it is merely not called. Thread-safe.
 */
public final class FaultInjectingStorage implements Storage {

    private final Storage storage;
    private final Map<IoKind, Long> counts = new EnumMap<>(IoKind.class);
    private final List<IoCall> trace = new ArrayList<>();
    private IoFaults faults;
    private final Map<IoKind, Long> failed = new EnumMap<>(IoKind.class);

    /**
     * Wraps a storage.
     *
     * @param storage what the calls go to
     * @param faults which of them fail
     */
    public FaultInjectingStorage(Storage storage, IoFaults faults) {
        this.storage = Objects.requireNonNull(storage, "storage");
        this.faults = Objects.requireNonNull(faults, "faults");
    }

    /** Replaces the faults from the next call on; the numbers go on. */
    public synchronized void setFaults(IoFaults value) {
        faults = Objects.requireNonNull(value, "faults");
    }

    /** How many calls there were so far. */
    public synchronized long calls() {
        return trace.size();
    }

    /** How many calls of a kind there were so far. */
    public synchronized long calls(IoKind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** How many calls failed, or were disturbed, so far. */
    public synchronized long failures() {
        return failed.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many calls of each kind failed, or were disturbed, so far. */
    public synchronized Map<IoKind, Long> failuresByKind() {
        return new EnumMap<>(failed);
    }

    /** All calls so far, in order. */
    public synchronized List<IoCall> trace() {
        return List.copyOf(trace);
    }

    private synchronized Optional<IoFailure> count(IoKind kind, String name, long position, int length) {
        long ofKind = counts.merge(kind, 1L, Long::sum);
        IoCall call = new IoCall(trace.size() + 1L, ofKind, kind, name, position, length);
        trace.add(call);
        Optional<IoFailure> failure = faults.before(call);
        failure.ifPresent(injected -> failed.merge(kind, 1L, Long::sum));
        return failure;
    }

    /** Counts a call, and fails it if it is to fail. */
    private void enter(IoKind kind, String name) throws IOException {
        Optional<IoFailure> failure = count(kind, name, 0, 0);
        if (failure.isPresent()) {
            raise(failure.get(), name);
        }
    }

    private static void raise(IoFailure failure, String name) throws IOException {
        if (failure == IoFailure.INTERRUPT) {
            Thread.currentThread().interrupt();
        } else if (failure == IoFailure.OUT_OF_MEMORY) {
            throw new OutOfMemoryError("injected");
        } else {
            throw failure.exception(name);
        }
    }

    @Override
    public String description() {
        return storage.description();
    }

    @Override
    public String identity() throws IOException {
        return storage.identity();
    }

    @Override
    public boolean exists() throws IOException {
        enter(IoKind.EXISTS, "");
        return storage.exists();
    }

    @Override
    public void createDirectory() throws IOException {
        try {
            enter(IoKind.CREATE_DIRECTORY, "");
        } catch (NoSuchFileException e) {
            throw new DirectoryMissingException("the parent of " + description());
        }
        storage.createDirectory();
    }

    @Override
    public List<String> list() throws IOException {
        enter(IoKind.LIST, "");
        return storage.list();
    }

    @Override
    public StorageFile open(String name, Access access) throws IOException {
        enter(access == Access.CREATE ? IoKind.CREATE : IoKind.OPEN, name);
        return new File(name, storage.open(name, access));
    }

    @Override
    public long size(String name) throws IOException {
        enter(IoKind.SIZE, name);
        return storage.size(name);
    }

    @Override
    public void delete(String name) throws IOException {
        enter(IoKind.DELETE, name);
        storage.delete(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        enter(IoKind.RENAME, from);
        storage.rename(from, to);
    }

    @Override
    public void forceDirectory() throws IOException {
        enter(IoKind.FORCE_DIRECTORY, "");
        storage.forceDirectory();
    }

    @Override
    public boolean forcesDirectories() {
        return storage.forcesDirectories();
    }

    @Override
    public Optional<StorageLock> tryLock(String name) throws IOException {
        enter(IoKind.LOCK, name);
        return storage.tryLock(name);
    }

    @Override
    public List<String> warnings() throws IOException {
        return storage.warnings();
    }

    /** An open file whose calls are counted too. */
    private final class File implements StorageFile {

        private final String name;
        private final StorageFile file;

        File(String name, StorageFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) throws IOException {
            Optional<IoFailure> failure = count(IoKind.READ, name, position, length);
            if (failure.isPresent()) {
                raise(failure.get(), name);
            }
            return file.read(position, target, offset, length);
        }

        @Override
        public void write(long position, byte[] source, int offset, int length) throws IOException {
            Optional<IoFailure> failure = count(IoKind.WRITE, name, position, length);
            if (failure.isPresent()) {
                if (failure.get() == IoFailure.SHORT_WRITE) {
                    file.write(position, source, offset, length / 2);
                }
                raise(failure.get(), name);
            }
            file.write(position, source, offset, length);
        }

        @Override
        public void force() throws IOException {
            Optional<IoFailure> failure = count(IoKind.FORCE, name, 0, 0);
            if (failure.isPresent()) {
                if (failure.get().fails() && file instanceof SimulatedFile simulated) {
                    simulated.failForce();
                }
                raise(failure.get(), name);
            }
            file.force();
        }

        @Override
        public long size() throws IOException {
            enter(IoKind.SIZE, name);
            return file.size();
        }

        @Override
        public void truncate(long length) throws IOException {
            enter(IoKind.TRUNCATE, name);
            file.truncate(length);
        }

        @Override
        public void close() throws IOException {
            // The descriptor is gone whatever close reports.
            file.close();
            enter(IoKind.CLOSE, name);
        }
    }
}

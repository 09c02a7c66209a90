package softadastra.wal.tck.fault;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;

/**
 * A storage as one process has it open: once that process is {@link #kill killed}, none of its calls does anything, and its
 * locks are gone. What it wrote before stays with the storage behind it, as with an operating system. One force can be made to
 * fail. Thread-safe, as far as the storage behind it is.
 */
final class KillableStorage implements Storage {

    private final SimulatedStorage storage;
    private volatile boolean killed;
    private final AtomicInteger callsLeft = new AtomicInteger(Integer.MAX_VALUE);
    private volatile boolean failNext;

    KillableStorage(SimulatedStorage storage) {
        this.storage = storage;
    }

    void kill() {
        killed = true;
    }

    /** Kills the process once it has made so many more calls that change the disk, or make a change durable. */
    void killAfter(int calls) {
        callsLeft.set(calls);
    }

    /** The next force of a file fails. */
    void failNextForce() {
        failNext = true;
    }

    private SimulatedStorage alive() throws IOException {
        if (killed) {
            throw new IOException("the process was killed");
        }
        return storage;
    }

    /** The storage, for a call that changes the disk. */
    private SimulatedStorage changing() throws IOException {
        if (callsLeft.getAndDecrement() <= 0) {
            killed = true;
        }
        return alive();
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
        return alive().exists();
    }

    @Override
    public void createDirectory() throws IOException {
        changing().createDirectory();
    }

    @Override
    public List<String> list() throws IOException {
        return alive().list();
    }

    @Override
    public StorageFile open(String name, Access access) throws IOException {
        return new File((access == Access.CREATE ? changing() : alive()).open(name, access));
    }

    @Override
    public long size(String name) throws IOException {
        return alive().size(name);
    }

    @Override
    public void delete(String name) throws IOException {
        changing().delete(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        changing().rename(from, to);
    }

    @Override
    public void forceDirectory() throws IOException {
        changing().forceDirectory();
    }

    @Override
    public boolean forcesDirectories() {
        return storage.forcesDirectories();
    }

    @Override
    public Optional<StorageLock> tryLock(String name) throws IOException {
        return alive().tryLock(name);
    }

    private final class File implements StorageFile {

        private final StorageFile file;

        File(StorageFile file) {
            this.file = file;
        }

        private StorageFile file() throws IOException {
            var unused = alive();
            return file;
        }

        private StorageFile changed() throws IOException {
            var unused = changing();
            return file;
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) throws IOException {
            return file().read(position, target, offset, length);
        }

        @Override
        public void write(long position, byte[] source, int offset, int length) throws IOException {
            changed().write(position, source, offset, length);
        }

        @Override
        public void force() throws IOException {
            if (failNext) {
                failNext = false;
                ((SimulatedFile) file()).failForce();
                throw IoFailure.IO_ERROR.exception("");
            }
            changed().force();
        }

        @Override
        public long size() throws IOException {
            return file().size();
        }

        @Override
        public void truncate(long length) throws IOException {
            changed().truncate(length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

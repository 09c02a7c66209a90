package softadastra.wal.file;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;
import softadastra.wal.tck.fault.SimulatedStorage;

/** A simulated disk whose forces fail while it is told so. */
final class FailingStorage implements Storage {

    private final Storage disk = SimulatedStorage.create();
    private volatile boolean failForces;
    private volatile boolean failDirectoryForces;
    private volatile boolean refuseDeletes;
    private final AtomicInteger deletesRefused = new AtomicInteger();

    void failForces(boolean fail) {
        failForces = fail;
    }

    void failDirectoryForces(boolean fail) {
        failDirectoryForces = fail;
    }

    void refuseDeletes(boolean refuse) {
        refuseDeletes = refuse;
    }

    int deletesRefused() {
        return deletesRefused.get();
    }

    @Override
    public String description() {
        return disk.description();
    }

    @Override
    public String identity() throws IOException {
        return disk.identity();
    }

    @Override
    public boolean exists() throws IOException {
        return disk.exists();
    }

    @Override
    public void createDirectory() throws IOException {
        disk.createDirectory();
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public StorageFile open(String name, Access access) throws IOException {
        StorageFile file = disk.open(name, access);
        return new StorageFile() {
            @Override
            public int read(long position, byte[] target, int offset, int length) throws IOException {
                return file.read(position, target, offset, length);
            }

            @Override
            public void write(long position, byte[] source, int offset, int length) throws IOException {
                file.write(position, source, offset, length);
            }

            @Override
            public void force() throws IOException {
                if (failForces) {
                    throw new IOException("a planted failure");
                }
                file.force();
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public void truncate(long length) throws IOException {
                file.truncate(length);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    @Override
    public long size(String name) throws IOException {
        return disk.size(name);
    }

    @Override
    public void delete(String name) throws IOException {
        if (refuseDeletes) {
            deletesRefused.incrementAndGet();
            throw new IOException("a planted refusal");
        }
        disk.delete(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void forceDirectory() throws IOException {
        if (failDirectoryForces) {
            throw new IOException("a planted failure");
        }
        disk.forceDirectory();
    }

    @Override
    public boolean forcesDirectories() {
        return disk.forcesDirectories();
    }

    @Override
    public Optional<StorageLock> tryLock(String name) throws IOException {
        return disk.tryLock(name);
    }
}

package softadastra.sync;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;
import softadastra.wal.tck.fault.CrashChoice;
import softadastra.wal.tck.fault.SimulatedStorage;

/**
 * A simulated disk as one process has it: the process may be killed in the middle of a call, the disk may be full for a while, or slow.
 *
 * <p>The calls that are counted are those that make something durable or change the directory. What is written between two forces is lost
 * or kept with the one that a kill comes in; so is the call itself. Only the thread that simulates changes anything: when others get round
 * to it depends on time.
 */
final class SimulatedFaults implements Storage {

    private final SimulatedStorage disk;
    private final Thread simulating = Thread.currentThread();
    private final LongConsumer passing;
    private int callsLeft;
    private boolean afterwards;
    private CrashChoice choice = CrashChoice.nothingWritten();
    private volatile @Nullable SimulatedStorage left;
    private volatile boolean full;
    private long slowMillis;

    /**
     * Opens a disk.
     *
     * @param passing lets so many milliseconds pass
     */
    SimulatedFaults(SimulatedStorage disk, LongConsumer passing) {
        this.disk = disk;
        this.passing = passing;
    }

    /**
     * The process will be killed in a call.
     *
     * @param calls in which, from here on; none for 0
     * @param done whether the call has done its work by then
     * @param kept what of that which was not forced is there nevertheless
     */
    void killIn(int calls, boolean done, CrashChoice kept) {
        callsLeft = calls;
        afterwards = done;
        choice = kept;
    }

    /** Says whether nothing more fits on the disk. */
    void setFull(boolean value) {
        full = value;
    }

    boolean isFull() {
        return full;
    }

    /** How long a force takes. */
    void setSlow(long millis) {
        slowMillis = millis;
    }

    /** The disk as it was left by a process that was killed; null while that lives. */
    @Nullable
    SimulatedStorage left() {
        return left;
    }

    private interface Call {
        void run() throws IOException;
    }

    private void alive() throws IOException {
        if (left != null) {
            throw new IOException("the process was killed");
        }
    }

    /** A call that changes something. */
    private void simulated() throws IOException {
        if (Thread.currentThread() != simulating) {
            throw new IllegalStateException("work in the background: " + Thread.currentThread());
        }
        alive();
    }

    /** A call that a kill may come in. */
    private void counted(Call call) throws IOException {
        simulated();
        boolean last = callsLeft > 0 && --callsLeft == 0;
        if (!last || afterwards) {
            call.run();
        }
        if (last) {
            left = disk.crash(choice);
            alive();
        }
    }

    private void requireRoom() throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
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
        alive();
        return disk.exists();
    }

    @Override
    public void createDirectory() throws IOException {
        counted(disk::createDirectory);
    }

    @Override
    public List<String> list() throws IOException {
        alive();
        return disk.list();
    }

    @Override
    public StorageFile open(String name, Access access) throws IOException {
        alive();
        if (access == Access.CREATE) {
            simulated();
            requireRoom();
        }
        return new File(disk.open(name, access));
    }

    @Override
    public long size(String name) throws IOException {
        alive();
        return disk.size(name);
    }

    @Override
    public void delete(String name) throws IOException {
        counted(() -> disk.delete(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        counted(() -> disk.rename(from, to));
    }

    @Override
    public void forceDirectory() throws IOException {
        counted(disk::forceDirectory);
    }

    @Override
    public boolean forcesDirectories() {
        return disk.forcesDirectories();
    }

    @Override
    public boolean allowsBackgroundWork() {
        return false;
    }

    @Override
    public Optional<StorageLock> tryLock(String name) throws IOException {
        alive();
        return disk.tryLock(name);
    }

    private final class File implements StorageFile {

        private final StorageFile file;

        File(StorageFile file) {
            this.file = file;
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) throws IOException {
            alive();
            return file.read(position, target, offset, length);
        }

        @Override
        public void write(long position, byte[] source, int offset, int length) throws IOException {
            simulated();
            if (position + length > file.size()) {
                requireRoom();
            }
            file.write(position, source, offset, length);
        }

        @Override
        public void force() throws IOException {
            counted(file::force);
            if (slowMillis > 0) {
                passing.accept(slowMillis);
            }
        }

        @Override
        public long size() throws IOException {
            alive();
            return file.size();
        }

        @Override
        public void truncate(long length) throws IOException {
            counted(() -> file.truncate(length));
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

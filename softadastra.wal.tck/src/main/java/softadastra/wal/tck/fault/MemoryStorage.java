package softadastra.wal.tck.fault;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;

/**
 * A directory that is nothing but arrays, which many can share: one is copied when it is first written to, so that thousands of
 * damaged logs a second can be opened. It knows no crashes: see {@link SimulatedStorage}. Thread-safe.
 */
public final class MemoryStorage implements Storage {

    private static final int MOST_GROWTH = 32 << 20;

    private static final AtomicLong MADE = new AtomicLong();

    private final String identity = "memory:" + MADE.incrementAndGet();
    private final Map<String, Content> files = new TreeMap<>();
    private final Set<String> locked = new HashSet<>();

    /** How much may still be written to it. */
    private final AtomicLong room;

    /**
     * A directory of some files, with room for as much as there is memory.
     *
     * @param files their contents, by name; the arrays are not changed, and must not be while it is in use
     */
    public MemoryStorage(Map<String, byte[]> files) {
        this(files, Long.MAX_VALUE);
    }

    /**
     * A directory of some files that can be written to for a while.
     *
     * @param files their contents, by name; the arrays are not changed, and must not be while it is in use
     * @param room how many bytes may be written in all; behind them the disk is full
     */
    public MemoryStorage(Map<String, byte[]> files, long room) {
        files.forEach((name, bytes) -> this.files.put(name, new Content(bytes, bytes.length)));
        this.room = new AtomicLong(room);
    }

    /**
     * Puts an array in the place of a file.
     *
     * @param name the file
     * @param bytes what it is to hold; not changed, and not to be changed while this is in use
     * @param length how many of them
     * @return this
     */
    public synchronized MemoryStorage with(String name, byte[] bytes, int length) {
        files.put(name, new Content(bytes, length));
        return this;
    }

    /**
     * Takes a file away.
     *
     * @param name the file
     * @return this
     */
    public synchronized MemoryStorage without(String name) {
        files.remove(name);
        return this;
    }

    /**
     * What all files hold.
     *
     * @return copies, by name
     */
    public synchronized Map<String, byte[]> content() {
        Map<String, byte[]> all = new TreeMap<>();
        files.forEach((name, content) -> all.put(name, content.copy()));
        return all;
    }

    @Override
    public String description() {
        return "memory";
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public boolean exists() {
        return true;
    }

    @Override
    public void createDirectory() {}

    @Override
    public synchronized List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized StorageFile open(String name, Access access) throws IOException {
        if (access == Access.CREATE && files.putIfAbsent(name, new Content(new byte[0], 0)) != null) {
            throw new FileAlreadyExistsException(name);
        }
        return content(name);
    }

    @Override
    public synchronized long size(String name) throws IOException {
        return content(name).size();
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        if (files.remove(name) == null) {
            throw new NoSuchFileException(name);
        }
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        Content moved = content(from);
        files.remove(from);
        files.put(to, moved);
    }

    @Override
    public void forceDirectory() {}

    @Override
    public boolean forcesDirectories() {
        return true;
    }

    @Override
    public synchronized Optional<StorageLock> tryLock(String name) {
        files.putIfAbsent(name, new Content(new byte[0], 0));
        return locked.add(name) ? Optional.of(() -> unlock(name)) : Optional.empty();
    }

    private synchronized void unlock(String name) {
        locked.remove(name);
    }

    private Content content(String name) throws NoSuchFileException {
        Content content = files.get(name);
        if (content == null) {
            throw new NoSuchFileException(name);
        }
        return content;
    }

    /** A file; what is closed can still be used, which is of no matter here. */
    private final class Content implements StorageFile {

        private byte[] bytes;
        private int length;
        private boolean shared = true;

        Content(byte[] bytes, int length) {
            this.bytes = bytes;
            this.length = length;
        }

        synchronized byte[] copy() {
            return Arrays.copyOf(bytes, length);
        }

        @Override
        public synchronized int read(long position, byte[] target, int offset, int wanted) {
            int read = (int) Math.max(0, Math.min(wanted, length - position));
            if (read > 0) {
                System.arraycopy(bytes, (int) position, target, offset, read);
            }
            return read;
        }

        @Override
        public synchronized void write(long position, byte[] source, int offset, int count) throws IOException {
            if (room.addAndGet(-count) < 0) {
                throw new IOException("No space left on device");
            }
            int end = Math.toIntExact(position + count);
            if (shared || end > bytes.length) {
                byte[] own =
                        new byte[end > length ? Math.max(end, Math.min(2 * length, length + MOST_GROWTH)) : length];
                System.arraycopy(bytes, 0, own, 0, length);
                bytes = own;
                shared = false;
            }
            System.arraycopy(source, offset, bytes, (int) position, count);
            length = Math.max(length, end);
        }

        @Override
        public void force() {}

        @Override
        public synchronized long size() {
            return length;
        }

        @Override
        public synchronized void truncate(long shorter) {
            bytes = Arrays.copyOf(bytes, Math.toIntExact(shorter));
            length = bytes.length;
            shared = false;
        }

        @Override
        public void close() {}
    }
}

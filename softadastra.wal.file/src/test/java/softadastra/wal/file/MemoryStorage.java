package softadastra.wal.file;

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
 * damaged logs a second can be opened. Thread-safe.
 */
final class MemoryStorage implements Storage {

    private static final int MOST_GROWTH = 32 << 20;

    private static final AtomicLong MADE = new AtomicLong();

    private final String identity = "memory:" + MADE.incrementAndGet();
    private final Map<String, Content> files = new TreeMap<>();
    private final Set<String> locked = new HashSet<>();

    /** A directory of these files; the arrays are not changed, and must not be while it is in use. */
    MemoryStorage(Map<String, byte[]> files) {
        files.forEach((name, bytes) -> this.files.put(name, new Content(bytes, bytes.length)));
    }

    /** Puts so many bytes of an array in the place of a file. */
    synchronized MemoryStorage with(String name, byte[] bytes, int length) {
        files.put(name, new Content(bytes, length));
        return this;
    }

    /** Takes a file away. */
    synchronized MemoryStorage without(String name) {
        files.remove(name);
        return this;
    }

    /** The bytes of all files, by name. */
    synchronized Map<String, byte[]> content() {
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
    private static final class Content implements StorageFile {

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
        public synchronized void write(long position, byte[] source, int offset, int count) {
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

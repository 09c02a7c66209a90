package softadastra.it.fuzz;

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
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.spi.storage.StorageLock;

/** A directory that is nothing but arrays, so that a fuzzer can have thousands of them a second. Thread-safe. */
final class BytesStorage implements Storage {

    /** What may be written to it; who writes more was led astray by what it read. */
    private static final long MOST_BYTES = 8 << 20;

    private final AtomicLong written = new AtomicLong();

    private final String identity = "bytes:" + UUID.randomUUID();
    private final Map<String, Content> files = new TreeMap<>();
    private final Set<String> locked = new HashSet<>();

    synchronized void put(String name, byte[] bytes) {
        files.put(name, new Content(bytes.clone()));
    }

    /** What all files have, by name. */
    synchronized Map<String, String> fingerprint() {
        return files.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        file -> file.getValue().bytes.length + ":" + Arrays.hashCode(file.getValue().bytes)));
    }

    @Override
    public String description() {
        return "bytes";
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
        if (access == Access.CREATE) {
            if (files.putIfAbsent(name, new Content(new byte[0])) != null) {
                throw new FileAlreadyExistsException(name);
            }
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
        files.putIfAbsent(name, new Content(new byte[0]));
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

        Content(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public synchronized int read(long position, byte[] target, int offset, int length) {
            int read = (int) Math.max(0, Math.min(length, bytes.length - position));
            if (read > 0) {
                System.arraycopy(bytes, (int) position, target, offset, read);
            }
            return read;
        }

        @Override
        public synchronized void write(long position, byte[] source, int offset, int length) throws IOException {
            if (written.addAndGet(length) > MOST_BYTES) {
                throw new IOException("No space left on device");
            }
            if (position + length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.toIntExact(position + length));
            }
            System.arraycopy(source, offset, bytes, (int) position, length);
        }

        @Override
        public void force() {}

        @Override
        public synchronized long size() {
            return bytes.length;
        }

        @Override
        public synchronized void truncate(long length) {
            bytes = Arrays.copyOf(bytes, Math.toIntExact(length));
        }

        @Override
        public void close() {}
    }
}

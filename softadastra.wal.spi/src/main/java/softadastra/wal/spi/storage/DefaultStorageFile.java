package softadastra.wal.spi.storage;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of the default file system that survives thread interrupts.
 *
 * <p>{@code FileChannel} closes itself when a thread is interrupted in a call on it, for everybody. {@link
 * RandomAccessFile} does not, and neither does {@link AsynchronousFileChannel#force}, which is {@code fdatasync} on a
 * second descriptor of the same file: together they cost what a channel costs.
 */
final class DefaultStorageFile implements StorageFile {

    private final RandomAccessFile file;
    private final @Nullable AsynchronousFileChannel forcing;

    private DefaultStorageFile(RandomAccessFile file, @Nullable AsynchronousFileChannel forcing) {
        this.file = file;
        this.forcing = forcing;
    }

    static StorageFile open(Path path, boolean writable) throws IOException {
        File file = path.toFile();
        if (!writable) {
            // Opened by NIO first, since its exceptions tell a missing file from a forbidden one.
            AsynchronousFileChannel.open(path, StandardOpenOption.READ).close();
            return new DefaultStorageFile(new RandomAccessFile(file, "r"), null);
        }
        AsynchronousFileChannel forcing = AsynchronousFileChannel.open(path, StandardOpenOption.WRITE);
        try {
            return new DefaultStorageFile(new RandomAccessFile(file, "rw"), forcing);
        } catch (IOException | RuntimeException e) {
            forcing.close();
            throw e;
        }
    }

    // seek and read are two calls on one file position, so one at a time.
    @Override
    public synchronized int read(long position, byte[] target, int offset, int length) throws IOException {
        file.seek(position);
        int done = 0;
        while (done < length) {
            int count = file.read(target, offset + done, length - done);
            if (count < 0) {
                break;
            }
            done += count;
        }
        return done;
    }

    @Override
    public synchronized void write(long position, byte[] source, int offset, int length) throws IOException {
        file.seek(position);
        file.write(source, offset, length);
    }

    @Override
    public void force() throws IOException {
        if (forcing == null) {
            throw new IOException("the file is open for reading only");
        }
        forcing.force(false);
    }

    @Override
    public long size() throws IOException {
        return file.length();
    }

    @Override
    public synchronized void truncate(long length) throws IOException {
        if (length < file.length()) {
            file.setLength(length);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            if (forcing != null) {
                forcing.close();
            }
        }
    }
}

package softadastra.wal.spi.storage;

import java.io.File;
import java.io.FileNotFoundException;
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

    /** How often opening for reading may be refused for a reason that is gone when it is asked for. */
    private static final int ATTEMPTS = 100;

    private final RandomAccessFile file;
    private final @Nullable AsynchronousFileChannel forcing;

    private DefaultStorageFile(RandomAccessFile file, @Nullable AsynchronousFileChannel forcing) {
        this.file = file;
        this.forcing = forcing;
    }

    static StorageFile open(Path path, boolean writable) throws IOException {
        File file = path.toFile();
        if (!writable) {
            return new DefaultStorageFile(openForReading(path, file), null);
        }
        AsynchronousFileChannel forcing = AsynchronousFileChannel.open(path, StandardOpenOption.WRITE);
        try {
            return new DefaultStorageFile(new RandomAccessFile(file, "rw"), forcing);
        } catch (IOException | RuntimeException e) {
            forcing.close();
            throw e;
        }
    }

    /**
     * Opens a file that somebody may delete or replace at this moment. NIO is asked only for the reason of a refusal, since
     * its exceptions tell a missing file from a forbidden one; by then the file may be there, which is as good as having come
     * later.
     */
    private static RandomAccessFile openForReading(Path path, File file) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return new RandomAccessFile(file, "r");
            } catch (FileNotFoundException e) {
                AsynchronousFileChannel.open(path, StandardOpenOption.READ).close();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
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

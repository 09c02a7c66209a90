package softadastra.wal.tck.fault;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.Arrays;
import softadastra.wal.spi.storage.StorageFile;

/** An open file of a {@link SimulatedStorage}. Like a descriptor, it outlives the file's name. */
final class SimulatedFile implements StorageFile {

    private final SimulatedStorage storage;
    private final int file;
    private final boolean writable;
    private volatile boolean closed;

    SimulatedFile(SimulatedStorage storage, int file, boolean writable) {
        this.storage = storage;
        this.file = file;
        this.writable = writable;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        requireOpen();
        return storage.read(file, position, target, offset, length);
    }

    @Override
    public void write(long position, byte[] source, int offset, int length) throws IOException {
        requireWritable();
        storage.write(file, position, Arrays.copyOfRange(source, offset, offset + length));
    }

    @Override
    public void force() throws IOException {
        requireWritable();
        storage.force(file);
    }

    /** What a force that fails does; see {@link SimulatedContent#failedForce}. */
    void failForce() throws IOException {
        requireWritable();
        storage.failedForce(file);
    }

    @Override
    public long size() throws IOException {
        requireOpen();
        return storage.length(file);
    }

    @Override
    public void truncate(long length) throws IOException {
        requireWritable();
        storage.truncate(file, length);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private void requireWritable() throws IOException {
        requireOpen();
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }
}

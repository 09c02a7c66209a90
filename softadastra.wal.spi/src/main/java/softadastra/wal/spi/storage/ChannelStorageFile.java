package softadastra.wal.spi.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A file of any file system, over a {@link FileChannel}.
 *
 * <p>A thread that is interrupted in a channel's call closes the channel for everybody, so every call runs with the
 * interrupt flag put aside and restored behind it; should an interrupt arrive inside the call all the same, the channel is
 * opened again and the call, whose effect on a position is the same twice, is repeated. A {@code force} that was cut off
 * this way could not be repeated, since what it did would be unknown: it runs on a thread that nobody interrupts.
 */
final class ChannelStorageFile implements StorageFile {

    private final Path path;
    private final Set<OpenOption> options;
    private FileChannel channel;
    private boolean closed;

    private ChannelStorageFile(Path path, Set<OpenOption> options) throws IOException {
        this.path = path;
        this.options = options;
        this.channel = FileChannel.open(path, options);
    }

    static StorageFile open(Path path, boolean writable) throws IOException {
        Set<OpenOption> options =
                writable ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE) : Set.of(StandardOpenOption.READ);
        return uninterrupted(() -> new ChannelStorageFile(path, options));
    }

    @Override
    public synchronized int read(long position, byte[] target, int offset, int length) throws IOException {
        return repeated(() -> {
            ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, position + length - buffer.remaining()) < 0) {
                    break;
                }
            }
            return length - buffer.remaining();
        });
    }

    @Override
    public synchronized void write(long position, byte[] source, int offset, int length) throws IOException {
        repeated(() -> {
            ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer, position + length - buffer.remaining());
            }
            return length;
        });
    }

    @Override
    public synchronized void force() throws IOException {
        FileChannel forced = uninterrupted(() -> {
            reopen();
            return channel;
        });
        shielded(() -> forced.force(false));
    }

    @Override
    public synchronized long size() throws IOException {
        return repeated(channel::size);
    }

    @Override
    public synchronized void truncate(long length) throws IOException {
        repeated(() -> channel.truncate(length));
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }

    private void reopen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (!channel.isOpen()) {
            channel = FileChannel.open(path, options);
        }
    }

    private <T> T repeated(Call<T> call) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    reopen();
                    return call.run();
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                    Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One operation on a channel. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    /** A force of a channel. */
    @FunctionalInterface
    interface Force {
        void run() throws IOException;
    }

    /** Runs a force on a thread of its own, which nobody knows and so nobody interrupts, and waits for it. */
    static void shielded(Force force) throws IOException {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            force.run();
            return true;
        });
        Thread thread = new Thread(task, "softadastra-force");
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (!task.isDone()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            rethrowFailure(task);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void rethrowFailure(FutureTask<Boolean> done) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            var unused = done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IOException("the force failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs a call with the thread's interrupt flag put aside, and sets it again behind it. */
    static <T> T uninterrupted(Call<T> call) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return call.run();
        } catch (ClosedByInterruptException e) {
            interrupted = true;
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.storage.Storage;

/**
 * Follows a log whose owner is another process, or nobody: it looks into the files at intervals, and believes what their
 * frames, segment headers and checkpoint say is durable.
 */
final class ForeignSource implements FileFollow.Source {

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Storage storage;
    private final WalMarker marker;
    private final long from;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ending = lock.newCondition();
    private @Nullable FrameWalk ahead;
    private long claimed;

    ForeignSource(Storage storage, WalMarker marker, long from) {
        this.storage = storage;
        this.marker = marker;
        this.from = from;
    }

    @Override
    public void requireOpen() {
        // There is no handle that could be closed.
    }

    @Override
    public long durable() throws IOException {
        FrameWalk frames = ahead;
        if (frames == null) {
            LogLayout layout = layout();
            if (layout.segments().isEmpty()) {
                return 0;
            }
            claimed = layout.checkpointEnd();
            frames = FrameWalk.startingAt(storage, marker, layout, from);
            ahead = frames;
        }
        while (frames.advance()) {
            claimed = Math.max(claimed, frames.frame().syncedThrough());
        }
        // What stands before a segment was durable when it was started.
        claimed = Math.max(claimed, frames.durableBefore());
        return Math.min(claimed, frames.nextSequence() - 1);
    }

    @Override
    public void awaitBeyond(long sequence, long maxNanos, BooleanSupplier ended) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = Math.min(maxNanos, INTERVAL_NANOS);
            while (left > 0 && !ended.getAsBoolean()) {
                left = ending.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void wake() {
        lock.lock();
        try {
            ending.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void reached(long sequence) {
        // Nothing of another process's history can be held.
    }

    @Override
    public LogLayout layout() throws IOException {
        return LogLayout.read(storage, marker);
    }

    @Override
    public void close() throws IOException {
        FrameWalk frames = ahead;
        ahead = null;
        if (frames != null) {
            frames.close();
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.WalFollow;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** A reader that goes along with a log: it takes the frames from the files, and from a {@link Source} how far it may go. */
final class FileFollow implements WalFollow {

    /** Who knows what is durable. */
    interface Source extends AutoCloseable {

        /** Refuses if the log was closed. */
        void requireOpen();

        /** The last sequence that is known to be durable by now. */
        long durable() throws IOException;

        /** Waits until more than a sequence may be durable, for at most so long, and no longer than {@code ended} says. */
        void awaitBeyond(long sequence, long maxNanos, BooleanSupplier ended) throws InterruptedException;

        /** Has a wait ask whether it has ended. */
        void wake();

        /** Takes note that no record below a sequence is wanted any more. */
        void reached(long sequence);

        /** The segments that are there. */
        LogLayout layout() throws IOException;

        @Override
        void close() throws IOException;
    }

    private final Storage storage;
    private final WalMarker marker;
    private final Source source;
    private final ReentrantLock busy = new ReentrantLock();
    private @Nullable FrameWalk walk;
    private volatile long next;
    private volatile boolean closed;
    private long delivered;

    FileFollow(Storage storage, WalMarker marker, Source source, long next) {
        this.storage = storage;
        this.marker = marker;
        this.source = source;
        this.next = next;
    }

    @Override
    public long nextSequence() {
        return next;
    }

    @Override
    public long poll(long maxNanos, WalRecordVisitor visitor) {
        busy.lock();
        try {
            long start = System.nanoTime();
            while (true) {
                requireOpen();
                long durable = source.durable();
                if (durable >= next) {
                    return deliver(durable, visitor);
                }
                long left = maxNanos - (System.nanoTime() - start);
                if (left <= 0) {
                    return 0;
                }
                source.awaitBeyond(next - 1, left, () -> closed);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Findings.failure(
                    ErrorCode.INTERRUPTED, "failed to follow WAL: the thread was interrupted while it waited");
        } catch (IOException e) {
            throw StorageErrors.failed("follow WAL " + storage.description(), e).toException();
        } finally {
            busy.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw Findings.failure(ErrorCode.INVALID_STATE, "failed to follow WAL: the follower is closed");
        }
        source.requireOpen();
    }

    private long deliver(long durable, WalRecordVisitor visitor) throws IOException {
        FrameWalk frames = walk();
        delivered = 0;
        WalRecordVisitor counting = (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            // Before the visitor may fail: each record is delivered once.
            next = sequence + 1;
            delivered++;
            return visitor.visit(sequence, typeCode, status, timestamp, buffer, offset, length) && !closed;
        };
        boolean more = true;
        while (more && next <= durable) {
            if (frames.isOnFrame() && frames.nextSequence() > next) {
                more = frames.frame().visit(counting, next, durable, durable) >= 0;
                continue;
            }
            String segment = frames.segment();
            if (!frames.advance()) {
                throw Findings.corruption(
                                frames.nextSequence(),
                                frames.segment(),
                                frames.end(),
                                "the frame does not verify, and all up to sequence " + durable + " is durable")
                        .toError()
                        .toException();
            }
            if (!segment.equals(frames.segment())) {
                source.reached(next);
            }
        }
        return delivered;
    }

    private FrameWalk walk() throws IOException {
        FrameWalk frames = walk;
        if (frames == null) {
            LogLayout layout = source.layout();
            if (next < layout.firstSequence()) {
                throw Findings.historyGone(next, layout.firstSequence());
            }
            frames = FrameWalk.startingAt(storage, marker, layout, next);
            walk = frames;
        }
        return frames;
    }

    @Override
    public void close() {
        closed = true;
        source.wake();
        busy.lock();
        try {
            FrameWalk frames = walk;
            walk = null;
            try {
                if (frames != null) {
                    frames.close();
                }
            } finally {
                source.close();
            }
        } catch (IOException e) {
            throw StorageErrors.failed("close WAL follower", e).toException();
        } finally {
            busy.unlock();
        }
    }
}

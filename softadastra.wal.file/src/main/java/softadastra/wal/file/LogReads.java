package softadastra.wal.file;

import java.io.IOException;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/** Reads the records of a log's files, beside whoever appends to them. It opens files of its own and keeps nothing. */
final class LogReads {

    /**
     * How far to read.
     *
     * @param through the last sequence to deliver
     * @param durable the last one known to be durable
     */
    record Bounds(long through, long durable) {}

    private LogReads() {}

    /**
     * Streams records from a sequence to a bound.
     *
     * @return how many were delivered
     * @throws SoftadastraException CORRUPTION, after what stands before the damage was delivered; IO_ERROR
     */
    static long read(Storage storage, Bounds bounds, long from, WalRecordVisitor visitor) {
        try {
            LogLayout layout = LogLayout.read(storage, marker(storage));
            long delivered = 0;
            for (int i = 0; i < layout.segments().size(); i++) {
                SegmentHeader header = layout.segments().get(i).requireHeader();
                if (header.firstSequence() > bounds.through()) {
                    return delivered;
                }
                boolean below = i + 1 < layout.segments().size()
                        && layout.segments().get(i + 1).requireHeader().firstSequence() <= from;
                if (!below) {
                    long visited = readSegment(storage, layout, i, bounds, from, visitor);
                    if (visited < 0) {
                        return delivered - 1 - visited;
                    }
                    delivered += visited;
                }
            }
            return checkReached(layout, bounds, delivered);
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL " + storage.description(), e).toException();
        }
    }

    /** Whether the bound lay within the segments there are; if not, what is wrong with the one behind them. */
    private static long checkReached(LogLayout layout, Bounds bounds, long delivered) {
        Optional<WalFinding> error = layout.corrupted()
                ? Optional.of(layout.findings().get(layout.findings().size() - 1))
                : Optional.empty();
        if (error.isPresent() && error.get().sequence().orElse(0) <= bounds.through()) {
            throw error.get().toError().toException();
        }
        return delivered;
    }

    private static long readSegment(
            Storage storage, LogLayout layout, int index, Bounds bounds, long from, WalRecordVisitor visitor)
            throws IOException {
        SegmentFile segment = layout.segments().get(index);
        long delivered = 0;
        try (StorageFile file = storage.open(segment.name(), Storage.Access.READ)) {
            FrameCursor cursor = new FrameCursor(file, segment.requireHeader(), layout.limit(index));
            while (cursor.nextSequence() <= bounds.through() && cursor.advance()) {
                long visited = cursor.visit(visitor, from, bounds.through(), bounds.durable());
                if (visited < 0) {
                    return visited - delivered;
                }
                delivered += visited;
            }
            boolean last = index + 1 == layout.segments().size();
            if (cursor.nextSequence() <= bounds.through()
                    && (last || cursor.problem() != FrameCursor.Problem.NONE)
                    && cursor.kind() != Frame.CONTINUED) {
                throw Findings.corruption(
                                cursor.nextSequence(),
                                segment.name(),
                                cursor.problem() == FrameCursor.Problem.NONE ? cursor.end() : cursor.offset(),
                                "the frame does not verify")
                        .toError()
                        .toException();
            }
        }
        return delivered;
    }

    /**
     * How far somebody who is not the owner may read: beside a live owner what is proven to be durable, else also the valid
     * tail that a recovery would keep.
     */
    static Bounds bounds(Storage storage) throws IOException {
        Optional<FileWalLog> open = OpenLogs.find(storage);
        if (open.isPresent()) {
            long durable = open.get().durableSequence();
            return new Bounds(durable, durable);
        }
        boolean owned = LogLock.owner(storage).isPresent();
        LogLayout layout = LogLayout.read(storage, marker(storage));
        LogScan.Report tail = new LogScan(storage, layout, (segment, frame) -> {}, WalProgress.NONE).runTail();
        if (owned) {
            return new Bounds(tail.syncedThrough(), tail.syncedThrough());
        }
        // Where the tail is damaged, one more is asked for, so that the reading ends with the error.
        return new Bounds(tail.corrupted() ? Long.MAX_VALUE : tail.lastSequence(), tail.syncedThrough());
    }

    static WalMarker marker(Storage storage) {
        return WalMarker.read(storage)
                .orElseThrow()
                .orElseThrow(() -> Findings.failure(
                        ErrorCode.NOT_FOUND,
                        "failed to open WAL path " + storage.description() + ": log does not exist"));
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
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

/** One reading of a log's records, beside whoever appends to it. It opens files of its own and keeps none. */
final class LogReads {

    /**
     * How far to read.
     *
     * @param through the last sequence to deliver
     * @param durable the last one known to be durable
     */
    record Bounds(long through, long durable) {}

    private final Storage storage;
    private final Bounds bounds;
    private final long firstHeld;
    private final ReadPositions positions;
    private long from;
    private final WalRecordVisitor visitor;

    private long delivered;
    private long next;
    private boolean stopped;

    private LogReads(
            Storage storage,
            Bounds bounds,
            long firstHeld,
            ReadPositions positions,
            long from,
            WalRecordVisitor visitor) {
        this.storage = storage;
        this.bounds = bounds;
        this.firstHeld = firstHeld;
        this.positions = positions;
        this.from = from;
        this.visitor = visitor;
    }

    /**
     * Streams records from a sequence to a bound.
     *
     * @param firstHeld the ordinal of a segment that is held from history going, {@code Long.MAX_VALUE} if none is
     * @param positions where readings of the same log have ended, and where this one will have
     * @param from 0 or less for the first record that is there
     * @return how many were delivered
     * @throws SoftadastraException HISTORY_GONE; CORRUPTION, after what stands before the damage was delivered; IO_ERROR
     */
    static long read(
            Storage storage,
            Bounds bounds,
            long firstHeld,
            ReadPositions positions,
            long from,
            WalRecordVisitor visitor) {
        LogReads reading = new LogReads(storage, bounds, firstHeld, positions, from, visitor);
        try {
            reading.run();
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL " + storage.description(), e).toException();
        }
        return reading.delivered;
    }

    private void run() throws IOException {
        while (true) {
            LogLayout layout = LogLayout.read(storage, marker(storage), firstHeld);
            long first = layout.firstSequence();
            if (from > 0 && from < first) {
                throw layout.firstError()
                        .map(error -> error.toError().toException())
                        .orElseGet(() -> Findings.historyGone(from, first));
            }
            from = Math.max(from, first);
            try {
                run(layout);
                return;
            } catch (NoSuchFileException e) {
                // Beside an owner in another process: history that went while it was read, or damage.
                long left = LogLayout.read(storage, marker(storage)).firstSequence();
                if (left <= first) {
                    throw e;
                }
                from = Math.max(next, from);
            }
        }
    }

    private void run(LogLayout layout) throws IOException {
        next = from;
        for (int i = 0; i < layout.segments().size() && !done(); i++) {
            if (!endsBefore(layout, i)) {
                readSegment(layout, i);
            }
        }
        // What is wrong with the files counts only where a record was wanted of them.
        Optional<WalFinding> error = layout.firstError();
        if (!done() && error.isEmpty()) {
            error = scanTail(storage, layout).firstError();
        }
        if (!done() && error.isPresent()) {
            throw Findings.behind(next - 1, error.get()).toError().toException();
        }
    }

    private boolean done() {
        return stopped || next > bounds.through();
    }

    /** Whether all records of a segment are below the first one that is wanted. */
    private boolean endsBefore(LogLayout layout, int index) {
        return index + 1 < layout.segments().size()
                && layout.segments().get(index + 1).requireHeader().firstSequence() <= from;
    }

    private void readSegment(LogLayout layout, int index) throws IOException {
        SegmentFile segment = layout.segments().get(index);
        try (StorageFile file = storage.open(segment.name(), Storage.Access.READ)) {
            FrameCursor cursor = new FrameCursor(file, segment.requireHeader(), layout.limit(index));
            ReadPositions.Position known = positions.before(segment.requireHeader(), from);
            if (known != null) {
                cursor.goTo(known);
            }
            next = cursor.nextSequence();
            ReadPositions.Position reached = cursor.position();
            while (!done() && cursor.advance()) {
                long visited = cursor.visit(visitor, from, bounds.through(), bounds.durable());
                stopped = visited < 0;
                delivered += stopped ? -1 - visited : visited;
                next = cursor.nextSequence();
                // Whoever wanted no more may want the same frame again; and where a segment goes on is looked at each
                // time.
                reached = stopped || cursor.kind() == Frame.CONTINUED ? reached : cursor.position();
            }
            positions.keep(reached);
            boolean inside = index + 1 < layout.segments().size();
            boolean goesOn = inside
                    ? isContinuedBy(cursor, layout.segments().get(index + 1).requireHeader())
                    : cursor.kind() == Frame.CONTINUED;
            // What is wrong with the files lies behind the last of the segments.
            if (!done() && !goesOn && (inside || layout.firstError().isEmpty())) {
                throw damage(segment, file, cursor);
            }
        }
    }

    /** Whether a segment that was read to its end is the one that the next was started after. */
    private static boolean isContinuedBy(FrameCursor cursor, SegmentHeader next) {
        return cursor.problem() == FrameCursor.Problem.NONE
                && cursor.nextSequence() == next.firstSequence()
                && cursor.chain() == next.chain();
    }

    private SoftadastraException damage(SegmentFile segment, StorageFile file, FrameCursor cursor) throws IOException {
        TailJudge.Judgement judgement = new TailJudge(file, segment.requireHeader(), segment.bytes()).judge(cursor);
        String reason = judgement.reason().isEmpty() ? "the frame does not verify" : judgement.reason();
        long offset = cursor.problem() == FrameCursor.Problem.NONE ? cursor.end() : cursor.offset();
        return Findings.corruption(next, segment.name(), offset, reason)
                .toError()
                .toException();
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
        LogScan.Report tail = scanTail(storage, layout);
        // An owner that came meanwhile may have been half-way through a write when the tail was read.
        if (owned || (tail.corrupted() && LogLock.owner(storage).isPresent())) {
            return new Bounds(tail.syncedThrough(), tail.syncedThrough());
        }
        // Where the tail is damaged more is asked for than there is, so that the reading ends with the error.
        return new Bounds(tail.corrupted() ? Long.MAX_VALUE : tail.lastSequence(), tail.syncedThrough());
    }

    private static LogScan.Report scanTail(Storage storage, LogLayout layout) throws IOException {
        return new LogScan(storage, layout, (segment, frame) -> {}, WalProgress.NONE).runTail();
    }

    static WalMarker marker(Storage storage) {
        return WalMarker.read(storage)
                .orElseThrow()
                .orElseThrow(() -> Findings.failure(
                        ErrorCode.NOT_FOUND,
                        "failed to open WAL path " + storage.description() + ": log does not exist"));
    }
}

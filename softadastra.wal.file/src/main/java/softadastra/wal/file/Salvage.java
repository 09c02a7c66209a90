package softadastra.wal.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import softadastra.wal.spi.LostSequences;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;

/**
 * One pass over everything in a log that verifies, whatever is damaged or missing in between, in constant memory but for the
 * list of holes. It changes nothing. The log must have no owner.
 *
 * <p>Where a frame does not verify, the next one that does is looked for at every multiple of 8 ({@link FrameCursor#resync}).
 * Frames verify as a whole, so that of a batch all or nothing comes. Which sequences a hole took is known once a frame or a
 * segment's header comes behind it.
 *
 * <p>A frame that verifies is not always one that the log held: behind a cut tail there may be frames, never acknowledged, whose
 * sequences the next segment gave out again. That segment's header says where the cut was. Where that header is lost, frames
 * behind a hole count only as far as frames of the same segment prove them durable, or say that it was ended in order.
 */
final class Salvage {

    /** Sees every frame that verifies, in order. */
    @FunctionalInterface
    interface Visitor {
        /** Takes a frame; whether to go on. */
        boolean frame(SegmentFile segment, FrameCursor frame);
    }

    /**
     * What the pass found.
     *
     * @param firstSequence the first sequence that the log held
     * @param lastSequence the last one that it held, as far as is known, whether it was lost or not
     * @param syncedThrough the last one that the log itself proves to be durable
     * @param highestTimestamp the highest timestamp of any frame
     * @param records how many records verified
     * @param bytes how many bytes of frames verified
     * @param tornBytes how long the torn tail is, 0 if there is none
     * @param findings the holes, in order, and other damage
     * @param lost the sequences that went with them, in order
     */
    record Report(
            long firstSequence,
            long lastSequence,
            long syncedThrough,
            long highestTimestamp,
            long records,
            long bytes,
            long tornBytes,
            List<WalFinding> findings,
            List<LostSequences> lost) {

        /** The same, with more findings before, and sequences that were lost before. */
        Report with(List<WalFinding> moreFindings, List<LostSequences> moreLost) {
            List<WalFinding> all = new ArrayList<>(moreFindings);
            all.addAll(findings);
            List<LostSequences> allLost = new ArrayList<>(moreLost);
            allLost.addAll(lost);
            return new Report(
                    firstSequence,
                    lastSequence,
                    syncedThrough,
                    highestTimestamp,
                    records,
                    bytes,
                    tornBytes,
                    List.copyOf(all),
                    List.copyOf(allLost));
        }
    }

    /** Bytes that do not verify, or a file that is not there; what was in it shows later. */
    private record Hole(String file, long offset, long length, String reason, boolean torn) {

        Hole(String file, long offset, long length, String reason) {
            this(file, offset, length, reason, false);
        }
    }

    private final Storage storage;
    private final SalvageLayout layout;
    private final Visitor visitor;
    private final WalProgress progress;

    private final List<WalFinding> findings;
    private final List<LostSequences> lost = new ArrayList<>();
    private final List<Hole> open = new ArrayList<>();
    private final long first;
    private long next;
    private long syncedThrough;
    private long highestTimestamp;
    private long records;
    private long bytes;
    private long tornBytes;
    private boolean stopped;

    // Where the last frame ended, for sequences that are missing with nothing to see where they were.
    private String lastFile;
    private long lastEnd = SegmentHeader.BYTES;
    private int lastKind;

    Salvage(Storage storage, SalvageLayout layout, Visitor visitor, WalProgress progress) {
        this.storage = storage;
        this.layout = layout;
        this.visitor = visitor;
        this.progress = progress;
        this.findings = new ArrayList<>(layout.findings());
        this.first = layout.firstSequence();
        this.next = first;
        this.lastFile = SegmentFile.name(layout.firstOrdinal());
        this.syncedThrough =
                layout.checkpoint().map(CheckpointFile::endSequence).orElse(0L);
        if (layout.checkpointLost() && first > 1) {
            // The effects of all records before the first one went with it.
            lost.add(new LostSequences(1, OptionalLong.of(first - 1)));
        }
    }

    Report run() throws IOException {
        long total = layout.segments().stream()
                .mapToLong(segment -> segment.file().bytes())
                .sum();
        long done = 0;
        long expected = layout.firstOrdinal();
        for (int i = 0; i < layout.segments().size() && !stopped; i++) {
            SalvageLayout.Segment segment = layout.segments().get(i);
            progress.progress("salvage", done, total);
            if (segment.file().ordinal() > expected) {
                missing(expected, segment.file().ordinal() - 1);
            }
            expected = segment.file().ordinal() + 1;
            try (StorageFile file = storage.open(segment.file().name(), Storage.Access.READ)) {
                if (segment.isReadable()) {
                    read(i, segment.file(), file);
                } else {
                    passOver(i, segment, file);
                }
            }
            done += segment.file().bytes();
        }
        progress.progress("salvage", done, total);
        if (!stopped && lastKind == Frame.CONTINUED && lastFile.equals(SegmentFile.name(expected - 1))) {
            missing(expected, expected);
        }
        // The checkpoint may know of records behind the last one, too.
        if (!stopped && (!open.isEmpty() || syncedThrough >= next)) {
            lastHole();
        }
        return new Report(
                first,
                next - 1,
                Math.min(syncedThrough, next - 1),
                highestTimestamp,
                records,
                bytes,
                tornBytes,
                List.copyOf(findings),
                List.copyOf(lost));
    }

    private void missing(long from, long to) {
        String reason =
                from == to ? "the segment is missing" : "the segments are missing, up to " + SegmentFile.name(to);
        open.add(new Hole(SegmentFile.name(from), 0, 0, reason));
    }

    /** A file without a header: nothing in it can be verified. */
    private void passOver(int index, SalvageLayout.Segment segment, StorageFile file) throws IOException {
        SegmentFile at = segment.file();
        if (!segment.isSpare()) {
            open.add(new Hole(at.name(), 0, at.bytes(), segment.damage()));
        } else if (layout.isFollowed(index)) {
            open.add(new Hole(at.name(), 0, at.bytes(), "it has no header, and segments with a higher number exist"));
        } else if (TailJudge.lastNonZero(file, SegmentHeader.BYTES, at.bytes()) >= 0) {
            open.add(new Hole(at.name(), 0, at.bytes(), "its header does not verify, and there are frames behind it"));
        }
    }

    private void read(int index, SegmentFile segment, StorageFile file) throws IOException {
        SegmentHeader header = segment.requireHeader();
        reach(header.firstSequence());
        syncedThrough = Math.max(syncedThrough, header.predecessorLastSequence());
        later(header.highestTimestamp());
        FrameCursor cursor = new FrameCursor(file, header, layout.limit(index));
        long through = layout.through(index);
        boolean uncertain = layout.isFollowed(index) && !layout.hasSuccessor(index);
        long behindHoles = uncertain ? Math.min(through, proven(index, segment, file)) : through;
        boolean mayBeTorn = !layout.isFollowed(index);
        while (goesOn(segment, cursor)) {
            long at = cursor.offset();
            String reason = reason(cursor.problem());
            mayBeTorn = mayBeTorn && judge(segment, file, cursor).verdict() != TailJudge.Verdict.CORRUPT;
            if (!cursor.resync(behindHoles)) {
                rest(index, segment, file, cursor);
                return;
            }
            open.add(new Hole(segment.name(), at, cursor.offset() - at, reason, mayBeTorn));
            take(segment, cursor);
        }
        if (!stopped && isCutShort(index, segment)) {
            cutShort(segment, segment.bytes());
        }
    }

    /** Whether the file is shorter than it was made, where frames may have been. */
    private boolean isCutShort(int index, SegmentFile segment) {
        return segment.bytes() < segment.requireHeader().fileBytes()
                && (!layout.hasSuccessor(index)
                        || segment.bytes()
                                < layout.segments()
                                        .get(index + 1)
                                        .file()
                                        .requireHeader()
                                        .predecessorLength());
    }

    private void cutShort(SegmentFile segment, long from) {
        long made = segment.requireHeader().fileBytes();
        open.add(new Hole(
                segment.name(),
                from,
                made - from,
                "the file is cut short: it has " + segment.bytes() + " of its " + made + " bytes"));
    }

    private static TailJudge.Judgement judge(SegmentFile segment, StorageFile file, FrameCursor cursor)
            throws IOException {
        return new TailJudge(file, segment.requireHeader(), segment.bytes()).judge(cursor);
    }

    /** Takes frames as long as they verify; whether a hole is behind them. */
    private boolean goesOn(SegmentFile segment, FrameCursor cursor) throws IOException {
        while (!stopped && cursor.advance()) {
            take(segment, cursor);
        }
        return !stopped && cursor.problem() != FrameCursor.Problem.NONE;
    }

    private void take(SegmentFile segment, FrameCursor frame) {
        if (frame.firstSequence() < next) {
            return;
        }
        reach(frame.firstSequence());
        next = frame.nextSequence();
        syncedThrough = Math.max(syncedThrough, frame.syncedThrough());
        later(frame.timestamp());
        records += frame.records();
        bytes += frame.end() - frame.offset();
        lastFile = segment.name();
        lastEnd = frame.end();
        lastKind = frame.kind();
        stopped |= !visitor.frame(segment, frame);
    }

    /** What is behind the last frame of a segment that verifies, where something is. */
    private void rest(int index, SegmentFile segment, StorageFile file, FrameCursor cursor) throws IOException {
        long at = cursor.offset();
        long limit = layout.limit(index);
        if (isCutShort(index, segment)) {
            cutShort(segment, at);
            return;
        }
        if (layout.hasSuccessor(index)) {
            open.add(new Hole(segment.name(), at, limit - at, reason(cursor.problem())));
            return;
        }
        if (layout.isFollowed(index)) {
            long last = TailJudge.lastNonZero(file, at, limit);
            if (last >= 0) {
                open.add(new Hole(segment.name(), at, last + 1 - at, reason(cursor.problem())));
            }
            return;
        }
        TailJudge.Judgement judgement = judge(segment, file, cursor);
        switch (judgement.verdict()) {
            case END -> {}
            case TORN -> {
                tornBytes = judgement.bytes();
                findings.add(Findings.tornTail(cursor.nextSequence(), segment.name(), at, judgement.bytes()));
            }
            case CORRUPT -> open.add(new Hole(segment.name(), at, judgement.bytes(), judgement.reason()));
        }
    }

    /** How far the frames of a segment prove themselves, whose end nothing else tells. */
    private long proven(int index, SegmentFile segment, StorageFile file) throws IOException {
        FrameCursor cursor = new FrameCursor(file, segment.requireHeader(), layout.limit(index));
        long through = layout.through(index);
        long proven = 0;
        while (cursor.advance() || (cursor.problem() != FrameCursor.Problem.NONE && cursor.resync(through))) {
            if (cursor.kind() == Frame.CONTINUED) {
                return through;
            }
            proven = Math.max(proven, cursor.syncedThrough());
        }
        return proven;
    }

    /** Everything below a sequence was found or is lost: the open holes have taken what is missing. */
    private void reach(long sequence) {
        if (sequence > next && open.isEmpty()) {
            open.add(new Hole(lastFile, lastEnd, 0, "the frames behind it are missing"));
        }
        LostSequences gap = new LostSequences(next, OptionalLong.of(sequence - 1));
        if (sequence > next) {
            lost.add(gap);
        }
        for (Hole hole : open) {
            findings.add(
                    sequence > next
                            ? finding(hole, gap)
                            : Findings.harmlessHole(hole.file(), hole.offset(), hole.length(), hole.reason()));
        }
        open.clear();
        next = Math.max(next, sequence);
    }

    /** The holes behind which nothing comes. */
    private void lastHole() {
        if (syncedThrough >= next) {
            reach(syncedThrough + 1);
            return;
        }
        LostSequences end = new LostSequences(next, OptionalLong.empty());
        lost.add(end);
        open.forEach(hole -> findings.add(finding(hole, end)));
        open.clear();
    }

    private static WalFinding finding(Hole hole, LostSequences gone) {
        return hole.torn()
                ? Findings.tornHole(gone, hole.file(), hole.offset(), hole.length())
                : Findings.hole(gone, hole.file(), hole.offset(), hole.length(), hole.reason());
    }

    private void later(long timestamp) {
        if (Long.compareUnsigned(timestamp, highestTimestamp) > 0) {
            highestTimestamp = timestamp;
        }
    }

    private static String reason(FrameCursor.Problem problem) {
        return switch (problem) {
            case SHORT -> "the file ends within a frame";
            case HEADER -> "the checksum of a frame's header does not match";
            case BODY -> "the checksum of a frame's body does not match";
            case UNKNOWN_KIND -> "a frame verifies but its kind or flags are unknown";
            case NONE, MISPLACED -> "a frame verifies but does not follow the one before it";
        };
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import softadastra.core.Severity;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;

/** One verifying pass over all frames of a log, in constant memory. It changes nothing. */
final class LogScan {

    /** Sees every frame that verifies, in order. */
    @FunctionalInterface
    interface FrameVisitor {
        void frame(SegmentFile segment, FrameCursor frame);
    }

    /**
     * Where the valid frames end, and why.
     *
     * @param segment the index of the last segment with a valid frame or none at all
     * @param offset where in it the next frame would start
     * @param chain the header CRC that it would chain to
     * @param kind the kind of the last frame, 0 if the segment has none
     * @param nextBytes the size of the next segment's file, if the last frame says that there is one
     */
    record End(int segment, long offset, int chain, int kind, long nextBytes) {}

    /**
     * What the pass found.
     *
     * @param end where the valid frames end
     * @param lastSequence the last valid sequence
     * @param syncedThrough the last sequence that the log itself proves to be durable
     * @param highestTimestamp the highest timestamp of any frame
     * @param records how many records verified
     * @param bytes how many bytes of frames verified
     * @param tornBytes how long the torn tail is, 0 if there is none
     * @param findings what is wrong, in order, with the files and with the frames
     * @param corrupted whether acknowledged records are damaged, and the pass stopped there
     */
    record Report(
            End end,
            long lastSequence,
            long syncedThrough,
            long highestTimestamp,
            long records,
            long bytes,
            long tornBytes,
            List<WalFinding> findings,
            boolean corrupted) {

        /** Whether everything in the log was proven durable by its owner when it closed. */
        boolean clean() {
            return findings.isEmpty() && end.kind() == Frame.SEAL;
        }

        Optional<WalFinding> firstError() {
            return findings.stream()
                    .filter(finding -> finding.severity() != Severity.WARNING)
                    .findFirst();
        }
    }

    private static final long PROGRESS_BYTES = 1 << 20;

    private final Storage storage;
    private final LogLayout layout;
    private final FrameVisitor visitor;
    private final WalProgress progress;
    private final List<WalFinding> findings;

    private End end = new End(0, SegmentHeader.BYTES, 0, 0, 0);
    private long lastSequence;
    private long syncedThrough;
    private long highestTimestamp;
    private long records;
    private long bytes;
    private long tornBytes;
    private boolean corrupted;
    private long total;
    private long done;

    LogScan(Storage storage, LogLayout layout, FrameVisitor visitor, WalProgress progress) {
        this.storage = storage;
        this.layout = layout;
        this.visitor = visitor;
        this.progress = progress;
        this.findings = new ArrayList<>(layout.findings());
        this.syncedThrough = layout.checkpointEnd();
    }

    /** Goes over everything. */
    Report run() throws IOException {
        return run(0);
    }

    /** Goes over the last segment only; that the others are whole, its header says. */
    Report runTail() throws IOException {
        return run(Math.max(0, layout.segments().size() - 1));
    }

    private Report run(int from) throws IOException {
        total = layout.segments().stream()
                .skip(from)
                .mapToLong(SegmentFile::bytes)
                .sum();
        for (int i = from; i < layout.segments().size() && !corrupted; i++) {
            SegmentFile segment = layout.segments().get(i);
            progress.progress("verify", done, total);
            try (StorageFile file = storage.open(segment.name(), Storage.Access.READ)) {
                scan(i, segment, file);
            }
            done += segment.bytes();
        }
        progress.progress("verify", done, total);
        // The layout's own errors concern what lies behind the segments that were scanned.
        if (layout.corrupted() && !corrupted) {
            corrupted = true;
            findings.replaceAll(finding -> Findings.behind(lastSequence, finding));
        }
        return new Report(
                end,
                lastSequence,
                Math.min(syncedThrough, lastSequence),
                highestTimestamp,
                records,
                bytes,
                tornBytes,
                List.copyOf(findings),
                corrupted);
    }

    private void scan(int index, SegmentFile segment, StorageFile file) throws IOException {
        SegmentHeader header = segment.requireHeader();
        syncedThrough = Math.max(syncedThrough, header.predecessorLastSequence());
        highestTimestamp = later(highestTimestamp, header.highestTimestamp());
        lastSequence = header.firstSequence() - 1;
        FrameCursor cursor = new FrameCursor(file, header, layout.limit(index));
        int kind = 0;
        long nextBytes = 0;
        long nextProgress = PROGRESS_BYTES;
        while (cursor.advance()) {
            if (cursor.offset() >= nextProgress) {
                progress.progress("verify", done + cursor.offset(), total);
                nextProgress = cursor.offset() + PROGRESS_BYTES;
            }
            kind = cursor.kind();
            nextBytes = kind == Frame.CONTINUED ? cursor.continuedBytes() : 0;
            syncedThrough = Math.max(syncedThrough, cursor.syncedThrough());
            highestTimestamp = later(highestTimestamp, cursor.timestamp());
            records += cursor.records();
            lastSequence = cursor.nextSequence() - 1;
            visitor.frame(segment, cursor);
        }
        long next = cursor.problem() == FrameCursor.Problem.NONE ? cursor.end() : cursor.offset();
        bytes += next - SegmentHeader.BYTES;
        end = new End(index, next, cursor.chain(), kind, nextBytes);
        if (index + 1 < layout.segments().size()) {
            checkContinues(
                    segment, cursor, next, layout.segments().get(index + 1).requireHeader());
        } else {
            judgeTail(segment, cursor, next, file);
        }
    }

    private void checkContinues(SegmentFile segment, FrameCursor cursor, long next, SegmentHeader successor) {
        boolean whole = cursor.problem() == FrameCursor.Problem.NONE
                && cursor.nextSequence() == successor.firstSequence()
                && cursor.chain() == successor.chain();
        if (!whole) {
            corrupted = true;
            findings.add(Findings.corruption(
                    cursor.nextSequence(),
                    segment.name(),
                    next,
                    "the frame does not verify, and segment " + successor.ordinal() + " says that all up to sequence "
                            + successor.predecessorLastSequence() + " was durable"));
        }
    }

    private void judgeTail(SegmentFile segment, FrameCursor cursor, long next, StorageFile file) throws IOException {
        if (layout.corrupted()) {
            return;
        }
        if (cursor.nextSequence() <= layout.checkpointEnd()) {
            corrupted = true;
            findings.add(Findings.corruption(
                    cursor.nextSequence(),
                    segment.name(),
                    next,
                    "the log ends there, and its checkpoint says that all up to sequence " + layout.checkpointEnd()
                            + " was durable"));
            return;
        }
        if (end.kind() == Frame.CONTINUED) {
            checkNextExists(cursor.nextSequence(), segment);
        }
        if (corrupted) {
            return;
        }
        TailJudge.Judgement judgement = new TailJudge(file, segment.requireHeader(), segment.bytes()).judge(cursor);
        switch (judgement.verdict()) {
            case END -> {}
            case TORN -> {
                tornBytes = judgement.bytes();
                findings.add(Findings.tornTail(cursor.nextSequence(), segment.name(), next, judgement.bytes()));
            }
            case CORRUPT -> {
                corrupted = true;
                findings.add(Findings.corruption(cursor.nextSequence(), segment.name(), next, judgement.reason()));
            }
        }
    }

    /** A segment that ends says that the next one's file is there whole; without a header, it was never used. */
    private void checkNextExists(long sequence, SegmentFile segment) throws IOException {
        if (layout.spare().isEmpty()) {
            damagedNext(
                    sequence,
                    SegmentFile.name(segment.ordinal() + 1),
                    0,
                    "the segment is missing, and " + segment.name() + " says that it exists");
            return;
        }
        SegmentFile spare = layout.spare().get();
        if (spare.bytes() != end.nextBytes()) {
            damagedNext(
                    sequence,
                    spare.name(),
                    Math.min(spare.bytes(), end.nextBytes()),
                    "the file has " + spare.bytes() + " bytes, and " + segment.name() + " says that it has "
                            + end.nextBytes());
            return;
        }
        try (StorageFile file = storage.open(spare.name(), Storage.Access.READ)) {
            if (TailJudge.lastNonZero(file, SegmentHeader.BYTES, spare.bytes()) >= 0) {
                damagedNext(sequence, spare.name(), 0, "its header does not verify, and there are frames behind it");
            }
        }
    }

    private void damagedNext(long sequence, String file, long offset, String reason) {
        corrupted = true;
        findings.add(Findings.corruption(sequence, file, offset, reason));
    }

    private static long later(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import softadastra.core.Severity;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.storage.Storage;

/**
 * The segment files of a log, in order, as their headers tell, and its checkpoint.
 *
 * @param segments those with a header that verifies and follows the one before
 * @param spare the file behind them that was made ahead of its use, or whose first header a crash cut short
 * @param findings what is wrong with the files as such; frames are not looked at. After an error, {@code segments} ends
 *     before the damage
 * @param following segment files behind the damage
 * @param checkpoint the newest checkpoint; history before it may be gone
 */
record LogLayout(
        List<SegmentFile> segments,
        Optional<SegmentFile> spare,
        List<WalFinding> findings,
        List<String> following,
        CheckpointFile.Found checkpoint) {

    /** How often files may come and go while they are looked at. */
    private static final int ATTEMPTS = 100;

    /**
     * Reads the layout of a log, from the segment on that its checkpoint names; what is before that is left over.
     *
     * @throws SoftadastraException UNSUPPORTED_VERSION if a newer release wrote one of the files
     */
    static LogLayout read(Storage storage, WalMarker marker) throws IOException {
        return read(storage, marker, Long.MAX_VALUE);
    }

    /** As {@link #read(Storage, WalMarker)}, but from a segment on that its owner still holds. */
    static LogLayout read(Storage storage, WalMarker marker, long firstHeld) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return new Reading(storage, marker, firstHeld).layout();
            } catch (NoSuchFileException e) {
                // Its owner has replaced a spare, or let history go, since the directory was listed.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** The first sequence that the segments hold. */
    long firstSequence() {
        return segments.isEmpty() ? 1 : segments.get(0).requireHeader().firstSequence();
    }

    /** The last sequence that the checkpoint says is durable, 0 without one. */
    long checkpointEnd() {
        return checkpoint.file().map(CheckpointFile::endSequence).orElse(0L);
    }

    /** The layout up to a segment, and nothing behind. */
    LogLayout cutBehind(int index) {
        return new LogLayout(segments.subList(0, index + 1), Optional.empty(), List.of(), List.of(), checkpoint);
    }

    /** What refuses the log as such, if anything does. */
    Optional<WalFinding> firstError() {
        return findings.stream()
                .filter(finding -> finding.severity() != Severity.WARNING)
                .findFirst();
    }

    boolean corrupted() {
        return firstError().isPresent();
    }

    SegmentFile last() {
        return segments.get(segments.size() - 1);
    }

    /** Where the frames of a segment end, as its successor says; the end of the file for the last. */
    long limit(int index) {
        return index + 1 < segments.size()
                ? segments.get(index + 1).requireHeader().predecessorLength()
                : segments.get(index).bytes();
    }

    /** One reading of a directory. */
    private static final class Reading {
        private final Storage storage;
        private final WalMarker marker;
        private final long firstHeld;
        private final NavigableMap<Long, String> files = new TreeMap<>();
        private final List<SegmentFile> segments = new ArrayList<>();
        private final List<WalFinding> findings = new ArrayList<>();
        private Optional<SegmentFile> spare = Optional.empty();
        private CheckpointFile.Found checkpoint = CheckpointFile.Found.NONE;
        private long start = 1;

        Reading(Storage storage, WalMarker marker, long firstHeld) {
            this.storage = storage;
            this.marker = marker;
            this.firstHeld = firstHeld;
        }

        LogLayout layout() throws IOException {
            List<String> names = storage.list();
            for (String name : names) {
                SegmentFile.ordinal(name).ifPresent(ordinal -> files.put(ordinal, name));
            }
            checkpoint = CheckpointFile.find(storage, marker, names);
            findings.addAll(checkpoint.findings());
            start = start();
            files.headMap(start).clear();
            List<String> following = new ArrayList<>(files.values());
            for (Map.Entry<Long, String> file : files.entrySet()) {
                if (!take(file.getKey(), file.getValue())) {
                    break;
                }
                following.remove(0);
            }
            boolean begun = marker.ready() || checkpoint.file().isPresent();
            boolean refused = findings.stream().anyMatch(finding -> finding.severity() != Severity.WARNING);
            if (segments.isEmpty() && !refused && begun) {
                missing(start, nextSequence());
            }
            return new LogLayout(
                    List.copyOf(segments), spare, List.copyOf(findings), List.copyOf(following), checkpoint);
        }

        /** The ordinal of the first segment that must be there. */
        private long start() {
            if (checkpoint.file().isPresent()) {
                return Math.min(firstHeld, checkpoint.file().get().header().segmentOrdinal());
            }
            // Where a damaged checkpoint has history begin, nobody knows.
            boolean unknown = !checkpoint.findings().isEmpty() && !files.isEmpty();
            return unknown ? files.firstKey() : 1;
        }

        private boolean take(long ordinal, String name) throws IOException {
            long expected = start + segments.size() + (spare.isPresent() ? 1 : 0);
            if (ordinal != expected) {
                missing(expected, nextSequence());
                return false;
            }
            FirstBlock block = FirstBlock.read(storage, name);
            long bytes = block.fileBytes();
            SegmentHeader.Reading reading = SegmentHeader.read(block.bytes(), block.length());
            if (reading instanceof SegmentHeader.Unsupported unsupported) {
                throw Findings.unsupported("segment " + name, unsupported.reason());
            }
            if (reading instanceof SegmentHeader.Valid valid) {
                return takeValid(valid, new SegmentFile(name, ordinal, bytes, Optional.of(valid.header())));
            }
            if (reading instanceof SegmentHeader.Damaged damaged) {
                findings.add(Findings.corruption(nextSequence(), name, 0, damaged.reason()));
                return false;
            }
            if (spare.isPresent() || files.keySet().stream().anyMatch(other -> other > ordinal)) {
                findings.add(Findings.corruption(
                        nextSequence(), name, 0, "it has no header, and segments with a higher number exist"));
                return false;
            }
            spare = Optional.of(new SegmentFile(name, ordinal, bytes, Optional.empty()));
            return true;
        }

        private boolean takeValid(SegmentHeader.Valid valid, SegmentFile file) {
            SegmentHeader header = valid.header();
            Optional<String> misfit = misfit(file, header);
            if (misfit.isPresent()) {
                findings.add(Findings.corruption(nextSequence(), file.name(), 0, misfit.get()));
                return false;
            }
            if (file.bytes() < header.fileBytes()) {
                findings.add(Findings.corruption(
                        header.firstSequence(),
                        file.name(),
                        file.bytes(),
                        "the file is cut short: it has " + file.bytes() + " of its " + header.fileBytes() + " bytes"));
                return false;
            }
            if (valid.strayBytes() > 0) {
                findings.add(Findings.unusedDamage(
                        file.name(), SegmentHeader.BYTES - valid.strayBytes(), valid.strayBytes()));
            }
            segments.add(file);
            return true;
        }

        private Optional<String> misfit(SegmentFile file, SegmentHeader header) {
            UUID logId = marker.identity().logId();
            if (!header.logId().equals(logId)) {
                return Optional.of("it belongs to log " + header.logId() + ", not to " + logId);
            }
            if (header.ordinal() != file.ordinal() || header.predecessor() != file.ordinal() - 1) {
                return Optional.of("it is segment " + header.ordinal() + " by its header");
            }
            Optional<CheckpointHeader> covering = checkpoint
                    .file()
                    .map(CheckpointFile::header)
                    .filter(found -> found.segmentOrdinal() == file.ordinal());
            if (covering.isPresent() && covering.get().begin() != header.firstSequence()) {
                return Optional.of("it starts with sequence " + header.firstSequence() + ", and checkpoint "
                        + covering.get().ordinal() + " ends before sequence "
                        + covering.get().begin());
            }
            if (!segments.isEmpty()) {
                SegmentFile before = segments.get(segments.size() - 1);
                if (header.predecessorLastSequence() != header.firstSequence() - 1
                        || header.predecessorLength() > before.bytes()) {
                    return Optional.of("its header does not follow from " + before.name());
                }
            }
            return Optional.empty();
        }

        private void missing(long ordinal, long sequence) {
            findings.add(Findings.corruption(sequence, SegmentFile.name(ordinal), 0, "the segment is missing"));
        }

        /** The first sequence of the last segment, since only its frames tell more. */
        private long nextSequence() {
            return segments.isEmpty()
                    ? checkpoint.file().map(CheckpointFile::beginSequence).orElse(1L)
                    : segments.get(segments.size() - 1).requireHeader().firstSequence();
        }
    }
}

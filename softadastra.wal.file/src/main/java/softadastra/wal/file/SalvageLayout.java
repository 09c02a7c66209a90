package softadastra.wal.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.storage.Storage;

/**
 * The segment files of a log as they are, whatever is damaged or missing; {@link LogLayout} ends at the first that does not
 * fit.
 *
 * @param logId the log they belong to, if anything tells
 * @param epoch the highest-numbered header's, 0 if there is none
 * @param segments the files that bear a segment's name, in order, from where the checkpoint has history begin
 * @param checkpoint the newest checkpoint whose header verifies; its content is not looked at
 * @param findings headers that had to be read from their copy, and checkpoints that cannot be read
 * @param checkpointLost whether checkpoints are there and none can be read, so that nobody knows where history began
 */
record SalvageLayout(
        Optional<UUID> logId,
        long epoch,
        List<Segment> segments,
        Optional<CheckpointFile> checkpoint,
        List<WalFinding> findings,
        boolean checkpointLost) {

    /**
     * A file.
     *
     * @param file with its header, if that or its copy verifies
     * @param damage why it has none; empty for a spare
     */
    record Segment(SegmentFile file, String damage) {

        boolean isReadable() {
            return file.header().isPresent();
        }

        boolean isSpare() {
            return !isReadable() && damage.isEmpty();
        }
    }

    /**
     * Reads the layout.
     *
     * @param known the log's id, if its marker tells; else it is the one that most headers have
     * @throws SoftadastraException UNSUPPORTED_VERSION if a newer release wrote one of the files
     */
    static SalvageLayout read(Storage storage, Optional<UUID> known) throws IOException {
        List<String> all = storage.list();
        Map<Long, String> names = new TreeMap<>();
        for (String name : all) {
            SegmentFile.ordinal(name).ifPresent(ordinal -> names.put(ordinal, name));
        }
        List<WalFinding> findings = new ArrayList<>();
        List<Segment> found = new ArrayList<>();
        for (Map.Entry<Long, String> name : names.entrySet()) {
            found.add(read(storage, name.getKey(), name.getValue(), findings));
        }
        Optional<UUID> logId = known.or(() -> mostFrequent(found));
        List<Segment> segments = found.stream()
                .map(segment -> logId.isPresent() ? fitting(segment, logId.get()) : segment)
                .toList();
        long epoch = segments.stream()
                .flatMap(segment -> segment.file().header().stream())
                .reduce((earlier, later) -> later)
                .map(SegmentHeader::epoch)
                .orElse(0L);
        Optional<CheckpointFile> checkpoint = Optional.empty();
        boolean checkpointLost = false;
        List<String> checkpoints = all.stream()
                .filter(name -> CheckpointFile.ordinal(name).isPresent())
                .sorted(Comparator.reverseOrder())
                .toList();
        for (String name : checkpoints) {
            if (logId.isEmpty() || checkpoint.isPresent()) {
                break;
            }
            CheckpointFile.Found read = CheckpointFile.find(storage, marker(logId.get()), List.of(name));
            findings.addAll(read.findings());
            checkpoint = read.file();
            checkpointLost = checkpoint.isEmpty();
        }
        long start = checkpoint.map(file -> file.header().segmentOrdinal()).orElse(0L);
        List<Segment> held = segments.stream()
                .filter(segment -> segment.file().ordinal() >= start)
                .toList();
        return new SalvageLayout(logId, epoch, held, checkpoint, List.copyOf(findings), checkpointLost);
    }

    /** What a checkpoint is checked against: of all that a marker says, the log's id. */
    private static WalMarker marker(UUID logId) {
        NodeId unknown = NodeId.of("unknown").orElseThrow();
        return new WalMarker(FileWalProvider.NAME, new WalIdentity(logId, unknown, true, 0), true);
    }

    /** The ordinal of the first segment that should be there. */
    long firstOrdinal() {
        if (checkpoint.isPresent()) {
            return checkpoint.get().header().segmentOrdinal();
        }
        return checkpointLost && !segments.isEmpty() ? segments.get(0).file().ordinal() : 1;
    }

    /** The first sequence that the log held. */
    long firstSequence() {
        if (checkpoint.isPresent()) {
            return checkpoint.get().beginSequence();
        }
        return checkpointLost
                ? segments.stream()
                        .flatMap(segment -> segment.file().header().stream())
                        .findFirst()
                        .map(SegmentHeader::firstSequence)
                        .orElse(1L)
                : 1;
    }

    private static Segment read(Storage storage, long ordinal, String name, List<WalFinding> findings)
            throws IOException {
        FirstBlock block = FirstBlock.read(storage, name);
        long bytes = block.fileBytes();
        SegmentHeader.Reading reading = SegmentHeader.read(block.bytes(), block.length());
        if (reading instanceof SegmentHeader.Damaged || reading instanceof SegmentHeader.Torn) {
            SegmentHeader.Reading copy = SegmentHeader.readCopy(block.bytes(), block.length());
            if (copy instanceof SegmentHeader.Valid) {
                findings.add(Findings.headerFromCopy(name));
                reading = copy;
            }
        }
        if (reading instanceof SegmentHeader.Unsupported unsupported) {
            throw Findings.unsupported("segment " + name, unsupported.reason());
        }
        if (reading instanceof SegmentHeader.Valid valid) {
            return new Segment(new SegmentFile(name, ordinal, bytes, Optional.of(valid.header())), "");
        }
        String damage = reading instanceof SegmentHeader.Damaged damaged ? damaged.reason() : "";
        return new Segment(new SegmentFile(name, ordinal, bytes, Optional.empty()), damage);
    }

    private static Optional<UUID> mostFrequent(List<Segment> segments) {
        Map<UUID, Integer> counts = new HashMap<>();
        segments.forEach(
                segment -> segment.file().header().ifPresent(header -> counts.merge(header.logId(), 1, Integer::sum)));
        return counts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }

    /** The segment, without its header if that belongs elsewhere. */
    private static Segment fitting(Segment segment, UUID logId) {
        SegmentFile file = segment.file();
        if (file.header().isEmpty()) {
            return segment;
        }
        SegmentHeader header = file.requireHeader();
        if (!header.logId().equals(logId)) {
            return without(file, "it belongs to log " + header.logId() + ", not to " + logId);
        }
        return header.ordinal() == file.ordinal()
                ? segment
                : without(file, "it is segment " + header.ordinal() + " by its header");
    }

    private static Segment without(SegmentFile file, String damage) {
        return new Segment(new SegmentFile(file.name(), file.ordinal(), file.bytes(), Optional.empty()), damage);
    }

    /** Whether the next segment's header is there, which says where this one ends. */
    boolean hasSuccessor(int index) {
        return index + 1 < segments.size()
                && segments.get(index + 1).isReadable()
                && segments.get(index + 1).file().ordinal()
                        == segments.get(index).file().ordinal() + 1;
    }

    /** Where the frames of a segment end: as its successor says, else the end of the file. */
    long limit(int index) {
        long bytes = segments.get(index).file().bytes();
        return hasSuccessor(index)
                ? Math.min(bytes, segments.get(index + 1).file().requireHeader().predecessorLength())
                : bytes;
    }

    /** The highest sequence that a segment may hold, since a later one begins behind it. */
    long through(int index) {
        return segments.stream()
                .skip(index + 1L)
                .flatMap(later -> later.file().header().stream())
                .findFirst()
                .map(header -> header.firstSequence() - 1)
                .orElse(Long.MAX_VALUE);
    }

    /** Whether something was ever written behind a segment. */
    boolean isFollowed(int index) {
        return segments.stream().skip(index + 1L).anyMatch(later -> !later.isSpare());
    }
}

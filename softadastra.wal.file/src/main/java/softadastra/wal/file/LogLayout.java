package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import softadastra.core.ErrorCode;
import softadastra.core.Severity;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;

/**
 * The segment files of a log, in order, as their headers tell.
 *
 * @param segments those with a header that verifies and follows the one before
 * @param spare the file behind them that was made ahead of its use, or whose first header a crash cut short
 * @param findings what is wrong with the files as such; frames are not looked at. After an error, {@code segments} ends
 *     before the damage
 * @param following segment files behind the damage
 */
record LogLayout(
        List<SegmentFile> segments, Optional<SegmentFile> spare, List<WalFinding> findings, List<String> following) {

    /**
     * Reads the layout of a log.
     *
     * @throws SoftadastraException UNSUPPORTED_VERSION if a newer release wrote one of the files
     */
    static LogLayout read(Storage storage, WalMarker marker) throws IOException {
        return new Reading(storage, marker).layout();
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
        private final Map<Long, String> files = new TreeMap<>();
        private final List<SegmentFile> segments = new ArrayList<>();
        private final List<WalFinding> findings = new ArrayList<>();
        private Optional<SegmentFile> spare = Optional.empty();

        Reading(Storage storage, WalMarker marker) {
            this.storage = storage;
            this.marker = marker;
        }

        LogLayout layout() throws IOException {
            for (String name : storage.list()) {
                SegmentFile.ordinal(name).ifPresent(ordinal -> files.put(ordinal, name));
            }
            List<String> following = new ArrayList<>(files.values());
            for (Map.Entry<Long, String> file : files.entrySet()) {
                if (!take(file.getKey(), file.getValue())) {
                    break;
                }
                following.remove(0);
            }
            if (segments.isEmpty() && findings.isEmpty() && marker.ready()) {
                missing(1, 1);
            }
            return new LogLayout(List.copyOf(segments), spare, List.copyOf(findings), List.copyOf(following));
        }

        private boolean take(long ordinal, String name) throws IOException {
            long expected = segments.size() + 1L + (spare.isPresent() ? 1 : 0);
            if (ordinal != expected) {
                missing(expected, nextSequence());
                return false;
            }
            long bytes;
            byte[] block = new byte[SegmentHeader.BYTES];
            int length;
            try (StorageFile file = storage.open(name, Storage.Access.READ)) {
                bytes = file.size();
                length = file.read(0, block, 0, block.length);
            } catch (NoSuchFileException e) {
                // A spare that its owner has replaced since the directory was listed; in between it would be missed.
                return true;
            }
            SegmentHeader.Reading reading = SegmentHeader.read(block, length);
            if (reading instanceof SegmentHeader.Unsupported unsupported) {
                throw Findings.failure(
                        ErrorCode.UNSUPPORTED_VERSION,
                        "unsupported WAL segment " + name + ": " + unsupported.reason()
                                + "; open it with the release that wrote it");
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
                    ? 1
                    : segments.get(segments.size() - 1).requireHeader().firstSequence();
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Severity;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/**
 * Makes a log fit to be appended to, for the owner that has its lock: creates what is not there, verifies what is, and brings
 * what the last owner left unproven to a known state.
 *
 * <p>Every step can be cut off by a crash and is then done again by the next recovery, with the same outcome. Nothing is
 * changed before the whole log was read, and nothing at all if the open is refused.
 *
 * <ol>
 *   <li>The last header, and valid frames that nothing proves to be durable, are written once more, as they are, and forced.
 *       They may be in the page cache only, and after a failed force marked clean there.
 *   <li>A torn tail is copied aside, and a new segment is started, whose header says where its predecessor ends. Nothing is
 *       ever appended behind a cut in the same file.
 *   <li>What a checkpoint has made superfluous, and half a checkpoint, is deleted.
 * </ol>
 */
final class Recovery {

    /** What a spare is called while it is made to replace another; means nothing. */
    static final String SPARE_TEMPORARY = "spare.new";

    private static final int CHUNK = 1 << 20;

    /**
     * A log that is fit to be appended to.
     *
     * @param appendAt where in the current segment the next frame goes
     * @param chain the header CRC it chains to
     * @param sealed whether the last frame is a seal, so that closing the log again needs no other
     */
    record Recovered(
            WalIdentity identity,
            Segments segments,
            long appendAt,
            int chain,
            long highestTimestamp,
            boolean sealed,
            Optional<CheckpointFile> checkpoint,
            WalRecovery report) {}

    private final Storage storage;
    private final WalConfig config;
    private final Optional<NodeId> node;
    private final SecureRandom random = new SecureRandom();

    Recovery(Storage storage, WalConfig config, Optional<NodeId> node) {
        this.storage = storage;
        this.config = config;
        this.node = node;
    }

    /** Recovers a log that nobody has held until now. */
    Recovered run() throws IOException {
        return run(Long.MAX_VALUE);
    }

    /** Recovers a log of which segments from an ordinal on are held. */
    Recovered run(long firstHeld) throws IOException {
        long started = System.nanoTime();
        Optional<WalMarker> found = WalMarker.read(storage).orElseThrow();
        if (found.isEmpty()) {
            refuseRemains();
            WalMarker marker = new WalMarker(
                    FileWalProvider.NAME,
                    new WalIdentity(
                            UUID.randomUUID(),
                            node.orElseGet(() -> NodeId.random(random)),
                            node.isEmpty(),
                            random.nextLong()),
                    false);
            marker.write(storage);
            return create(marker, true, started);
        }
        WalMarker marker = found.get();
        refuseOtherNode(marker.identity());
        LogLayout layout = LogLayout.read(storage, marker, firstHeld);
        if (layout.segments().isEmpty() && !layout.corrupted()) {
            return create(adopt(marker), false, started);
        }
        LogScan.Report scan = new LogScan(storage, layout, (segment, frame) -> {}, WalProgress.NONE).run();
        refuse(layout, scan);
        return makeWhole(adopt(marker), layout, scan, started);
    }

    private void refuse(LogLayout layout, LogScan.Report scan) {
        if (config.recovery() == RecoveryMode.STRICT && !scan.findings().isEmpty()) {
            throw refusal(scan.findings().get(0));
        }
        // Without the checkpoint, or before its end, there is no point in time to go back to.
        boolean canCut = !layout.segments().isEmpty()
                && layout.checkpoint().findings().stream().noneMatch(finding -> finding.severity() != Severity.WARNING)
                && scan.lastSequence() >= layout.checkpointEnd();
        if (config.recovery() != RecoveryMode.POINT_IN_TIME || !canCut) {
            scan.firstError().ifPresent(error -> {
                throw refusal(error);
            });
        }
    }

    /**
     * Deletes what history has left: segments and checkpoints before the newest checkpoint, and one that was never finished.
     * The directory is forced before, since the newest one's name may not be durable yet.
     */
    private void removeLeftovers(LogLayout layout) throws IOException {
        long firstKept = layout.segments().get(0).ordinal();
        long newest =
                layout.checkpoint().file().map(file -> file.header().ordinal()).orElse(0L);
        List<String> leftovers = storage.list().stream()
                .filter(name -> name.equals(CheckpointFile.TEMPORARY)
                        || name.equals(SPARE_TEMPORARY)
                        || SegmentFile.ordinal(name).orElse(Long.MAX_VALUE) < firstKept
                        || CheckpointFile.ordinal(name).orElse(Long.MAX_VALUE) < newest)
                .toList();
        if (leftovers.isEmpty() && newest == 0) {
            return;
        }
        storage.forceDirectory();
        for (String name : leftovers) {
            storage.delete(name);
        }
        storage.forceDirectory();
    }

    private static SoftadastraException refusal(WalFinding finding) {
        return finding.toError()
                .withContext("nothing was changed; verify shows the extent")
                .toException();
    }

    private Recovered create(WalMarker marker, boolean created, long started) throws IOException {
        Segments segments = new Segments(storage, marker.identity(), config.segmentBytes());
        try {
            segments.createSpare(0, segments.nextBytes(0));
            segments.start(1, 0, 0, 0);
            if (!marker.ready()) {
                new WalMarker(marker.provider(), marker.identity(), true).write(storage);
            }
        } catch (IOException | RuntimeException | Error e) {
            segments.close();
            throw e;
        }
        WalRecovery report =
                new WalRecovery(config.recovery(), created, true, 1, 0, 0, 0, 0, List.of(), since(started));
        return new Recovered(
                marker.identity(),
                segments,
                SegmentHeader.BYTES,
                segments.header().crc(),
                0,
                false,
                Optional.empty(),
                report);
    }

    private Recovered makeWhole(WalMarker adopted, LogLayout layout, LogScan.Report scan, long started)
            throws IOException {
        WalMarker marker = adopted;
        LogScan.End end = scan.end();
        boolean cutShort = scan.corrupted();
        long asideBytes = scan.tornBytes();
        if (cutShort) {
            // Sequences from here on will be given out again, with other contents: a new epoch tells them apart.
            marker = new WalMarker(marker.provider(), withEpoch(marker.identity(), random.nextLong()), marker.ready());
            marker.write(storage);
            asideBytes = setAside(layout, end.segment());
        }
        LogLayout kept = cutShort ? layout.cutBehind(end.segment()) : layout;
        SegmentFile last = kept.last();
        boolean stray = scan.tornBytes() > 0 || cutShort;
        try (StorageFile file = storage.open(last.name(), Storage.Access.WRITE)) {
            rewriteUnproven(file, last, end.offset(), scan.syncedThrough());
        }
        if (!marker.ready()) {
            // Only now: it says that the first segment is there for good.
            marker = new WalMarker(marker.provider(), marker.identity(), true);
            marker.write(storage);
        }
        if (stray) {
            asideBytes += copyAside(last, end.offset());
        }
        removeLeftovers(kept);
        Segments segments = new Segments(storage, marker.identity(), config.segmentBytes());
        boolean continued = end.kind() == Frame.CONTINUED && !cutShort;
        boolean sealed = end.kind() == Frame.SEAL && !stray;
        long appendAt = end.offset();
        int chain = end.chain();
        try {
            segments.resume(kept, continued);
            boolean startNext = true;
            if (continued) {
                replaceTornSpare(kept.spare().orElseThrow());
            } else if (stray || end.kind() == Frame.CONTINUED) {
                segments.createSpare(0, segments.nextBytes(0));
            } else {
                startNext = leavesHoles(segments);
            }
            if (startNext) {
                segments.start(scan.lastSequence() + 1, end.offset(), end.chain(), scan.highestTimestamp());
                appendAt = SegmentHeader.BYTES;
                chain = segments.header().crc();
                sealed = false;
            }
        } catch (IOException | RuntimeException | Error e) {
            segments.close();
            throw e;
        }
        WalRecovery report = new WalRecovery(
                config.recovery(),
                false,
                scan.clean(),
                kept.firstSequence(),
                scan.lastSequence(),
                scan.records(),
                scan.bytes(),
                cutShort ? asideBytes : scan.tornBytes(),
                scan.findings(),
                since(started));
        return new Recovered(
                marker.identity(),
                segments,
                appendAt,
                chain,
                scan.highestTimestamp(),
                sealed,
                kept.checkpoint().file(),
                report);
    }

    /**
     * Makes a segment of zeros, where each append is to be forced and the last segment has holes, which make that slow; false if
     * there is no need, or no room.
     */
    private boolean leavesHoles(Segments segments) throws IOException {
        if (!config.autoFlush() || !segments.header().sparse()) {
            return false;
        }
        try {
            segments.createSpare(0, segments.nextBytes(0));
            return true;
        } catch (IOException e) {
            if (StorageErrors.code(e) != ErrorCode.NO_SPACE) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Puts zeros in the place of a spare in which a crash has left some of a header, since the next one may be torn too, and must
     * be torn into zeros. By a rename: the segment before says that the spare is there, and overwriting it could be torn as well.
     */
    private void replaceTornSpare(SegmentFile spare) throws IOException {
        FirstBlock block = FirstBlock.read(storage, spare.name());
        if (SegmentHeader.read(block.bytes(), block.length()) instanceof SegmentHeader.Spare) {
            return;
        }
        if (storage.list().contains(SPARE_TEMPORARY)) {
            storage.delete(SPARE_TEMPORARY);
        }
        byte[] zeros = new byte[CHUNK];
        try (StorageFile file = storage.open(SPARE_TEMPORARY, Storage.Access.CREATE)) {
            for (long at = 0; at < spare.bytes(); at += CHUNK) {
                file.write(at, zeros, 0, (int) Math.min(CHUNK, spare.bytes() - at));
            }
            file.force();
        }
        storage.rename(SPARE_TEMPORARY, spare.name());
        storage.forceDirectory();
    }

    /**
     * Writes the header and the valid frames that are not proven to be durable again, as they are, and forces them. The seal
     * of a closed log is one of these: it proves what is before it, and nothing proves that its own force did not fail.
     */
    private static void rewriteUnproven(StorageFile file, SegmentFile segment, long end, long syncedThrough)
            throws IOException {
        FrameCursor cursor = new FrameCursor(file, segment.requireHeader(), end);
        long from = end;
        while (cursor.advance()) {
            if (cursor.lastSequence() > syncedThrough || Frame.isBookkeeping(cursor.kind())) {
                from = Math.min(from, cursor.offset());
            } else {
                from = end;
            }
        }
        SegmentHeader.rewrite(file);
        rewrite(file, from, end);
        file.force();
        requireWritten(file, segment, end, cursor.chain());
    }

    /** What was read to be written again need not be what had been verified, where the disk has lost what the system held. */
    private static void requireWritten(StorageFile file, SegmentFile segment, long end, int chain) throws IOException {
        FrameCursor cursor = new FrameCursor(file, segment.requireHeader(), end);
        while (cursor.advance()) {
            // Each is verified.
        }
        if (cursor.problem() != FrameCursor.Problem.NONE || cursor.chain() != chain) {
            throw new IOException("what was written again does not verify at byte offset " + cursor.end());
        }
    }

    private static void rewrite(StorageFile file, long from, long end) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(0, end - from))];
        for (long at = from; at < end; at += CHUNK) {
            int length = file.read(at, chunk, 0, (int) Math.min(CHUNK, end - at));
            file.write(at, chunk, 0, length);
        }
    }

    /** Keeps what a cut takes off the last segment, in a file beside it; answers how many bytes that is. */
    private long copyAside(SegmentFile segment, long offset) throws IOException {
        String name = segment.name() + ".torn-" + offset;
        if (storage.list().contains(name)) {
            storage.delete(name);
        }
        long length = 0;
        try (StorageFile source = storage.open(segment.name(), Storage.Access.READ);
                StorageFile target = storage.open(name, Storage.Access.CREATE)) {
            byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(0, segment.bytes() - offset))];
            for (long at = offset; at < segment.bytes(); at += CHUNK) {
                int read = source.read(at, chunk, 0, (int) Math.min(CHUNK, segment.bytes() - at));
                int used = withoutTrailingZeros(chunk, read);
                if (used > 0) {
                    target.write(at - offset, chunk, 0, used);
                    length = at - offset + used;
                }
            }
            target.force();
        }
        storage.forceDirectory();
        return length;
    }

    private static int withoutTrailingZeros(byte[] bytes, int length) {
        int used = length;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    /** Renames the segments behind a cut, the last first, so that a crash in between leaves no gap. */
    private long setAside(LogLayout layout, int lastKept) throws IOException {
        long bytes = 0;
        long lastOrdinal = layout.segments().get(lastKept).ordinal();
        List<String> behind = storage.list().stream()
                .filter(name -> SegmentFile.ordinal(name).orElse(0L) > lastOrdinal)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (String name : behind) {
            boolean spare =
                    layout.spare().filter(found -> found.name().equals(name)).isPresent();
            bytes += spare ? 0 : storage.size(name);
            storage.rename(name, name + ".cut-" + Long.toHexString(random.nextLong()));
        }
        storage.forceDirectory();
        return bytes;
    }

    /** The first explicit node id replaces a provisional one. */
    private WalMarker adopt(WalMarker marker) throws IOException {
        WalIdentity identity = marker.identity();
        if (node.isEmpty() || !identity.provisional()) {
            return marker;
        }
        WalMarker adopted = new WalMarker(
                marker.provider(),
                new WalIdentity(identity.logId(), node.get(), false, identity.epoch()),
                marker.ready());
        adopted.write(storage);
        return adopted;
    }

    private void refuseOtherNode(WalIdentity identity) {
        if (node.isPresent() && !identity.provisional() && !node.get().equals(identity.node())) {
            throw Findings.failure(
                    ErrorCode.WRONG_NODE,
                    "WAL path " + storage.description() + " belongs to node '"
                            + identity.node().value()
                            + "', and was opened as '" + node.get().value()
                            + "'; open it without a node id or with its own, or choose another path");
        }
    }

    /** Segments without a marker are the remains of a log, and must not become the start of another. */
    /** Refuses what is left of a log that has lost its marker, or was never given one. */
    private void refuseRemains() throws IOException {
        List<String> names = storage.list();
        Optional<String> segment = names.stream()
                .filter(name -> SegmentFile.ordinal(name).isPresent())
                .findFirst();
        if (segment.isPresent()) {
            throw refusal(Findings.corruption(
                    1, WalMarker.FILE, 0, "the marker is missing, and segments (" + segment.get() + ") are there"));
        }
        boolean cutShort = names.stream()
                .anyMatch(name -> name.equals(CheckpointFile.TEMPORARY)
                        || CheckpointFile.ordinal(name).isPresent());
        if (cutShort) {
            throw Findings.failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to open WAL path " + storage.description()
                            + ": the making of a log was cut short here; delete the directory, and make it again");
        }
    }

    private static WalIdentity withEpoch(WalIdentity identity, long epoch) {
        return new WalIdentity(identity.logId(), identity.node(), identity.provisional(), epoch);
    }

    private static Duration since(long started) {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import softadastra.core.HybridTimestamp;
import softadastra.core.Result;
import softadastra.core.Severity;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** Looks into a log's files; see {@link WalInspector}. */
final class FileWalInspector implements WalInspector {

    // Beside a live owner a scan can meet a write half done; looked at again, that is whole, and damage is still
    // damage.
    private static final int LOOKS_BESIDE_OWNER = 10;

    /** A pass over the files. */
    private interface Pass<T> {
        T run(WalMarker marker) throws IOException;
    }

    private final Storage storage;
    private final WalConfig config;

    FileWalInspector(Storage storage, WalConfig config) {
        this.storage = storage;
        this.config = config;
    }

    @Override
    public Result<Info> info() {
        return info(WalProgress.NONE);
    }

    @Override
    public Result<Info> info(WalProgress progress) {
        return pass(marker -> {
            Map<String, FileInfo> files = new LinkedHashMap<>();
            LogLayout layout = LogLayout.read(storage, marker);
            for (SegmentFile segment : layout.segments()) {
                long first = segment.requireHeader().firstSequence();
                files.put(
                        segment.name(),
                        new FileInfo(segment.name(), first, first - 1, 0, SegmentHeader.BYTES, segment.bytes()));
            }
            LogScan.Report scan = new LogScan(
                            storage,
                            layout,
                            (segment, frame) ->
                                    files.computeIfPresent(segment.name(), (name, info) -> with(info, frame)),
                            (task, done, total) -> progress.progress("read", done, total))
                    .run();
            long bytes = 0;
            for (String name : storage.list()) {
                bytes += storage.size(name);
            }
            return new Info(
                    marker.provider(),
                    storage.description(),
                    marker.identity(),
                    FirstBlock.MAJOR + "." + FirstBlock.MINOR,
                    new ArrayList<>(files.values()),
                    layout.firstSequence(),
                    scan.lastSequence(),
                    scan.syncedThrough(),
                    scan.records(),
                    bytes,
                    scan.clean(),
                    LogLock.owner(storage).map(LogOwner::text),
                    warnings(scan));
        });
    }

    private List<String> warnings(LogScan.Report scan) throws IOException {
        List<String> warnings = new ArrayList<>(storage.warnings());
        // Beside an owner it may be a write half done.
        if (LogLock.owner(storage).isEmpty()) {
            scan.firstError()
                    .ifPresent(error ->
                            warnings.add("what follows is of the log up to its first damage: " + error.message()));
        }
        return warnings;
    }

    static FileInfo with(FileInfo info, FrameCursor frame) {
        return new FileInfo(
                info.name(),
                info.firstSequence(),
                frame.nextSequence() - 1,
                info.records() + frame.records(),
                frame.end(),
                info.bytes());
    }

    @Override
    public Result<Verification> verify(WalProgress progress) {
        return pass(marker -> {
            Verification verification = settled(marker, verify(marker, (segment, frame) -> {}, progress), progress);
            return verification.corrupted() ? withExtent(verification, progress) : verification;
        });
    }

    /** Looks again at what somebody may have been writing meanwhile. */
    private Verification settled(WalMarker marker, Verification first, WalProgress progress) throws IOException {
        Verification verification = first;
        for (int look = 1;
                look < LOOKS_BESIDE_OWNER
                        && !verification.findings().isEmpty()
                        && LogLock.owner(storage).isPresent();
                look++) {
            verification = verify(marker, (segment, frame) -> {}, progress);
        }
        return verification;
    }

    /** The verification ended at the first damage; what else is damaged, a salvage tells, where nobody has the log open. */
    private Verification withExtent(Verification found, WalProgress progress) throws IOException {
        if (LogLock.owner(storage).isPresent()) {
            return found;
        }
        List<WalFinding> findings = new ArrayList<>(found.findings());
        for (WalFinding hole :
                SalvageSource.open(storage, config).survey(progress).findings()) {
            boolean error = hole.severity() != Severity.WARNING;
            // The same damage in the words that also tell what is lost by it.
            boolean known = found.findings().stream().anyMatch(finding -> isSamePlace(finding, hole));
            if (known && error) {
                findings.removeIf(finding -> isSamePlace(finding, hole));
            }
            if (!known || error) {
                findings.add(hole);
            }
        }
        return new Verification(
                found.records(), found.bytes(), found.lastSequence(), found.durableSequence(), findings);
    }

    private static boolean isSamePlace(WalFinding one, WalFinding other) {
        return one.file().equals(other.file()) && one.offset().equals(other.offset());
    }

    private Verification verify(WalMarker marker, LogScan.FrameVisitor visitor, WalProgress progress)
            throws IOException {
        LogLayout layout = LogLayout.read(storage, marker);
        List<WalFinding> findings = new ArrayList<>();
        long bytes = 0;
        if (layout.checkpoint().file().isPresent()) {
            CheckpointFile checkpoint = layout.checkpoint().file().get();
            findings.addAll(checkpoint.verify(progress));
            bytes = checkpoint.bytes();
        }
        LogScan.Report scan = new LogScan(storage, layout, visitor, progress).run();
        findings.addAll(scan.findings());
        return new Verification(
                scan.records(), scan.bytes() + bytes, scan.lastSequence(), scan.syncedThrough(), findings);
    }

    @Override
    public Result<Long> dump(Consumer<Entry> consumer) {
        Delivery delivery = new Delivery(consumer);
        return pass(marker -> {
            delivery.durable = LogReads.bounds(storage).durable();
            LogScan.Report unused =
                    new LogScan(storage, LogLayout.read(storage, marker), delivery, WalProgress.NONE).run();
            return delivery.entries;
        });
    }

    @Override
    public Result<Verification> scan(Consumer<Entry> consumer, WalProgress progress) {
        WalProgress dumping = (task, done, total) -> progress.progress("dump", done, total);
        Delivery delivery = new Delivery(consumer);
        return pass(marker -> {
            delivery.durable = LogReads.bounds(storage).durable();
            return settled(marker, verify(marker, delivery, dumping), progress);
        });
    }

    /** Hands frames over, each once: a pass that begins again, since history went under it, goes on behind the last. */
    private static final class Delivery implements LogScan.FrameVisitor {
        private final Consumer<Entry> consumer;
        private long durable;
        private long entries;
        private long ordinal = -1;
        private long end;

        Delivery(Consumer<Entry> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void frame(SegmentFile segment, FrameCursor frame) {
            if (segment.ordinal() > ordinal || (segment.ordinal() == ordinal && frame.offset() >= end)) {
                ordinal = segment.ordinal();
                end = frame.end();
                entries += dump(segment, frame, durable, consumer);
            }
        }
    }

    static long dump(SegmentFile segment, FrameCursor frame, long durable, Consumer<Entry> consumer) {
        String kind = Frame.name(frame.kind());
        long bytes = frame.end() - frame.offset();
        if (Frame.isBookkeeping(frame.kind())) {
            consumer.accept(new Entry(kind, segment.name(), frame.offset(), bytes, Optional.empty()));
            return 1;
        }
        return frame.visit(
                (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                    byte[] payload = new byte[length];
                    System.arraycopy(buffer, offset, payload, 0, length);
                    WalRecord record =
                            new WalRecord(sequence, typeCode, status, HybridTimestamp.ofPacked(timestamp), payload);
                    consumer.accept(new Entry(kind, segment.name(), frame.offset(), bytes, Optional.of(record)));
                    return true;
                },
                0,
                Long.MAX_VALUE,
                durable);
    }

    @Override
    public Result<Repair> repair(WalConfig target, WalProgress progress) {
        return new SalvageInspector(storage, config).repair(target, progress);
    }

    private <T> Result<T> pass(Pass<T> pass) {
        try {
            for (int look = 1; ; look++) {
                try {
                    return Result.ok(pass.run(LogReads.marker(storage)));
                } catch (NoSuchFileException e) {
                    // History that its owner let go meanwhile.
                    if (look == LOOKS_BESIDE_OWNER || LogLock.owner(storage).isEmpty()) {
                        throw e;
                    }
                }
            }
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        } catch (IOException e) {
            return Result.err(StorageErrors.failed("read WAL " + storage.description(), e));
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalFollow;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLatency;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.Storage;

/** A log seen by somebody who does not own it. */
final class FileWalReadLog extends ReadOnlyLog {

    private final WalIdentity identity;

    FileWalReadLog(Storage storage, WalIdentity identity) {
        super(storage);
        this.identity = identity;
    }

    @Override
    public WalIdentity identity() {
        return identity;
    }

    @Override
    public WalRecovery recovery() {
        LogScan.Report tail = look(FileWalReadLog::tail);
        return new WalRecovery(
                RecoveryMode.TORN_TAIL,
                false,
                tail.clean(),
                firstSequence(),
                tail.lastSequence(),
                tail.lastSequence(),
                tail.bytes(),
                0,
                List.of(),
                Duration.ZERO);
    }

    @Override
    public long firstSequence() {
        return look(FileWalReadLog::layout).firstSequence();
    }

    @Override
    public long lastSequence() {
        return look(FileWalReadLog::tail).lastSequence();
    }

    @Override
    public long durableSequence() {
        return look(LogReads::bounds).durable();
    }

    @Override
    public HybridTimestamp lastTimestamp() {
        return HybridTimestamp.ofPacked(look(FileWalReadLog::tail).highestTimestamp());
    }

    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        Optional<FileWalLog> owner = look(OpenLogs::find);
        return owner.isPresent()
                ? owner.get().readDurable(fromSequence, visitor)
                : LogReads.read(
                        storage(), look(LogReads::bounds), Long.MAX_VALUE, new ReadPositions(), fromSequence, visitor);
    }

    @Override
    public WalPin pin(long fromSequence) {
        return look(OpenLogs::find)
                .orElseThrow(() -> Findings.failure(
                        ErrorCode.UNSUPPORTED_OPERATION,
                        "failed to pin WAL history: no owner of the log is in this process; its owner can pin it"))
                .pin(fromSequence);
    }

    @Override
    public WalFollow follow(long fromSequence) {
        Optional<FileWalLog> owner = look(OpenLogs::find);
        if (owner.isPresent()) {
            return owner.get().follow(fromSequence);
        }
        long first = firstSequence();
        if (fromSequence > 0 && fromSequence < first) {
            throw Findings.historyGone(fromSequence, first);
        }
        long from = Math.max(first, fromSequence);
        WalMarker marker = LogReads.marker(storage());
        return new FileFollow(storage(), marker, new ForeignSource(storage(), marker, from), from);
    }

    @Override
    public Optional<WalCheckpoint> checkpoint() {
        return look(FileWalReadLog::layout).checkpoint().file().map(file -> file);
    }

    @Override
    public WalStats stats() {
        LogLayout layout = look(FileWalReadLog::layout);
        LogReads.Bounds bounds = look(LogReads::bounds);
        long end = look(FileWalReadLog::tail).end().offset();
        long bytes = IntStream.range(0, layout.segments().size())
                        .mapToLong(index -> bytes(layout, index, end))
                        .sum()
                + layout.spare().map(SegmentFile::bytes).orElse(0L)
                + layout.checkpoint().file().map(CheckpointFile::bytes).orElse(0L);
        return new WalStats(
                layout.firstSequence(),
                lastSequence(),
                bounds.durable(),
                layout.checkpointEnd(),
                0,
                0,
                0,
                0,
                WalLatency.NONE,
                layout.segments().size(),
                bytes);
    }

    /** The size of a segment without holes; the frames of the last one end somewhere. */
    private static long bytes(LogLayout layout, int index, long end) {
        SegmentFile segment = layout.segments().get(index);
        if (!segment.requireHeader().sparse()) {
            return segment.bytes();
        }
        return index + 1 < layout.segments().size() ? layout.limit(index) : end;
    }

    private static LogLayout layout(Storage storage) throws IOException {
        return LogLayout.read(storage, LogReads.marker(storage));
    }

    private static LogScan.Report tail(Storage storage) throws IOException {
        return new LogScan(storage, layout(storage), (segment, frame) -> {}, WalProgress.NONE).runTail();
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalFollow;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLatency;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** A log seen by somebody who does not own it. It holds no file and no lock; each call looks at the directory afresh. */
final class FileWalReadLog implements WalLog {

    /** A reading of the directory. */
    private interface Look<T> {
        T at(Storage storage) throws IOException;
    }

    private final Storage storage;
    private final WalIdentity identity;
    private volatile boolean closed;

    FileWalReadLog(Storage storage, WalIdentity identity) {
        this.storage = storage;
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
    public long submit(WalBatch batch) {
        throw readOnly("append WAL record");
    }

    @Override
    public void awaitDurable(long sequence) {
        throw readOnly("flush WAL");
    }

    @Override
    public void flush() {
        throw readOnly("flush WAL");
    }

    private SoftadastraException readOnly(String operation) {
        return Findings.failure(
                ErrorCode.INVALID_STATE,
                "failed to " + operation + ": " + (closed ? "the log is closed" : "the log is open for reading only"));
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
                : LogReads.read(storage, look(LogReads::bounds), Long.MAX_VALUE, fromSequence, visitor);
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
        WalMarker marker = LogReads.marker(storage);
        return new FileFollow(storage, marker, new ForeignSource(storage, marker, from), from);
    }

    @Override
    public Optional<WalCheckpoint> checkpoint() {
        return look(FileWalReadLog::layout).checkpoint().file().map(file -> file);
    }

    @Override
    public WalStats stats() {
        LogLayout layout = look(FileWalReadLog::layout);
        LogReads.Bounds bounds = look(LogReads::bounds);
        long bytes = layout.segments().stream().mapToLong(SegmentFile::bytes).sum()
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

    @Override
    public void close() {
        closed = true;
    }

    private static LogLayout layout(Storage storage) throws IOException {
        return LogLayout.read(storage, LogReads.marker(storage));
    }

    private static LogScan.Report tail(Storage storage) throws IOException {
        return new LogScan(storage, layout(storage), (segment, frame) -> {}, WalProgress.NONE).runTail();
    }

    private <T> T look(Look<T> look) {
        if (closed) {
            throw Findings.failure(ErrorCode.INVALID_STATE, "failed to read WAL: the log is closed");
        }
        try {
            return look.at(storage);
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL " + storage.description(), e).toException();
        }
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.StorageErrors;

/** A log with holes, for who reads it in {@link RecoveryMode#SALVAGE}. It holds no file; each call goes over all of them. */
final class SalvagedReadLog implements WalLog {

    /** A pass over the log. */
    private interface Pass<T> {
        T run() throws IOException;
    }

    private final SalvageSource source;
    private volatile boolean closed;

    SalvagedReadLog(SalvageSource source) {
        this.source = source;
    }

    @Override
    public WalIdentity identity() {
        return source.identity();
    }

    @Override
    public WalRecovery recovery() {
        long started = System.nanoTime();
        Salvage.Report report = survey();
        return new WalRecovery(
                RecoveryMode.SALVAGE,
                false,
                false,
                report.firstSequence(),
                report.lastSequence(),
                report.records(),
                report.bytes(),
                report.tornBytes(),
                report.findings(),
                Duration.ofNanos(System.nanoTime() - started));
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
        return pass(source::layout).firstSequence();
    }

    @Override
    public long lastSequence() {
        return survey().lastSequence();
    }

    @Override
    public long durableSequence() {
        return survey().syncedThrough();
    }

    @Override
    public HybridTimestamp lastTimestamp() {
        return HybridTimestamp.ofPacked(survey().highestTimestamp());
    }

    @Override
    public Optional<WalCheckpoint> checkpoint() {
        return pass(source::layout).checkpoint().map(file -> file);
    }

    /** Everything that verifies; what is missing is passed over, and {@link #recovery} names it. */
    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        return pass(() -> {
            long first = source.layout().firstSequence();
            if (fromSequence >= 1 && fromSequence < first) {
                throw Findings.historyGone(fromSequence, first);
            }
            long durable =
                    source.run((segment, frame) -> true, WalProgress.NONE).syncedThrough();
            long[] delivered = {0};
            Salvage.Report unused = source.run(
                    (segment, frame) -> {
                        long visited = frame.visit(visitor, fromSequence, Long.MAX_VALUE, durable);
                        delivered[0] += visited < 0 ? -1 - visited : visited;
                        return visited >= 0;
                    },
                    WalProgress.NONE);
            return delivered[0];
        });
    }

    @Override
    public WalStats stats() {
        Salvage.Report report = survey();
        SalvageLayout layout = pass(source::layout);
        return new WalStats(
                report.firstSequence(),
                report.lastSequence(),
                report.syncedThrough(),
                0,
                0,
                0,
                layout.segments().size(),
                layout.segments().stream()
                        .mapToLong(segment -> segment.file().bytes())
                        .sum());
    }

    @Override
    public void close() {
        closed = true;
    }

    private Salvage.Report survey() {
        return pass(() -> source.survey(WalProgress.NONE));
    }

    private <T> T pass(Pass<T> pass) {
        if (closed) {
            throw Findings.failure(ErrorCode.INVALID_STATE, "failed to read WAL: the log is closed");
        }
        try {
            return pass.run();
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL " + source.storage().description(), e)
                    .toException();
        }
    }
}

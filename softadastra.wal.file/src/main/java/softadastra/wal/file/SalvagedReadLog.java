package softadastra.wal.file;

import java.time.Duration;
import java.util.Optional;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;

/** A log with holes, for who reads it in {@link RecoveryMode#SALVAGE}. Each call goes over all of its files. */
final class SalvagedReadLog extends ReadOnlyLog {

    private final SalvageSource source;

    SalvagedReadLog(SalvageSource source) {
        super(source.storage());
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
    public long firstSequence() {
        return look(storage -> source.layout()).firstSequence();
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
        return look(storage -> source.layout()).checkpoint().map(file -> file);
    }

    /** Everything that verifies; what is missing is passed over, and {@link #recovery} names it. */
    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        return look(storage -> {
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
        SalvageLayout layout = look(storage -> source.layout());
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

    private Salvage.Report survey() {
        return look(storage -> source.survey(WalProgress.NONE));
    }
}

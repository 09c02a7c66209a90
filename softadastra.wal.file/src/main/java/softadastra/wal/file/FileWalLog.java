package softadastra.wal.file;

import java.io.IOException;
import softadastra.core.CanIgnoreReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;

/** An open log, with its owner's lock. Appends go to {@link GroupCommit}, reads to {@link LogReads}. */
final class FileWalLog implements WalLog {

    private final Storage storage;
    private final LogLock owner;
    private final WalIdentity identity;
    private final WalRecovery recovery;
    private final GroupCommit commit;

    private FileWalLog(Storage storage, WalConfig config, LogLock owner, Recovery.Recovered recovered) {
        this.storage = storage;
        this.owner = owner;
        this.identity = recovered.identity();
        this.recovery = recovered.report();
        this.commit = new GroupCommit(config, recovered);
    }

    /** Opens a log whose lock was taken, and that was recovered. */
    static FileWalLog start(Storage storage, WalConfig config, LogLock owner, Recovery.Recovered recovered)
            throws IOException {
        FileWalLog log = new FileWalLog(storage, config, owner, recovered);
        try {
            OpenLogs.add(log);
            log.commit.start();
            return log;
        } catch (IOException | RuntimeException | Error e) {
            OpenLogs.remove(log);
            throw e;
        }
    }

    Storage storage() {
        return storage;
    }

    @Override
    public WalIdentity identity() {
        return identity;
    }

    @Override
    public WalRecovery recovery() {
        return recovery;
    }

    @Override
    public long submit(WalBatch batch) {
        if (batch.size() == 0) {
            throw Findings.failure(ErrorCode.INVALID_ARGUMENT, "failed to append WAL record: the batch is empty");
        }
        return commit.submit(batch, requireFits(GroupBuffer.bodyBytes(batch)));
    }

    @Override
    public long submit(int typeCode, byte[] payload) {
        WalRecordType.requireCode(typeCode);
        requireFits(payload.length);
        return commit.submit(typeCode, payload);
    }

    @CanIgnoreReturnValue
    private static int requireFits(long body) {
        if (body > Frame.MAX_BODY) {
            throw Findings.failure(
                    ErrorCode.RECORD_TOO_LARGE,
                    "failed to append WAL record: it has " + body + " bytes, and at most " + Frame.MAX_BODY
                            + " fit into one record or batch; split it");
        }
        return (int) body;
    }

    @Override
    public void awaitDurable(long sequence) {
        commit.awaitDurable(sequence);
    }

    @Override
    public void flush() {
        commit.flush();
    }

    @Override
    public long firstSequence() {
        return 1;
    }

    @Override
    public long lastSequence() {
        return commit.lastSequence();
    }

    @Override
    public long durableSequence() {
        return commit.durableSequence();
    }

    @Override
    public HybridTimestamp lastTimestamp() {
        return HybridTimestamp.ofPacked(commit.highestTimestamp());
    }

    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        return LogReads.read(storage, commit.writeForReading(), fromSequence, visitor);
    }

    @Override
    public WalStats stats() {
        return commit.stats();
    }

    @Override
    public void close() {
        boolean closing = true;
        try {
            closing = commit.close();
        } catch (IOException e) {
            throw StorageErrors.failed("close WAL " + storage.description(), e).toException();
        } finally {
            if (closing) {
                release();
            }
        }
    }

    private void release() {
        OpenLogs.remove(this);
        try {
            owner.close();
        } catch (IOException e) {
            throw StorageErrors.failed("release WAL " + storage.description(), e)
                    .toException();
        }
    }
}

package softadastra.wal.tck.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;
import softadastra.wal.tck.fault.NaiveWalProvider.Bug;

/**
 * A log in one file of frames: length, checksum, first sequence, number of records, and the records with their type and
 * length. One lock for everything, one force for each append.
 */
final class NaiveWalLog implements WalLog {

    static final String FILE = "records";

    private static final int HEADER = 20;

    private final Bug bug;
    private final WalIdentity identity;
    private final StorageFile file;
    private final List<WrittenRecord> records = new ArrayList<>();
    private long end;
    private long durable;
    private boolean failed;

    private NaiveWalLog(Bug bug, WalIdentity identity, StorageFile file) {
        this.bug = bug;
        this.identity = identity;
        this.file = file;
    }

    static NaiveWalLog own(Bug bug, WalIdentity identity, Storage storage) throws IOException {
        NaiveWalLog log = new NaiveWalLog(bug, identity, storage.open(FILE, Storage.Access.WRITE));
        byte[] found = log.scan();
        log.file.truncate(log.end);
        // What was found may be in the page cache only, and marked clean there by a force that failed.
        log.file.write(0, found, 0, (int) log.end);
        log.file.force();
        return log;
    }

    static NaiveWalLog reader(Bug bug, WalIdentity identity, Storage storage) throws IOException {
        NaiveWalLog log = new NaiveWalLog(bug, identity, storage.open(FILE, Storage.Access.READ));
        var unused = log.scan();
        return log;
    }

    private byte[] scan() throws IOException {
        byte[] bytes = new byte[(int) file.size()];
        int length = file.read(0, bytes, 0, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
        int at = 0;
        while (at + HEADER <= length && buffer.getInt(at) >= HEADER && at + buffer.getInt(at) <= length) {
            int frame = buffer.getInt(at);
            boolean valid = buffer.getInt(at + 4) == checksum(bytes, at, frame);
            if (valid || bug == Bug.VERIFIES_NO_CHECKSUM) {
                take(buffer, at);
            } else if (bug != Bug.SKIPS_WHAT_DOES_NOT_VERIFY) {
                break;
            }
            at += frame;
        }
        end = at;
        durable = records.size();
        return bytes;
    }

    private void take(ByteBuffer buffer, int frame) {
        int at = frame + HEADER;
        for (int i = 0; i < buffer.getInt(frame + 16); i++) {
            byte[] payload = new byte[buffer.getInt(at + 4)];
            buffer.get(at + 8, payload);
            records.add(new WrittenRecord(buffer.getInt(at), payload));
            at += 8 + payload.length;
        }
    }

    private static int checksum(byte[] bytes, int frame, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, frame, 4);
        crc.update(bytes, frame + 8, length - 8);
        return (int) crc.getValue();
    }

    @Override
    public synchronized long submit(WalBatch batch) {
        refuseAfterFailure();
        if (bug == Bug.WRITES_BATCHES_IN_PARTS) {
            for (int i = 0; i < batch.size(); i++) {
                write(batch, i, i + 1);
            }
        } else {
            write(batch, 0, batch.size());
        }
        return records.size();
    }

    private void write(WalBatch batch, int from, int to) {
        int size = HEADER;
        for (int i = from; i < to; i++) {
            size += 8 + batch.length(i);
        }
        ByteBuffer frame = ByteBuffer.allocate(size);
        frame.putInt(size).putInt(0).putLong(records.size() + 1L).putInt(to - from);
        for (int i = from; i < to; i++) {
            byte[] payload = new byte[batch.length(i)];
            System.arraycopy(batch.array(i), batch.offset(i), payload, 0, payload.length);
            frame.putInt(batch.typeCode(i)).putInt(payload.length).put(payload);
            records.add(new WrittenRecord(batch.typeCode(i), payload));
        }
        frame.putInt(4, checksum(frame.array(), 0, size));
        try {
            file.write(end, frame.array(), 0, size);
        } catch (IOException e) {
            throw new SoftadastraException(StorageErrors.failed("append WAL record", e));
        }
        end += size;
    }

    private void refuseAfterFailure() {
        if (failed) {
            throw new SoftadastraException(ErrorCode.IO_ERROR, "failed to append WAL record: the log has failed");
        }
    }

    @Override
    public synchronized void awaitDurable(long sequence) {
        if (sequence <= durable || bug == Bug.ACKNOWLEDGES_BEFORE_THE_FORCE) {
            return;
        }
        refuseAfterFailure();
        try {
            file.force();
        } catch (IOException e) {
            if (bug != Bug.IGNORES_A_FAILED_FORCE) {
                failed = true;
                throw new SoftadastraException(StorageErrors.failed("flush WAL", e));
            }
            return;
        }
        durable = records.size();
    }

    @Override
    public void flush() {
        awaitDurable(lastSequence());
    }

    @Override
    public synchronized long read(long fromSequence, WalRecordVisitor visitor) {
        long delivered = 0;
        for (int i = (int) Math.max(1, fromSequence); i <= records.size(); i++) {
            WrittenRecord record = records.get(i - 1);
            byte[] payload = record.payload();
            delivered++;
            if (!visitor.visit(i, record.typeCode(), WalRecordStatus.COMMITTED, 1, payload, 0, payload.length)) {
                break;
            }
        }
        return delivered;
    }

    @Override
    public WalIdentity identity() {
        return identity;
    }

    @Override
    public WalRecovery recovery() {
        return new WalRecovery(
                RecoveryMode.TORN_TAIL, false, false, 1, lastSequence(), 0, 0, 0, List.of(), Duration.ZERO);
    }

    @Override
    public long firstSequence() {
        return 1;
    }

    @Override
    public synchronized long lastSequence() {
        return records.size();
    }

    @Override
    public synchronized long durableSequence() {
        return durable;
    }

    @Override
    public HybridTimestamp lastTimestamp() {
        return HybridTimestamp.ZERO;
    }

    @Override
    public WalStats stats() {
        return new WalStats(1, lastSequence(), durableSequence(), 0, 0, 0, 1, 0);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new SoftadastraException(StorageErrors.failed("close WAL", e));
        }
    }
}

package softadastra.wal.tck.example;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import softadastra.core.ErrorCode;
import softadastra.core.HybridClock;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalRecovery;
import softadastra.wal.spi.WalStats;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/** One file of frames: length, CRC of what follows, timestamp, count; then type, length and payload of each record. */
final class DiaryLog implements WalLog {
    private static final int HEADER = 20;
    private static final int CHECKED = 8;
    private static final String CLOSED = "the log is closed";

    private record Entry(int type, long timestamp, ByteBuffer payload) {}

    private final StorageFile file;
    private final WalIdentity identity;
    private final HybridClock clock;
    private final List<Entry> entries = new ArrayList<>();
    private final WalRecovery recovery;
    private final byte[] found;
    private int end;
    private long size;
    private long durable;
    private long newest;
    private boolean writable;
    private String refusal = "the log is open for reading only";
    private ErrorCode refusalCode = ErrorCode.INVALID_STATE;

    DiaryLog(StorageFile file, WalConfig config, WalIdentity identity, boolean created) throws IOException {
        this.file = file;
        this.identity = identity;
        this.found = new byte[Math.toIntExact(file.size())];
        int length = file.read(0, found, 0, found.length);
        while (isFrame(found, end, length)) {
            end += take(found, end);
        }
        size = end;
        durable = entries.size();
        clock = HybridClock.startAfter(config.clock(), HybridTimestamp.ofPacked(newest));
        recovery = new WalRecovery(
                config.recovery(),
                created,
                end == length,
                1,
                durable,
                durable,
                end,
                length - end,
                List.of(),
                Duration.ZERO);
    }

    /** Cuts a torn tail off, and makes the rest durable: it may be in the page cache only, and marked clean there. */
    void makeDurable() throws IOException {
        file.truncate(end);
        file.write(0, found, 0, end);
        file.force();
        writable = true;
    }

    private static boolean isFrame(byte[] bytes, int at, int length) {
        ByteBuffer fields = ByteBuffer.wrap(bytes);
        return length - at >= HEADER
                && fields.getInt(at) >= HEADER
                && fields.getInt(at) <= length - at
                && fields.getInt(at + 4) == checksum(bytes, at, fields.getInt(at));
    }

    private static int checksum(byte[] bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at + CHECKED, length - CHECKED);
        return (int) crc.getValue();
    }

    /** Adds the records of a frame; its length. */
    private int take(byte[] bytes, int at) {
        ByteBuffer frame = ByteBuffer.wrap(bytes).position(at + CHECKED);
        long timestamp = frame.getLong();
        newest = HybridTimestamp.comparePacked(newest, timestamp) > 0 ? newest : timestamp;
        for (int left = frame.getInt(); left > 0; left--) {
            int type = frame.getInt();
            int length = frame.getInt();
            entries.add(new Entry(type, timestamp, frame.slice(frame.position(), length)));
            frame.position(frame.position() + length);
        }
        return frame.position() - at;
    }

    @Override
    public synchronized long submit(WalBatch batch) {
        requireWritable("append WAL record");
        if (batch.size() == 0) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "failed to append WAL record: the batch is empty");
        }
        if (batch.bytes() > WalBatch.MAX_BYTES) {
            throw new SoftadastraException(
                    ErrorCode.RECORD_TOO_LARGE, "failed to append WAL record: it has " + batch.bytes() + " bytes");
        }
        byte[] frame = encode(batch);
        try {
            file.write(size, frame, 0, frame.length);
        } catch (IOException e) {
            throw poisoned("append WAL record", e);
        }
        size += take(frame, 0);
        return entries.size();
    }

    private byte[] encode(WalBatch batch) {
        long given = batch.timestamp();
        clock.atLeast(HybridTimestamp.ofPacked(given));
        int length = Math.toIntExact(HEADER + batch.bytes() + 8L * batch.size());
        ByteBuffer frame = ByteBuffer.allocate(length).putInt(length).putInt(0);
        frame.putLong(given != 0 ? given : clock.nowPacked()).putInt(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            frame.putInt(batch.typeCode(i)).putInt(batch.length(i));
            frame.put(batch.array(i), batch.offset(i), batch.length(i));
        }
        return frame.putInt(4, checksum(frame.array(), 0, length)).array();
    }

    @Override
    public synchronized void awaitDurable(long sequence) {
        if (sequence > entries.size()) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "failed to flush WAL: sequence " + sequence + " was not appended yet");
        }
        if (sequence > durable) {
            flush();
        }
    }

    @Override
    public synchronized void flush() {
        requireWritable("flush WAL");
        try {
            file.force();
        } catch (IOException e) {
            throw poisoned("flush WAL", e);
        }
        durable = entries.size();
    }

    private void requireWritable(String operation) {
        if (!writable) {
            throw new SoftadastraException(refusalCode, "failed to " + operation + ": " + refusal);
        }
    }

    /** After a failure nobody knows what is on the disk: nothing more is accepted until the log is opened again. */
    private SoftadastraException poisoned(String operation, IOException cause) {
        writable = false;
        refusalCode = StorageErrors.code(cause);
        refusal = "an earlier write or force failed";
        return StorageErrors.failed(operation, cause).toException();
    }

    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        List<Entry> there = snapshot();
        long known = durableSequence();
        long delivered = 0;
        for (long sequence = Math.max(1, fromSequence); sequence <= there.size(); sequence++) {
            Entry entry = there.get((int) sequence - 1);
            ByteBuffer payload = entry.payload;
            WalRecordStatus status = sequence <= known ? WalRecordStatus.COMMITTED : WalRecordStatus.PENDING;
            delivered++;
            if (!visitor.visit(
                    sequence,
                    entry.type,
                    status,
                    entry.timestamp,
                    payload.array(),
                    payload.arrayOffset(),
                    payload.remaining())) {
                break;
            }
        }
        return delivered;
    }

    private synchronized List<Entry> snapshot() {
        if (refusal.equals(CLOSED)) {
            throw new SoftadastraException(ErrorCode.INVALID_STATE, "failed to read WAL: " + CLOSED);
        }
        return List.copyOf(entries);
    }

    @Override
    public synchronized void close() {
        if (refusal.equals(CLOSED)) {
            return;
        }
        try (file) {
            if (writable) {
                flush();
            }
        } catch (IOException e) {
            throw StorageErrors.failed("close WAL", e).toException();
        } finally {
            writable = false;
            refusalCode = ErrorCode.INVALID_STATE;
            refusal = CLOSED;
        }
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
    public long firstSequence() {
        return 1;
    }

    @Override
    public synchronized long lastSequence() {
        return entries.size();
    }

    @Override
    public synchronized long durableSequence() {
        return durable;
    }

    @Override
    public synchronized HybridTimestamp lastTimestamp() {
        return HybridTimestamp.ofPacked(newest);
    }

    @Override
    public synchronized WalStats stats() {
        return new WalStats(1, lastSequence(), durable, lastSequence() - recovery.lastSequence(), 0, 0, 1, size);
    }
}

package example.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
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

/**
 * Frames one behind the other. A frame: length of its body, CRC of what follows, timestamp, number of records; the body:
 * type, length and payload of each.
 */
final class JournalLog implements WalLog {
    private static final int HEADER = Integer.BYTES + Integer.BYTES + Long.BYTES + Integer.BYTES;
    private static final int CHECKED = Long.BYTES + Integer.BYTES;

    private final StorageFile file;
    private final WalIdentity identity;
    private final boolean writable;
    private final WalRecovery recovery;
    private final HybridClock clock;

    private long end;
    private long lastSequence;
    private long lastTimestamp;
    private long durableSequence;
    private long appended;
    private long batches;
    private long forces;
    private boolean failed;
    private boolean closed;

    JournalLog(StorageFile file, WalConfig config, WalIdentity identity, boolean writable, boolean created)
            throws IOException {
        this.file = file;
        this.identity = identity;
        this.writable = writable;
        Frame frame = frame(0);
        while (frame != null) {
            end = frame.end;
            lastSequence += frame.count;
            lastTimestamp = later(lastTimestamp, frame.timestamp);
            frame = frame(end);
        }
        long torn = file.size() - end;
        if (writable && torn > 0) {
            file.truncate(end);
        }
        if (writable) {
            file.force();
        }
        this.durableSequence = lastSequence;
        this.clock = HybridClock.startAfter(config.clock(), HybridTimestamp.ofPacked(lastTimestamp));
        this.recovery = new WalRecovery(
                config.recovery(), created, torn == 0, 1, lastSequence, lastSequence, end, torn, List.of(), Duration.ZERO);
    }

    private record Frame(long timestamp, int count, long end, byte[] body) {}

    /** The frame at a position, null if there is none that verifies. */
    private Frame frame(long position) throws IOException {
        byte[] header = new byte[HEADER];
        if (file.read(position, header, 0, HEADER) < HEADER) {
            return null;
        }
        ByteBuffer fields = ByteBuffer.wrap(header);
        int length = fields.getInt();
        int expected = fields.getInt();
        long stop = position + HEADER + length;
        if (length < 0 || stop > file.size()) {
            return null;
        }
        byte[] body = new byte[length];
        file.read(position + HEADER, body, 0, length);
        CRC32C crc = new CRC32C();
        crc.update(header, HEADER - CHECKED, CHECKED);
        crc.update(body);
        return (int) crc.getValue() == expected ? new Frame(fields.getLong(), fields.getInt(), stop, body) : null;
    }

    @Override
    public synchronized long submit(WalBatch batch) {
        require("append WAL record");
        if (batch.size() == 0) {
            throw new SoftadastraException(ErrorCode.INVALID_ARGUMENT, "failed to append WAL record: the batch is empty");
        }
        if (batch.bytes() > WalBatch.MAX_BYTES) {
            throw new SoftadastraException(
                    ErrorCode.RECORD_TOO_LARGE, "failed to append WAL record: it has " + batch.bytes() + " bytes");
        }
        long timestamp = batch.timestamp();
        if (timestamp == 0) {
            timestamp = clock.nowPacked();
        } else {
            clock.atLeast(HybridTimestamp.ofPacked(timestamp));
        }
        byte[] frame = encode(batch, timestamp);
        try {
            file.write(end, frame, 0, frame.length);
        } catch (IOException e) {
            throw poison("append WAL record", e);
        }
        end += frame.length;
        lastSequence += batch.size();
        lastTimestamp = later(lastTimestamp, timestamp);
        appended += batch.size();
        batches++;
        return lastSequence;
    }

    private static byte[] encode(WalBatch batch, long timestamp) {
        int length = Math.toIntExact(batch.bytes()) + batch.size() * 2 * Integer.BYTES;
        ByteBuffer frame = ByteBuffer.allocate(HEADER + length);
        frame.putInt(length).putInt(0).putLong(timestamp).putInt(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            frame.putInt(batch.typeCode(i)).putInt(batch.length(i));
            frame.put(batch.array(i), batch.offset(i), batch.length(i));
        }
        CRC32C crc = new CRC32C();
        crc.update(frame.array(), HEADER - CHECKED, CHECKED + length);
        return frame.putInt(Integer.BYTES, (int) crc.getValue()).array();
    }

    @Override
    public synchronized void awaitDurable(long sequence) {
        if (sequence > lastSequence) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "failed to flush WAL: sequence " + sequence + " was not appended yet");
        }
        if (sequence > durableSequence) {
            flush();
        }
    }

    @Override
    public synchronized void flush() {
        require("flush WAL");
        force();
    }

    private void force() {
        try {
            file.force();
        } catch (IOException e) {
            throw poison("flush WAL", e);
        }
        forces++;
        durableSequence = lastSequence;
    }

    @Override
    public long read(long fromSequence, WalRecordVisitor visitor) {
        long stop = readableEnd();
        long durable = durableSequence();
        long sequence = 1;
        long delivered = 0;
        long position = 0;
        while (position < stop) {
            Frame frame = verified(position, sequence);
            ByteBuffer body = ByteBuffer.wrap(frame.body);
            for (int i = 0; i < frame.count; i++, sequence++) {
                int type = body.getInt();
                int length = body.getInt();
                int offset = body.position();
                body.position(offset + length);
                if (sequence >= fromSequence) {
                    delivered++;
                    if (!visitor.visit(
                            sequence,
                            type,
                            sequence <= durable ? WalRecordStatus.COMMITTED : WalRecordStatus.PENDING,
                            frame.timestamp,
                            frame.body,
                            offset,
                            length)) {
                        return delivered;
                    }
                }
            }
            position = frame.end;
        }
        return delivered;
    }

    private synchronized long readableEnd() {
        if (closed) {
            throw closed("read WAL");
        }
        return end;
    }

    private Frame verified(long position, long sequence) {
        try {
            Frame frame = frame(position);
            if (frame == null) {
                throw new SoftadastraException(
                        ErrorCode.CORRUPTION,
                        "corrupted WAL record at sequence " + sequence + " at byte offset " + position);
            }
            return frame;
        } catch (IOException e) {
            throw StorageErrors.failed("read WAL", e).toException();
        }
    }

    private void require(String operation) {
        if (closed) {
            throw closed(operation);
        }
        if (failed || !writable) {
            throw new SoftadastraException(
                    failed ? ErrorCode.IO_ERROR : ErrorCode.INVALID_STATE,
                    "failed to " + operation + ": " + (failed ? "an earlier write failed" : "the log is open for reading"));
        }
    }

    private static SoftadastraException closed(String operation) {
        return new SoftadastraException(ErrorCode.INVALID_STATE, "failed to " + operation + ": the log is closed");
    }

    private SoftadastraException poison(String operation, IOException cause) {
        failed = true;
        return StorageErrors.failed(operation, cause).toException();
    }

    private static long later(long one, long other) {
        return HybridTimestamp.comparePacked(one, other) >= 0 ? one : other;
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
        return lastSequence;
    }

    @Override
    public synchronized long durableSequence() {
        return durableSequence;
    }

    @Override
    public synchronized HybridTimestamp lastTimestamp() {
        return HybridTimestamp.ofPacked(lastTimestamp);
    }

    @Override
    public synchronized WalStats stats() {
        return new WalStats(1, lastSequence, durableSequence, appended, batches, forces, 1, end);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        try {
            if (writable && !failed) {
                force();
            }
        } finally {
            closed = true;
            try {
                file.close();
            } catch (IOException e) {
                throw StorageErrors.failed("close WAL", e).toException();
            }
        }
    }
}

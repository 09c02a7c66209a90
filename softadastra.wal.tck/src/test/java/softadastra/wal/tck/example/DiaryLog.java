package softadastra.wal.tck.example;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.zip.CRC32C;
import softadastra.wal.spi.SerialWalLog;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalDirectory;
import softadastra.wal.spi.storage.StorageFile;

/** One file of frames: length, CRC of what follows, timestamp, count; then type, length and payload of each record. */
final class DiaryLog extends SerialWalLog {
    private static final int HEADER = 20;
    private static final int CHECKED = 8;

    private record Entry(int type, long timestamp, ByteBuffer payload) {}

    private final StorageFile file;
    private final ConcurrentSkipListMap<Long, Entry> entries = new ConcurrentSkipListMap<>();
    private long size;

    DiaryLog(WalConfig config, WalDirectory directory) throws IOException {
        super(config, directory);
        file = directory.file("diary");
        byte[] found = new byte[Math.toIntExact(file.size())];
        int length = file.read(0, found, 0, found.length);
        int end = 0;
        while (isFrame(found, end, length)) {
            ByteBuffer frame = ByteBuffer.wrap(found, end, length - end).slice();
            take(frame, lastSequence() + 1);
            found(frame.getInt(16), frame.getLong(8));
            end += frame.getInt(0);
        }
        recovered(end, length - end);
        size = end;
        if (directory.isOwned()) {
            makeDurable(found);
        }
    }

    /** Cuts a torn tail off, and makes the rest durable: it may be in the page cache only, and marked clean there. */
    private void makeDurable(byte[] found) throws IOException {
        file.truncate(size);
        file.write(0, found, 0, (int) size);
        file.force();
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

    /** Keeps the records of a frame, for readers. */
    private void take(ByteBuffer frame, long firstSequence) {
        long timestamp = frame.getLong(8);
        int at = HEADER;
        for (int i = 0; i < frame.getInt(16); i++) {
            ByteBuffer payload = frame.slice(at + 8, frame.getInt(at + 4));
            entries.put(firstSequence + i, new Entry(frame.getInt(at), timestamp, payload));
            at += 8 + payload.remaining();
        }
    }

    @Override
    protected int write(WalBatch batch, long firstSequence, long timestamp) throws IOException {
        int length = Math.toIntExact(HEADER + batch.bytes() + 8L * batch.size());
        ByteBuffer frame = ByteBuffer.allocate(length).putInt(length).putInt(0);
        frame.putLong(timestamp).putInt(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            frame.putInt(batch.typeCode(i)).putInt(batch.length(i));
            frame.put(batch.array(i), batch.offset(i), batch.length(i));
        }
        frame.putInt(4, checksum(frame.array(), 0, length));
        file.write(size, frame.array(), 0, length);
        size += length;
        take(frame, firstSequence);
        return length;
    }

    @Override
    protected void force() throws IOException {
        file.force();
    }

    @Override
    protected void read(long fromSequence, long throughSequence, Sink sink) {
        for (Map.Entry<Long, Entry> at :
                entries.subMap(fromSequence, true, throughSequence, true).entrySet()) {
            Entry entry = at.getValue();
            if (!sink.record(at.getKey(), entry.type, entry.timestamp, entry.payload)) {
                return;
            }
        }
    }
}

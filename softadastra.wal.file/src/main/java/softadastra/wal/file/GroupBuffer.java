package softadastra.wal.file;

import java.util.Arrays;
import java.util.zip.CRC32C;
import softadastra.wal.spi.WalBatch;

/** Frames that were accepted and are yet to be written: consecutive bytes of one segment. Guarded by its log's lock. */
final class GroupBuffer {

    private static final int INITIAL_BYTES = 8 << 10;

    /** A buffer that one large record made this much larger is given back when it was written. */
    private static final int KEPT_BYTES = 8 << 20;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int length;
    private long offset;
    private final CRC32C crc = new CRC32C();
    private final HeaderCrc headerCrc = new HeaderCrc();

    /** Empties the buffer; what comes next starts at an offset of the file. */
    void reset(long fileOffset) {
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[INITIAL_BYTES];
        }
        length = 0;
        offset = fileOffset;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Where in the file the first byte goes. */
    long offset() {
        return offset;
    }

    /** Where in the file the next frame will start. */
    long end() {
        return offset + length;
    }

    /** The size of the body that a batch will have. */
    static long bodyBytes(WalBatch batch) {
        if (batch.size() == 1) {
            return batch.length(0);
        }
        long body = varintBytes(batch.size()) + batch.bytes();
        for (int i = 0; i < batch.size(); i++) {
            body += varintBytes(batch.typeCode(i)) + varintBytes(batch.length(i));
        }
        return body;
    }

    /**
     * Adds a batch as a frame.
     *
     * @return the header CRC of the frame, for the next one to chain to
     */
    int add(WalBatch batch, int body, long sequence, long timestamp, long durable, int chain, int salt) {
        if (batch.size() == 1) {
            return add(
                    batch.typeCode(0),
                    batch.array(0),
                    batch.offset(0),
                    body,
                    sequence,
                    timestamp,
                    durable,
                    chain,
                    salt);
        }
        int start = begin(body);
        int at = putVarint(start + Frame.HEADER_BYTES, batch.size());
        for (int i = 0; i < batch.size(); i++) {
            at = putVarint(at, batch.typeCode(i));
            at = putVarint(at, batch.length(i));
            System.arraycopy(batch.array(i), batch.offset(i), bytes, at, batch.length(i));
            at += batch.length(i);
        }
        return finish(start, body, Frame.BATCH, 0, sequence, timestamp, durable, chain, salt);
    }

    /** Adds a record as a frame; as {@link #add(WalBatch, int, long, long, long, int, int)}. */
    int add(
            int type,
            byte[] payload,
            int payloadOffset,
            int body,
            long sequence,
            long timestamp,
            long durable,
            int chain,
            int salt) {
        int start = begin(body);
        System.arraycopy(payload, payloadOffset, bytes, start + Frame.HEADER_BYTES, body);
        return finish(start, body, Frame.SINGLE, type, sequence, timestamp, durable, chain, salt);
    }

    /** Adds a frame of the log's own bookkeeping. */
    int addBookkeeping(int kind, long nextSequence, long timestamp, long durable, int chain, int salt) {
        return finish(begin(0), 0, kind, 0, nextSequence, timestamp, durable, chain, salt);
    }

    /** Adds the frame that ends a segment, and says how large the file of the next one is. */
    int addContinued(long nextFileBytes, long nextSequence, long timestamp, long durable, int chain, int salt) {
        int start = begin(Frame.CONTINUED_BODY);
        LittleEndian.putLong(bytes, start + Frame.HEADER_BYTES, nextFileBytes);
        return finish(start, Frame.CONTINUED_BODY, Frame.CONTINUED, 0, nextSequence, timestamp, durable, chain, salt);
    }

    private int begin(int body) {
        int frame = (int) Frame.bytes(body);
        int needed = Math.addExact(length, frame);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * bytes.length, Integer.MAX_VALUE - 16)));
        }
        // The padding is under the CRC, and the array may hold older frames.
        LittleEndian.putLong(bytes, length + frame - Frame.ALIGNMENT, 0);
        return length;
    }

    private int finish(
            int start, int body, int kind, int type, long sequence, long timestamp, long durable, int chain, int salt) {
        int frame = (int) Frame.bytes(body);
        LittleEndian.putInt(bytes, start + Frame.LENGTH_AT, body);
        bytes[start + Frame.KIND_AT] = (byte) kind;
        bytes[start + Frame.FLAGS_AT] = 0;
        LittleEndian.putShort(bytes, start + Frame.TYPE_AT, type);
        LittleEndian.putLong(bytes, start + Frame.SEQUENCE_AT, sequence);
        LittleEndian.putLong(bytes, start + Frame.TIMESTAMP_AT, timestamp);
        LittleEndian.putInt(bytes, start + Frame.LAG_AT, Frame.lag(sequence, durable));
        LittleEndian.putInt(bytes, start + Frame.CHAIN_AT, chain);
        crc.reset();
        crc.update(bytes, start + Frame.HEADER_BYTES, frame - Frame.HEADER_BYTES);
        LittleEndian.putInt(bytes, start + Frame.BODY_CRC_AT, (int) crc.getValue());
        int ownCrc = headerCrc.of(bytes, start, salt, offset + start);
        LittleEndian.putInt(bytes, start + Frame.HEADER_CRC_AT, ownCrc);
        length += frame;
        return ownCrc;
    }

    private int putVarint(int at, int value) {
        int rest = value;
        int next = at;
        while ((rest & ~0x7F) != 0) {
            bytes[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[next++] = (byte) rest;
        return next;
    }

    private static int varintBytes(int value) {
        return Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(value) + 6) / 7);
    }
}

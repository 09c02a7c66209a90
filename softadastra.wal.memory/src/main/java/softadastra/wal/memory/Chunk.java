package softadastra.wal.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordVisitor;

/**
 * One array with records of ascending sequences, one behind the other; a record never spans two chunks.
 *
 * <pre>
 * +-----------------+---------------+-------------------+---------------+
 * | length: 4 bytes | type: 2 bytes | timestamp: 8 bytes | payload       |
 * +-----------------+---------------+-------------------+---------------+
 * </pre>
 *
 * <p>The log's lock orders the writes. A reader that learned the last sequence under that lock may read up to it without:
 * what is below is never written again. Chunks are linked forwards only, so that a reader keeps from the garbage collector
 * just what it has yet to read, and a log that forgets its past needs no account of who reads.
 */
final class Chunk {

    /** The bytes a record takes beyond its payload. */
    static final int HEADER = 14;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long firstSequence;
    private final byte[] bytes;
    private int used;
    private volatile @Nullable Chunk next;

    Chunk(long firstSequence, int capacity) {
        this.firstSequence = firstSequence;
        this.bytes = new byte[capacity];
    }

    /** The bytes a batch takes. */
    static long bytesFor(WalBatch batch) {
        return batch.bytes() + (long) HEADER * batch.size();
    }

    long firstSequence() {
        return firstSequence;
    }

    int capacity() {
        return bytes.length;
    }

    int free() {
        return bytes.length - used;
    }

    void linkTo(Chunk following) {
        next = following;
    }

    @Nullable
    Chunk next() {
        return next;
    }

    /** Copies a batch behind what is there; the caller has made sure of the room. */
    void append(WalBatch batch, long timestamp) {
        int at = used;
        for (int i = 0; i < batch.size(); i++) {
            int length = batch.length(i);
            INT.set(bytes, at, length);
            SHORT.set(bytes, at + 4, (short) batch.typeCode(i));
            LONG.set(bytes, at + 6, timestamp);
            System.arraycopy(batch.array(i), batch.offset(i), bytes, at + HEADER, length);
            at += HEADER + length;
        }
        used = at;
    }

    /**
     * Hands over the records of this chunk from one sequence to another, both included.
     *
     * @return how many were handed over; that number negated if the visitor has had enough
     */
    long visit(long from, long to, WalRecordVisitor visitor) {
        int at = 0;
        long delivered = 0;
        for (long sequence = firstSequence; sequence <= to; sequence++) {
            int length = (int) INT.get(bytes, at);
            if (sequence >= from) {
                int typeCode = (short) SHORT.get(bytes, at + 4) & 0xFFFF;
                long timestamp = (long) LONG.get(bytes, at + 6);
                delivered++;
                if (!visitor.visit(
                        sequence, typeCode, WalRecordStatus.COMMITTED, timestamp, bytes, at + HEADER, length)) {
                    return -delivered;
                }
            }
            at += HEADER + length;
        }
        return delivered;
    }
}

package softadastra.store;

import softadastra.core.ByteReader;
import softadastra.core.MalformedDataException;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordVisitor;

/** Reads the records that a checkpoint carries on, one after the other. */
final class CarriedReader {

    /** What stands before a payload at most: three numbers and a length. */
    private static final int MAX_OVERHEAD = 8 + 4 * 10;

    private final WalCheckpointReader reader;
    private final long end;
    private long position;

    CarriedReader(WalCheckpointReader reader, long position, long end) {
        this.reader = reader;
        this.position = position;
        this.end = end;
    }

    /** Refuses bytes behind the last one. */
    void expectEnd() {
        if (position != end) {
            throw CheckpointHead.damaged("its carried records have another length", null);
        }
    }

    /** Hands over the next one. */
    void next(WalRecordVisitor target) {
        try {
            byte[] start = CheckpointHead.bytes(reader, position, (int) Math.min(MAX_OVERHEAD, end - position));
            ByteReader in = new ByteReader(start);
            int typeCode = (int) in.readVarint(Integer.MAX_VALUE);
            long timestamp = in.readLong();
            long sequence = in.readVarint(Long.MAX_VALUE);
            int length = (int) in.readVarint(Math.min(WalBatch.MAX_BYTES, in.remaining() + end - position));
            if (length > end - position - in.position()) {
                throw in.malformed("record of " + length + " bytes that reaches behind the last", in.position());
            }
            byte[] payload = CheckpointHead.bytes(reader, position + in.position(), length);
            position += in.position() + length;
            boolean unused = target.visit(sequence, typeCode, WalRecordStatus.COMMITTED, timestamp, payload, 0, length);
        } catch (MalformedDataException | IndexOutOfBoundsException e) {
            throw CheckpointHead.damaged("its carried records are malformed", e);
        }
    }
}

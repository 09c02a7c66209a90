package softadastra.store;

import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.MalformedDataException;
import softadastra.core.SoftadastraException;

/**
 * That a store's operations have another epoch from here on than its log has: the payload of a {@link
 * softadastra.wal.spi.WalRecordType#EPOCH} record.
 *
 * <pre>
 * renewal = version:u8 (1)  logEpoch:i64  epoch:i64  kept:varint
 * </pre>
 *
 * @param logEpoch the epoch of the log when it was written; in a log with another one it says nothing
 * @param epoch the epoch of operations behind it
 * @param kept the last operation of the epoch before that counts as held; those behind it stand for nothing that others know by
 *     these identities
 */
record Renewal(long logEpoch, long epoch, long kept) {

    private static final int VERSION = 1;

    byte[] encode() {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeLong(logEpoch);
        out.writeLong(epoch);
        out.writeVarint(kept);
        return out.toByteArray();
    }

    /**
     * Reads a record.
     *
     * @throws SoftadastraException DECODE_FAILED, naming the sequence
     */
    static Renewal read(long sequence, byte[] buffer, int offset, int length) {
        try {
            ByteReader in = new ByteReader(buffer, offset, length);
            int version = in.readByte();
            if (version != VERSION) {
                throw in.malformed("version " + version, 0);
            }
            Renewal renewal = new Renewal(in.readLong(), in.readLong(), in.readVarint(Long.MAX_VALUE));
            in.expectEnd();
            return renewal;
        } catch (MalformedDataException e) {
            throw e.toError("failed to decode epoch at sequence " + sequence).toException();
        }
    }
}

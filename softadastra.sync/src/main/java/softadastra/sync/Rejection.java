package softadastra.sync;

import java.nio.charset.StandardCharsets;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;

/**
 * That an operation was rejected for good, as notes and messages have it behind its id:
 *
 * <pre>
 * rejection = flags:u8 (bit 0: a removal)  key:utf8  stamp:i64  code:u8  reason:utf8
 *
 * code : 1 refused, 2 too large; others are for reasons to come
 * </pre>
 *
 * @param id the operation
 * @param key its key
 * @param removal whether it removes the key
 * @param stamp when it was written
 * @param code why
 * @param reason why, in words
 */
record Rejection(OperationId id, Key key, boolean removal, HybridTimestamp stamp, RejectionCode code, String reason) {

    private static final int MAX_REASON = 256;

    /** What a character takes at most. */
    private static final int MAX_REASON_BYTES = 3 * MAX_REASON;

    /** What one takes beside key and reason, about. */
    private static final int OVERHEAD = 128;

    /** A rejection, with as much of the reason as is told. */
    static Rejection of(OperationRecord operation, RejectionCode code, String reason) {
        String some = reason.substring(0, Math.min(reason.length(), MAX_REASON));
        return new Rejection(
                operation.id(),
                operation.operation().key(),
                operation.operation().value().isEmpty(),
                operation.stamp(),
                code,
                // Half a character becomes a question mark.
                new String(some.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    /** What it takes in memory and in messages, about. */
    int size() {
        return OVERHEAD + key.length() + reason.length();
    }

    /** Writes all but the id. */
    void write(ByteWriter out) {
        out.writeByte(removal ? 1 : 0);
        out.writeUtf8(key.asString());
        out.writeLong(stamp.packed());
        out.writeByte(code.code());
        out.writeUtf8(reason);
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    static Rejection read(ByteReader in, OperationId id) {
        int position = in.position();
        int flags = in.readByte();
        if (flags > 1) {
            throw in.malformed("rejection with flags " + flags, position);
        }
        Key key = Key.of(in.readUtf8(Key.MAX_BYTES));
        HybridTimestamp stamp = HybridTimestamp.ofPacked(in.readLong());
        RejectionCode code = RejectionCode.of(in.readByte());
        return new Rejection(id, key, flags == 1, stamp, code, in.readUtf8(MAX_REASON_BYTES));
    }
}

package softadastra.sync;

import java.nio.charset.StandardCharsets;
import java.util.List;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Standing;

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
 * @param code why; one that this release does not know stays what it is, for those who do
 * @param reason why, in words
 */
record Rejection(OperationId id, Key key, boolean removal, HybridTimestamp stamp, int code, String reason) {

    private static final int MAX_REASON = 256;

    /** What a character takes at most. */
    private static final int MAX_REASON_BYTES = 3 * MAX_REASON;

    /** What one takes beside key and reason, about. */
    private static final int OVERHEAD = 128;

    /** A rejection, with as much of the reason as is told. */
    static Rejection of(OperationRecord operation, RejectionCode code, String reason) {
        return new Rejection(
                operation.id(),
                operation.operation().key(),
                operation.operation().value().isEmpty(),
                operation.stamp(),
                code.code(),
                told(reason));
    }

    /** The same, of somebody who got what stands at a node, and so goes without it as that does. */
    Rejection at(NodeId node) {
        return new Rejection(id, key, removal, stamp, code, told("not at " + node + " either: " + reason));
    }

    /**
     * Whether to go without it makes no difference any more: it stands there, or what does would have taken its place.
     *
     * @param standing what stands under its key
     * @param keepsAll whether operations stand beside each other there
     * @param self the node where they stand, which knew what it went without when it wrote
     */
    boolean isPast(List<Standing> standing, boolean keepsAll, NodeId self) {
        for (Standing each : standing) {
            boolean isLater = LastWriteWins.compare(each.stamp(), each.id(), stamp, id) > 0;
            boolean hasReplaced =
                    !keepsAll || (standing.size() == 1 && each.id().node().equals(self));
            if (each.id().equals(id) || (isLater && hasReplaced)) {
                return true;
            }
        }
        return false;
    }

    private static String told(String reason) {
        String some = reason.substring(0, Math.min(reason.length(), MAX_REASON));
        // Half a character becomes a question mark.
        return new String(some.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
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
        out.writeByte(code);
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
        int code = in.readByte();
        return new Rejection(id, key, flags == 1, stamp, code, in.readUtf8(MAX_REASON_BYTES));
    }
}

package softadastra.sync;

import java.util.Optional;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Standing;
import softadastra.store.Value;

/**
 * Two operations on a key of which neither writer knew the other's: one of them became what stands there.
 *
 * <p>It is logged in the batch that decided it, as a note:
 *
 * <pre>
 * note = version:u8 (1)  flags:u8 (bit 0: the loser has a value)  key:utf8  winner  loser  loserStamp:i64  value:bytes (if any)
 * id   = node:utf8  epoch:i64  counter:varint
 * </pre>
 *
 * @param key the key
 * @param winner the one that stands
 * @param loser the other one
 * @param loserStamp when it was written
 * @param lost its value; empty if it was a removal
 */
public record Conflict(
        Key key, OperationId winner, OperationId loser, HybridTimestamp loserStamp, Optional<Value> lost) {

    /** The type code of the note. */
    static final int NOTE = 66;

    private static final int VERSION = 1;

    /** A conflict that what comes in has won. */
    static Conflict wonBy(OperationRecord incoming, Standing standing) {
        return new Conflict(standing.key(), incoming.id(), standing.id(), standing.stamp(), standing.value());
    }

    /** A conflict that what stands there has won. */
    static Conflict lostBy(OperationRecord incoming, Standing standing) {
        return new Conflict(
                standing.key(),
                standing.id(),
                incoming.id(),
                incoming.stamp(),
                incoming.operation().value());
    }

    byte[] encode() {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeByte(lost.isPresent() ? 1 : 0);
        out.writeUtf8(key.asString());
        write(out, winner);
        write(out, loser);
        out.writeLong(loserStamp.packed());
        lost.ifPresent(value -> out.writePrefixedBytes(value.bytes()));
        return out.toByteArray();
    }

    /** Writes an id as {@link #readId} reads it. */
    static void write(ByteWriter out, OperationId id) {
        out.writeUtf8(id.node().value());
        out.writeLong(id.epoch());
        out.writeVarint(id.counter());
    }

    /**
     * Reads a note.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    static Conflict decode(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int version = in.readByte();
        int flags = in.readByte();
        if (version != VERSION || flags > 1) {
            throw in.malformed("conflict of version " + version + " with flags " + flags, 0);
        }
        Key key = Key.of(in.readUtf8(Key.MAX_BYTES));
        OperationId winner = readId(in);
        OperationId loser = readId(in);
        HybridTimestamp stamp = HybridTimestamp.ofPacked(in.readLong());
        Optional<Value> lost =
                flags == 1 ? Optional.of(Value.of(in.readPrefixedBytes(Value.MAX_BYTES))) : Optional.empty();
        in.expectEnd();
        return new Conflict(key, winner, loser, stamp, lost);
    }

    /** Reads what {@link #write} has written. */
    static OperationId readId(ByteReader in) {
        int position = in.position();
        Result<NodeId> node = NodeId.of(in.readUtf8(NodeId.MAX_LENGTH));
        long epoch = in.readLong();
        long counter = in.readVarint(Long.MAX_VALUE);
        if (node.isErr() || counter < 1) {
            throw in.malformed("operation " + counter + " of a node", position);
        }
        return new OperationId(node.value(), epoch, counter);
    }
}

package softadastra.store;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;

/**
 * The payload of a {@link softadastra.wal.spi.WalRecordType#HELD} record, which stands behind operations that came without those they had replaced: what is held from there on.
 *
 * <pre>
 * raise = version:u8 (1)  count:varint  { node:utf8  epoch:i64  counter:varint } * count       in the order of {@link Origin}
 * </pre>
 *
 * <p>Whoever opens the log must understand it, since counters go on behind it.
 */
final class Raise {

    private static final int VERSION = 1;

    private Raise() {}

    static byte[] encode(CausalContext held) {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeVarint(held.counters().size());
        held.counters().forEach((origin, counter) -> {
            out.writeUtf8(origin.node().value());
            out.writeLong(origin.epoch());
            out.writeVarint(counter);
        });
        return out.toByteArray();
    }

    /**
     * Reads a record.
     *
     * @throws SoftadastraException DECODE_FAILED, naming the sequence
     */
    static Map<Origin, Long> read(long sequence, byte[] buffer, int offset, int length) {
        try {
            return read(new ByteReader(buffer, offset, length));
        } catch (MalformedDataException e) {
            SoftadastraError error = e.toError("failed to decode what is held at sequence " + sequence);
            throw new SoftadastraException(error);
        }
    }

    private static Map<Origin, Long> read(ByteReader in) {
        int version = in.readByte();
        if (version != VERSION) {
            throw in.malformed("version " + version, 0);
        }
        SortedMap<Origin, Long> counters = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            int position = in.position();
            Result<NodeId> node = NodeId.of(in.readUtf8(NodeId.MAX_LENGTH));
            if (node.isErr()) {
                throw in.malformed(node.error().message(), position);
            }
            Origin origin = new Origin(node.value(), in.readLong());
            long counter = in.readVarint(Long.MAX_VALUE);
            boolean inOrder = counters.isEmpty() || counters.lastKey().compareTo(origin) < 0;
            if (counter < 1 || !inOrder) {
                throw in.malformed("counter " + counter + " of " + origin, position);
            }
            counters.put(origin, counter);
        }
        in.expectEnd();
        return counters;
    }
}

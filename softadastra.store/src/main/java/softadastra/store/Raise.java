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
 * The payload of a {@link softadastra.wal.spi.WalRecordType#HELD} record: what is held from there on. It stands behind operations that
 * came without those they had replaced, or in the place of operations that are not wanted here.
 *
 * <pre>
 * raise = version:u8 (1 behind such operations; 2 in the place of some)
 *         count:varint  { node:utf8  epoch:i64  counter:varint } * count       in the order of {@link Origin}
 * </pre>
 *
 * <p>Whoever opens the log must understand it, since counters go on behind it. One in the place of no operations says that some may be
 * left out from there on: whoever does not know of that would tell others that it has them.
 *
 * @param counters what is held; of other origins it does not say
 * @param isSkip whether it stands in the place of operations, so that the log still says what happened before it
 */
record Raise(Map<Origin, Long> counters, boolean isSkip) {

    private static final int VERSION = 1;
    private static final int SKIP_VERSION = 2;

    static byte[] encode(CausalContext held) {
        return encode(VERSION, held.counters());
    }

    static byte[] encodeSkip(Map<Origin, Long> held) {
        return encode(SKIP_VERSION, new TreeMap<>(held));
    }

    private static byte[] encode(int version, SortedMap<Origin, Long> held) {
        ByteWriter out = new ByteWriter();
        out.writeByte(version);
        out.writeVarint(held.size());
        held.forEach((origin, counter) -> {
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
    static Raise read(long sequence, byte[] buffer, int offset, int length) {
        try {
            return read(new ByteReader(buffer, offset, length));
        } catch (MalformedDataException e) {
            SoftadastraError error = e.toError("failed to decode what is held at sequence " + sequence);
            throw new SoftadastraException(error);
        }
    }

    private static Raise read(ByteReader in) {
        int version = in.readByte();
        if (version != VERSION && version != SKIP_VERSION) {
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
        return new Raise(counters, version == SKIP_VERSION);
    }
}

package softadastra.store;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;

/**
 * The binary form of an {@link OperationRecord}: the payload of a log record.
 *
 * <pre>
 * local   = head:u8 (0x01)  epoch:i64  counter:varint  stamp:zigzag  version:varint  body
 * remote  = head:u8 (0x11)  effect:u8  [outcome]  node:utf8  epoch:i64  counter:varint  stamp:i64  version:varint
 *           contextKind:u8  count:varint  { node:utf8  epoch:i64  counter:varint } * count  body
 *
 * head        : bits 0-3 the version, 1; bit 4 remote; bits 5-7 features that a reader must know. Bit 5, with bit 4: a survivor,
 *               which came without those it had replaced; its counter does not follow on, and its context is empty. Bit 6, with
 *               bit 4: there is an outcome
 * stamp       : local: less the log record's timestamp; remote: its 64 bits
 * effect      : 1 won, 2 lost, 3 sibling; with an outcome also 4 beside, 5 merged, 6 rejected
 * outcome     : see {@link OutcomeCodec}
 * contextKind : 0 in full, 1 what changed since the operation before of the same origin
 * counter, version : from 1; the version of an operation that lost from 0
 * </pre>
 *
 * <p>The local form leaves out what the log says by itself: the node is the log's, the effect is won, and the context is
 * everything before it in the log. The entries of a context are in the order of {@link Origin}, so that each record has one
 * encoding. {@link OperationBody} has the body.
 *
 * <p>An instance is a decoder to be used for one payload after the other, without an object for each. Not thread-safe.
 */
final class OperationEnvelope {

    private static final int LOCAL = 0x01;
    private static final int REMOTE = 0x11;
    private static final int SURVIVOR = 0x31;
    private static final int OUTCOME = 0x40;
    private static final int CONTEXT_IN_FULL = 0;
    private static final int CONTEXT_DELTA = 1;

    /** What the local form adds to key and value at most, the body's own overhead included. */
    static final int MAX_LOCAL_OVERHEAD = 1 + 8 + 10 + 10 + 10 + OperationBody.MAX_OVERHEAD;

    private final ByteReader in = new ByteReader(new byte[0]);
    private final OperationBody body = new OperationBody();
    private Effect effect = Effect.WON;
    private Outcome outcome = Outcome.NONE;
    private @Nullable NodeId node;
    private long epoch;
    private long counter;
    private long stamp;
    private long version;
    private @Nullable CausalContext context;
    private boolean contextIsDelta;
    private boolean survivor;

    static void writeLocal(
            ByteWriter out,
            long epoch,
            long counter,
            long stampDelta,
            long version,
            OperationType type,
            Key key,
            byte @Nullable [] value) {
        out.writeByte(LOCAL);
        out.writeLong(epoch);
        out.writeVarint(counter);
        out.writeZigZag(stampDelta);
        out.writeVarint(version);
        OperationBody.write(out, type, key, value);
    }

    static void write(ByteWriter out, OperationRecord record, long recordTimestamp) {
        OperationId id = record.id();
        Operation operation = record.operation();
        if (record.context().isEmpty()) {
            writeLocal(
                    out,
                    id.epoch(),
                    id.counter(),
                    record.stamp().packed() - recordTimestamp,
                    record.version(),
                    operation.type(),
                    operation.key(),
                    operation.valueBytes());
            return;
        }
        writeRemote(out, record, REMOTE);
    }

    /** Writes an operation that came without those it had replaced. */
    static void writeSurvivor(ByteWriter out, OperationRecord record) {
        writeRemote(out, record, SURVIVOR);
    }

    private static void writeRemote(ByteWriter out, OperationRecord record, int head) {
        OperationId id = record.id();
        Operation operation = record.operation();
        boolean hasOutcome = record.effect().hasOutcome() || !record.outcome().equals(Outcome.NONE);
        out.writeByte(hasOutcome ? head | OUTCOME : head);
        out.writeByte(record.effect().code());
        if (hasOutcome) {
            OutcomeCodec.write(out, record.outcome());
        }
        out.writeUtf8(id.node().value());
        out.writeLong(id.epoch());
        out.writeVarint(id.counter());
        out.writeLong(record.stamp().packed());
        out.writeVarint(record.version());
        out.writeByte(record.contextIsDelta() ? CONTEXT_DELTA : CONTEXT_IN_FULL);
        Map<Origin, Long> counters = record.context().orElseThrow().counters();
        out.writeVarint(counters.size());
        counters.forEach((origin, known) -> {
            out.writeUtf8(origin.node().value());
            out.writeLong(origin.epoch());
            out.writeVarint(known);
        });
        OperationBody.write(out, operation.type(), operation.key(), operation.valueBytes());
    }

    private boolean isWithoutContext() {
        CausalContext read = context;
        return read != null && read.counters().isEmpty() && !contextIsDelta;
    }

    /**
     * Reads a payload.
     *
     * @throws softadastra.core.MalformedDataException if it is no operation of that type
     * @throws SoftadastraException UNSUPPORTED_VERSION
     */
    void read(int typeCode, long recordTimestamp, byte[] buffer, int offset, int length) {
        in.reset(buffer, offset, length);
        int head = in.readByte();
        survivor = (head & ~OUTCOME) == SURVIVOR;
        if (head == LOCAL) {
            readLocal(recordTimestamp);
        } else if (survivor || (head & ~OUTCOME) == REMOTE) {
            int position = in.position();
            readRemote((head & OUTCOME) != 0);
            if (survivor && !isWithoutContext()) {
                throw in.malformed("survivor with a context", position);
            }
        } else {
            throw new SoftadastraException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "unsupported operation record version " + (head & 0xF) + " with features " + (head >> 5)
                            + ": this release reads version 1");
        }
        int bodyPosition = in.position();
        body.read(in);
        if (body.type().code() != typeCode) {
            throw in.malformed("operation " + body.type() + " in a record of type " + typeCode, bodyPosition);
        }
    }

    private void readLocal(long recordTimestamp) {
        effect = Effect.WON;
        outcome = Outcome.NONE;
        node = null;
        context = null;
        contextIsDelta = false;
        epoch = in.readLong();
        counter = readFrom(1);
        stamp = recordTimestamp + in.readZigZag();
        version = readFrom(1);
    }

    private void readRemote(boolean hasOutcome) {
        int position = in.position();
        int effectCode = in.readByte();
        if (!Effect.isEffect(effectCode)
                || (!hasOutcome && Effect.ofCode(effectCode).hasOutcome())) {
            throw in.malformed("unknown effect " + effectCode, position);
        }
        effect = Effect.ofCode(effectCode);
        outcome = hasOutcome ? OutcomeCodec.read(in, effect) : Outcome.NONE;
        node = readNode();
        epoch = in.readLong();
        counter = readFrom(1);
        stamp = in.readLong();
        version = readFrom(effect == Effect.LOST ? 0 : 1);
        position = in.position();
        int kind = in.readByte();
        if (kind != CONTEXT_IN_FULL && kind != CONTEXT_DELTA) {
            throw in.malformed("unknown kind of context " + kind, position);
        }
        contextIsDelta = kind == CONTEXT_DELTA;
        context = readContext();
    }

    private CausalContext readContext() {
        int count = in.readCount();
        TreeMap<Origin, Long> counters = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            int position = in.position();
            Origin origin = new Origin(readNode(), in.readLong());
            if (!counters.isEmpty() && counters.lastKey().compareTo(origin) >= 0) {
                throw in.malformed("context is not in order", position);
            }
            counters.put(origin, readFrom(1));
        }
        return CausalContext.of(counters);
    }

    private NodeId readNode() {
        int position = in.position();
        String text = in.readUtf8(NodeId.MAX_LENGTH);
        Result<NodeId> read = NodeId.of(text);
        if (read.isErr()) {
            throw in.malformed(read.error().message(), position);
        }
        return read.value();
    }

    private long readFrom(long least) {
        int position = in.position();
        long number = in.readVarint(Long.MAX_VALUE);
        if (number < least) {
            throw in.malformed("number is below " + least, position);
        }
        return number;
    }

    boolean isLocal() {
        return node == null;
    }

    /** Whether it came without those it had replaced. */
    boolean isSurvivor() {
        return survivor;
    }

    Effect effect() {
        return effect;
    }

    Outcome outcome() {
        return outcome;
    }

    long epoch() {
        return epoch;
    }

    long counter() {
        return counter;
    }

    long stamp() {
        return stamp;
    }

    long version() {
        return version;
    }

    OperationBody body() {
        return body;
    }

    /** Who wrote it, where the local operations of the log are those of a given node. */
    Origin origin(NodeId logNode) {
        NodeId writer = node;
        return new Origin(writer == null ? logNode : writer, epoch);
    }

    OperationRecord toRecord(NodeId logNode) {
        return new OperationRecord(
                new OperationId(origin(logNode), counter),
                HybridTimestamp.ofPacked(stamp),
                version,
                effect,
                Optional.ofNullable(context),
                contextIsDelta,
                body.toOperation(),
                outcome);
    }
}

package softadastra.cli.control;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Function;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.store.Batch;
import softadastra.store.BatchResult;
import softadastra.store.ConditionalResult;
import softadastra.store.Entry;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationType;
import softadastra.store.PutResult;
import softadastra.store.RemoveResult;
import softadastra.store.StoreCheckpoint;
import softadastra.store.Value;

/** The binary form of what a store is asked and answers. */
final class StoreWire {
    private static final int BYTES = 0;
    private static final int TEXT = 1;

    private StoreWire() {}

    static void writeKey(ByteWriter out, Key key) {
        Wire.writeText(out, key.asString());
    }

    static Key readKey(ByteReader in) {
        return Key.of(Wire.readText(in));
    }

    static void writeValue(ByteWriter out, Value value) {
        byte[] bytes = value.bytes();
        if (value.equals(Value.of(bytes))) {
            out.writeByte(BYTES);
            out.writePrefixedBytes(bytes);
        } else {
            // Text without UTF-8: the store refuses it, in its own words.
            out.writeByte(TEXT);
            Wire.writeText(out, value.asString());
        }
    }

    static Value readValue(ByteReader in) {
        return in.readByte() == BYTES
                ? Value.of(in.readPrefixedBytes(Connection.MAX_FRAME))
                : Value.fromString(Wire.readText(in));
    }

    /** An entry; of one whose value does not matter, only that it has one. */
    static void writeEntry(ByteWriter out, Entry entry, boolean keyOnly) {
        writeKey(out, entry.key());
        writeValue(out, keyOnly ? Value.of(new byte[0]) : entry.value());
        out.writeVarint(entry.version());
        out.writeVarint(entry.sequence());
        out.writeLong(entry.timestamp().packed());
    }

    static void writeEntry(ByteWriter out, Entry entry) {
        writeEntry(out, entry, false);
    }

    static Entry readEntry(ByteReader in) {
        return new Entry(
                readKey(in), readValue(in), in.readVarint(), in.readVarint(), HybridTimestamp.ofPacked(in.readLong()));
    }

    static void writeQuery(ByteWriter out, EntryQuery query) {
        Wire.writeText(out, query.prefix());
        Wire.writeOptional(out, query.from(), Wire::writeText);
        Wire.writeOptional(out, query.to(), Wire::writeText);
        out.writeVarint(query.limit());
        Wire.writeFlag(out, query.keysOnly());
    }

    static EntryQuery readQuery(ByteReader in) {
        return new EntryQuery(
                Wire.readText(in),
                Wire.readOptional(in, Wire::readText),
                Wire.readOptional(in, Wire::readText),
                in.readVarint(Long.MAX_VALUE),
                Wire.readFlag(in));
    }

    static void writeCondition(ByteWriter out, Condition condition) {
        Wire.writeFlag(out, condition.absent());
        out.writeVarint(condition.sequence());
    }

    static Condition readCondition(ByteReader in) {
        return new Condition(Wire.readFlag(in), in.readVarint(Long.MAX_VALUE));
    }

    static <T> void writeConditional(ByteWriter out, ConditionalResult<T> result, BiConsumer<ByteWriter, T> writer) {
        Wire.writeOptional(out, result.written(), writer);
        Wire.writeOptional(out, result.current(), StoreWire::writeEntry);
    }

    static <T> ConditionalResult<T> readConditional(ByteReader in, Function<ByteReader, T> reader) {
        return new ConditionalResult<>(Wire.readOptional(in, reader), Wire.readOptional(in, StoreWire::readEntry));
    }

    static void writePut(ByteWriter out, PutResult result) {
        Wire.writeFlag(out, result.created());
        Wire.writeFlag(out, result.updated());
        out.writeVarint(result.version());
        out.writeVarint(result.sequence());
    }

    static PutResult readPut(ByteReader in) {
        return new PutResult(Wire.readFlag(in), Wire.readFlag(in), in.readVarint(), in.readVarint());
    }

    static void writeRemove(ByteWriter out, RemoveResult result) {
        Wire.writeFlag(out, result.deleted());
        writeKey(out, result.key());
        out.writeVarint(result.version());
    }

    static RemoveResult readRemove(ByteReader in) {
        return new RemoveResult(Wire.readFlag(in), readKey(in), in.readVarint());
    }

    static void writeBatch(ByteWriter out, Batch batch) {
        out.writeVarint(batch.size());
        for (Operation operation : batch.operations()) {
            Wire.writeFlag(out, operation.type() == OperationType.DELETE);
            writeKey(out, operation.key());
            operation.value().ifPresent(value -> writeValue(out, value));
        }
    }

    static Batch readBatch(ByteReader in) {
        Batch batch = new Batch();
        int count = in.readCount();
        for (int i = 0; i < count; i++) {
            Batch unused = Wire.readFlag(in) ? batch.remove(readKey(in)) : batch.put(readKey(in), readValue(in));
        }
        return batch;
    }

    static void writeBatchResult(ByteWriter out, BatchResult result) {
        out.writeVarint(result.created());
        out.writeVarint(result.updated());
        out.writeVarint(result.deleted());
        out.writeVarint(result.missing());
        out.writeVarint(result.firstSequence());
        out.writeVarint(result.lastSequence());
    }

    static BatchResult readBatchResult(ByteReader in) {
        return new BatchResult(readInt(in), readInt(in), readInt(in), readInt(in), in.readVarint(), in.readVarint());
    }

    private static int readInt(ByteReader in) {
        return (int) in.readVarint(Integer.MAX_VALUE);
    }

    static void writeCheckpoint(ByteWriter out, StoreCheckpoint checkpoint) {
        out.writeVarint(checkpoint.sequence());
        out.writeVarint(checkpoint.entries());
        out.writeVarint(checkpoint.bytes());
        out.writeVarint(checkpoint.duration().toNanos());
    }

    static StoreCheckpoint readCheckpoint(ByteReader in) throws SoftadastraException {
        return new StoreCheckpoint(
                in.readVarint(), in.readVarint(), in.readVarint(), Duration.ofNanos(in.readVarint(Long.MAX_VALUE)));
    }
}

package softadastra.sync;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.store.CausalContext;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;
import softadastra.store.Value;
import softadastra.sync.SyncMessage.State;

/** Writes a {@link SyncMessage}, in the form of {@link SyncMessageCodec}. For one message. */
final class SyncMessageWriter {

    /** What there is in a message, and around each operation, mostly. */
    private static final int USUAL_BYTES = 512;

    private static final int USUAL_OVERHEAD = 64;

    private final ByteWriter out;
    private final Map<Origin, Integer> indexes = new HashMap<>();

    private SyncMessageWriter(int usual) {
        out = new ByteWriter(usual);
    }

    static byte[] write(SyncMessage message) {
        int usual = USUAL_BYTES;
        for (OperationRecord operation : message.operations()) {
            usual += USUAL_OVERHEAD
                    + operation.operation().key().length()
                    + operation.operation().value().map(Value::length).orElse(0);
        }
        return new SyncMessageWriter(usual).writeAll(message);
    }

    private byte[] writeAll(SyncMessage message) {
        out.writeInt(SyncMessageCodec.MAGIC);
        out.writeByte(SyncMessageCodec.VERSION);
        Optional<Chunk> chunk = message.chunk();
        Refusals refusals = message.refusals();
        out.writeByte((chunk.isPresent() ? SyncMessageCodec.CHUNK : 0)
                | (message.state().whole() ? SyncMessageCodec.WHOLE : 0)
                | (refusals.isEmpty() ? 0 : SyncMessageCodec.REFUSALS)
                | (message.contents().isEmpty() ? 0 : SyncMessageCodec.CONTENTS)
                | (message.to().isPresent() ? SyncMessageCodec.TO : 0));
        Set<Origin> origins = origins(message.state());
        for (OperationRecord operation : message.operations()) {
            origins.add(operation.id().origin());
            origins.addAll(operation.context().orElseThrow().counters().keySet());
        }
        message.to().ifPresent(origins::add);
        message.skips().forEach(skip -> origins.add(skip.origin()));
        chunk.ifPresent(part -> {
            origins.addAll(part.cut().origins());
            part.survivors().forEach(survivor -> origins.add(survivor.id().origin()));
            part.rejected().forEach(each -> origins.add(each.id().origin()));
        });
        refusals.words().forEach(word -> {
            origins.add(word.by());
            origins.add(word.rejection().id().origin());
        });
        message.contents().entries().forEach(entry -> origins.add(entry.id().origin()));
        refusals.receipts().forEach(receipt -> {
            origins.add(receipt.by());
            origins.add(receipt.id().origin());
        });
        out.writeVarint(origins.size());
        for (Origin origin : origins) {
            indexes.put(origin, indexes.size());
            out.writeUtf8(origin.node().value());
            out.writeLong(origin.epoch());
        }
        writeState(message.state());
        out.writeVarint(message.operations().size());
        Map<Origin, CausalContext> before = new HashMap<>();
        message.operations().forEach(operation -> {
            writeWithoutContext(operation);
            writeContext(operation, before);
            writeBody(operation.operation());
        });
        chunk.ifPresent(this::writeChunk);
        if (!refusals.isEmpty()) {
            write(refusals);
        }
        if (!message.contents().isEmpty()) {
            write(message.contents());
        }
        message.to().ifPresent(to -> {
            writeOrigin(to);
            out.writeVarint(message.skips().size());
            message.skips().forEach(this::writeSkip);
        });
        CRC32C crc = new CRC32C();
        crc.update(out.array(), 0, out.length());
        out.writeInt((int) crc.getValue());
        return out.toByteArray();
    }

    private void write(Contents contents) {
        out.writeVarint(contents.sums().size());
        contents.sums().forEach(out::writeLong);
        out.writeVarint(contents.entries().size());
        contents.entries().forEach(entry -> {
            writeWithoutContext(entry);
            writeBody(entry.operation());
        });
    }

    private void write(Refusals refusals) {
        out.writeVarint(refusals.words().size());
        refusals.words().forEach(word -> {
            writeClaim(word.by(), word.rejection().id(), word.hops());
            word.rejection().write(out);
        });
        out.writeVarint(refusals.receipts().size());
        refusals.receipts().forEach(receipt -> writeClaim(receipt.by(), receipt.id(), receipt.hops()));
    }

    private void writeClaim(Origin by, OperationId id, int hops) {
        writeOrigin(by);
        writeOrigin(id.origin());
        out.writeVarint(id.counter());
        out.writeByte(hops);
    }

    private void writeSkip(Skip skip) {
        writeOrigin(skip.origin());
        out.writeVarint(skip.from());
        out.writeVarint(skip.through() - skip.from());
    }

    private void writeChunk(Chunk chunk) {
        out.writeByte((chunk.full() ? SyncMessageCodec.FULL : 0)
                | (chunk.behind().isPresent() ? SyncMessageCodec.BEHIND : 0)
                | (chunk.through().isPresent() ? SyncMessageCodec.THROUGH : 0)
                | (chunk.rejected().isEmpty() ? 0 : SyncMessageCodec.REJECTED));
        write(chunk.cut());
        chunk.behind().ifPresent(key -> out.writeUtf8(key.asString()));
        chunk.through().ifPresent(key -> out.writeUtf8(key.asString()));
        out.writeVarint(chunk.survivors().size());
        chunk.survivors().forEach(survivor -> {
            writeWithoutContext(survivor);
            writeBody(survivor.operation());
        });
        out.writeVarint(chunk.known().size());
        chunk.known().forEach(key -> out.writeUtf8(key.asString()));
        out.writeVarint(chunk.conflicts().size());
        chunk.conflicts().forEach(conflict -> out.writePrefixedBytes(conflict.encode()));
        if (!chunk.rejected().isEmpty()) {
            out.writeVarint(chunk.rejected().size());
            chunk.rejected().forEach(each -> {
                writeOrigin(each.id().origin());
                out.writeVarint(each.id().counter());
                each.write(out);
            });
        }
    }

    private static Set<Origin> origins(State state) {
        TreeSet<Origin> origins = new TreeSet<>(state.cut().held().origins());
        origins.add(state.from());
        origins.addAll(state.members().joined());
        origins.addAll(state.members().fenced().keySet());
        origins.addAll(state.lacking());
        origins.addAll(state.accused());
        origins.addAll(state.subscriptions().keySet());
        state.relayed().forEach((origin, relayed) -> {
            origins.add(origin);
            origins.addAll(relayed.cut().held().origins());
            origins.addAll(relayed.accused());
        });
        state.progress().ifPresent(progress -> origins.addAll(progress.cut().origins()));
        return origins;
    }

    private void writeState(State state) {
        writeOrigin(state.from());
        write(state.cut());
        write(state.members().joined());
        out.writeVarint(state.members().fenced().size());
        state.members().fenced().forEach((origin, limit) -> {
            writeOrigin(origin);
            out.writeVarint(limit == Members.OPEN ? 0 : limit + 1);
        });
        out.writeLong(state.want());
        out.writeLong(state.millis());
        write(state.lacking());
        write(state.accused());
        out.writeVarint(state.relayed().size());
        state.relayed().forEach((origin, relayed) -> {
            writeOrigin(origin);
            write(relayed.cut());
            out.writeLong(relayed.cut().members());
            out.writeVarint(relayed.silenceMillis());
            write(relayed.accused());
        });
        out.writeByte(state.progress().map(progress -> progress.full() ? 2 : 1).orElse(0));
        state.progress().ifPresent(progress -> {
            write(progress.cut());
            out.writeUtf8(progress.through().asString());
        });
        out.writeVarint(state.subscriptions().size());
        state.subscriptions().forEach((origin, subscription) -> {
            writeOrigin(origin);
            subscription.write(out);
        });
    }

    private void write(Cut cut) {
        out.writeVarint(cut.sequence());
        write(cut.held());
        out.writeLong(cut.promise());
        out.writeByte(cut.returning() ? 1 : 0);
    }

    private void write(Collection<Origin> origins) {
        out.writeVarint(origins.size());
        origins.forEach(this::writeOrigin);
    }

    private void writeOrigin(Origin origin) {
        Integer index = indexes.get(origin);
        if (index == null) {
            throw new IllegalStateException("no origin of this message: " + origin);
        }
        out.writeVarint(index);
    }

    private void write(Vector vector) {
        out.writeVarint(vector.size());
        vector.forEach((origin, counter) -> {
            writeOrigin(origin);
            out.writeVarint(counter);
        });
    }

    private void write(Map<Origin, Long> counters) {
        out.writeVarint(counters.size());
        counters.forEach((origin, counter) -> {
            writeOrigin(origin);
            out.writeVarint(counter);
        });
    }

    private void writeWithoutContext(OperationRecord record) {
        Operation operation = record.operation();
        Optional<HybridTimestamp> floor = record.outcome().floor();
        out.writeByte((operation.value().isPresent() ? 0 : SyncMessageCodec.REMOVAL)
                | (floor.isPresent() ? SyncMessageCodec.FLOOR : 0));
        writeOrigin(record.id().origin());
        out.writeVarint(record.id().counter());
        out.writeLong(record.stamp().packed());
        floor.ifPresent(above -> out.writeLong(above.packed()));
        out.writeVarint(record.version());
    }

    private void writeContext(OperationRecord record, Map<Origin, CausalContext> before) {
        CausalContext context = record.context().orElseThrow();
        CausalContext last = before.put(record.id().origin(), context);
        out.writeByte(last == null ? 0 : 1);
        write((last == null ? context : context.since(last)).counters());
    }

    private void writeBody(Operation operation) {
        out.writeUtf8(operation.key().asString());
        operation.value().ifPresent(value -> out.writePrefixedBytes(value.bytes()));
    }
}

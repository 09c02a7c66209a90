package softadastra.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Outcome;
import softadastra.store.Skip;
import softadastra.store.Value;
import softadastra.sync.SyncMessage.State;

/**
 * The binary form of a {@link SyncMessage}. Strict: nothing is made up, nothing is left over, and no count allocates more than the
 * bytes there are.
 *
 * <pre>
 * message   = magic:i32 "SYN1"  version:u8 (1)
 *             flags:u8 (bit 0: chunk; bit 1: whole; bit 2: refusals; bit 3: contents; bit 4: to)  origins  state
 *             count:varint  operation * count  chunk (if there is one)  refusals (if there are any)
 *             contents (if there are any)  [to:varint  skips]  crc:i32
 *                                                                              all numbers little-endian
 * origins   = count:varint  { node:utf8  epoch:i64 } * count                    in order, each once
 * state     = from:varint  cut  joined:set  count:varint  { origin:varint  limit + 1:varint } * count  want:i64  millis:i64
 *             lacking:set  count:varint  { origin:varint  cut  members:i64 } * count     each in order, see {@link State}
 *             progress  count:varint  { origin:varint  subscription } * count     see {@link Subscription}; in order
 * progress  = kind:u8 (0 none, 1, 2 in full)  held  key:bytes                  see {@link Progress}
 * cut       = sequence:varint  held  promise:i64                                see {@link Cut}
 * set       = count:varint  { origin:varint } * count                          in order
 * held      = count:varint  { origin:varint  counter:varint } * count          in order
 * operation = kind:u8 (bit 0: a removal; bit 1: floor, in a chunk)  origin:varint  counter:varint  stamp:i64  [floor:i64]
 *             version:varint  context (not in a chunk)  key:bytes  value:bytes (put)
 * context   = kind:u8 (0 in full, 1 what changed since the operation before of that origin in this message)  held
 * chunk     = flags:u8 (bit 0: full; bit 1: behind; bit 2: through)  held  behind:bytes  through:bytes
 *             count:varint  operation * count  count:varint  { known:bytes } * count  conflicts     see {@link Chunk}
 * skips     = count:varint  { origin:varint  from:varint  through - from:varint } * count
 * conflicts = count:varint  { note:bytes } * count                             see {@link Conflict}
 * refusals  = count:varint  { by:origin  of:origin  counter:varint  hops:u8  rejection } * count      see {@link Rejection}
 *             count:varint  { by:origin  of:origin  counter:varint  hops:u8 } * count                see {@link Refusals}
 * contents  = count:varint (1 or 256)  { sum:i64 } * count  count:varint  { operation } * count   as of a chunk; see {@link Contents}
 * crc       : CRC32C of all before it; a transport may hand over half a message
 * </pre>
 */
final class SyncMessageCodec {

    private static final int MAGIC = 0x314E5953;
    private static final int VERSION = 1;
    private static final int CHUNK = 1;
    private static final int WHOLE = 2;
    private static final int REFUSALS = 4;
    private static final int CONTENTS = 8;
    private static final int TO = 16;
    private static final int FULL = 1;
    private static final int BEHIND = 2;
    private static final int THROUGH = 4;
    private static final int REMOVAL = 1;
    private static final int FLOOR = 2;

    /** Stamps from the year 10,000 on are refused: above the last one nobody could ever write. */
    private static final long MAX_STAMP_MILLIS = 253_402_300_800_000L;

    /** What there is in a message, and around each operation, mostly. */
    private static final int USUAL_BYTES = 512;

    private static final int USUAL_OVERHEAD = 64;

    private final ByteWriter out;
    private final Map<Origin, Integer> indexes = new HashMap<>();

    private SyncMessageCodec(int usual) {
        out = new ByteWriter(usual);
    }

    static byte[] encode(SyncMessage message) {
        int usual = USUAL_BYTES;
        for (OperationRecord operation : message.operations()) {
            usual += USUAL_OVERHEAD
                    + operation.operation().key().length()
                    + operation.operation().value().map(Value::length).orElse(0);
        }
        return new SyncMessageCodec(usual).write(message);
    }

    private byte[] write(SyncMessage message) {
        out.writeInt(MAGIC);
        out.writeByte(VERSION);
        Optional<Chunk> chunk = message.chunk();
        Refusals refusals = message.refusals();
        out.writeByte((chunk.isPresent() ? CHUNK : 0)
                | (message.state().whole() ? WHOLE : 0)
                | (refusals.isEmpty() ? 0 : REFUSALS)
                | (message.contents().isEmpty() ? 0 : CONTENTS)
                | (message.to().isPresent() ? TO : 0));
        Set<Origin> origins = origins(message.state());
        for (OperationRecord operation : message.operations()) {
            origins.add(operation.id().origin());
            origins.addAll(operation.context().orElseThrow().counters().keySet());
        }
        message.to().ifPresent(origins::add);
        message.skips().forEach(skip -> origins.add(skip.origin()));
        chunk.ifPresent(part -> {
            origins.addAll(part.cut().counters().keySet());
            part.survivors().forEach(survivor -> origins.add(survivor.id().origin()));
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

    private static Contents readContents(ByteReader in, List<Origin> origins) {
        int position = in.position();
        int count = in.readCount();
        if (count != 1 && count != ContentSums.BUCKETS) {
            throw in.malformed(count + " sums", position);
        }
        List<Long> sums = new ArrayList<>();
        for (int i = count; i > 0; i--) {
            sums.add(in.readLong());
        }
        List<OperationRecord> entries = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            entries.add(readOperation(in, origins, new HashMap<>(), CausalContext.EMPTY));
        }
        return new Contents(sums, entries);
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

    private static Refusals readRefusals(ByteReader in, List<Origin> origins) {
        int position = in.position();
        List<Refusals.Word> words = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin by = readOrigin(in, origins);
            OperationId id = new OperationId(readOrigin(in, origins), readFromOne(in));
            int hops = in.readByte();
            words.add(new Refusals.Word(by, Rejection.read(in, id), hops));
        }
        List<Refusals.Receipt> receipts = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin by = readOrigin(in, origins);
            OperationId id = new OperationId(readOrigin(in, origins), readFromOne(in));
            receipts.add(new Refusals.Receipt(by, id, in.readByte()));
        }
        if (words.isEmpty() && receipts.isEmpty()) {
            throw in.malformed("refusals of nothing", position);
        }
        return new Refusals(words, receipts);
    }

    private void writeSkip(Skip skip) {
        writeOrigin(skip.origin());
        out.writeVarint(skip.from());
        out.writeVarint(skip.through() - skip.from());
    }

    private static List<Skip> readSkips(ByteReader in, List<Origin> origins) {
        List<Skip> skips = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin origin = readOrigin(in, origins);
            long from = readFromOne(in);
            skips.add(new Skip(origin, from, from + in.readVarint(Long.MAX_VALUE - from)));
        }
        return skips;
    }

    private void writeChunk(Chunk chunk) {
        out.writeByte((chunk.full() ? FULL : 0)
                | (chunk.behind().isPresent() ? BEHIND : 0)
                | (chunk.through().isPresent() ? THROUGH : 0));
        write(chunk.cut().counters());
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
    }

    private static Chunk readChunk(ByteReader in, List<Origin> origins, CausalContext known) {
        int position = in.position();
        int flags = in.readByte();
        if (flags > (FULL | BEHIND | THROUGH)) {
            throw in.malformed("part with flags " + flags, position);
        }
        Vector cut = new Vector(readCounters(in, origins));
        Optional<Key> behind = (flags & BEHIND) == 0 ? Optional.empty() : Optional.of(readKey(in));
        Optional<Key> through = (flags & THROUGH) == 0 ? Optional.empty() : Optional.of(readKey(in));
        List<OperationRecord> survivors = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            survivors.add(readOperation(in, origins, new HashMap<>(), known));
        }
        List<Key> there = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            there.add(readKey(in));
        }
        List<Conflict> conflicts = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            conflicts.add(Conflict.decode(in.readPrefixedBytes(in.remaining())));
        }
        return new Chunk(cut, (flags & FULL) != 0, behind, through, survivors, there, conflicts);
    }

    private static Key readKey(ByteReader in) {
        return Key.of(in.readUtf8(Key.MAX_BYTES));
    }

    private static Set<Origin> origins(State state) {
        TreeSet<Origin> origins = new TreeSet<>(state.cut().held().counters().keySet());
        origins.add(state.from());
        origins.addAll(state.members().joined());
        origins.addAll(state.members().fenced().keySet());
        origins.addAll(state.lacking());
        origins.addAll(state.subscriptions().keySet());
        state.relayed().forEach((origin, cut) -> {
            origins.add(origin);
            origins.addAll(cut.held().counters().keySet());
        });
        state.progress()
                .ifPresent(progress -> origins.addAll(progress.cut().counters().keySet()));
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
        out.writeVarint(state.relayed().size());
        state.relayed().forEach((origin, cut) -> {
            writeOrigin(origin);
            write(cut);
            out.writeLong(cut.members());
        });
        out.writeByte(state.progress().map(progress -> progress.full() ? 2 : 1).orElse(0));
        state.progress().ifPresent(progress -> {
            write(progress.cut().counters());
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
        write(cut.held().counters());
        out.writeLong(cut.promise());
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
        out.writeByte((operation.value().isPresent() ? 0 : REMOVAL) | (floor.isPresent() ? FLOOR : 0));
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

    /** Reads a message; DECODE_FAILED or UNSUPPORTED_VERSION for what is none. */
    static Result<SyncMessage> decode(byte[] bytes) {
        try {
            return Result.ok(read(bytes));
        } catch (MalformedDataException e) {
            return Result.err(e.toError("failed to decode sync message"));
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        }
    }

    private static SyncMessage read(byte[] bytes) {
        ByteReader in = new ByteReader(bytes, 0, Math.max(0, bytes.length - Integer.BYTES));
        if (in.readInt() != MAGIC) {
            throw in.malformed("no sync message", 0);
        }
        int version = in.readByte();
        int flags = in.readByte();
        if (version != VERSION || (flags & ~(CHUNK | WHOLE | REFUSALS | CONTENTS | TO)) != 0) {
            throw new SoftadastraException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "unsupported sync message version " + version + " with flags " + flags + ": this release reads "
                            + VERSION);
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        if (new ByteReader(bytes, bytes.length - Integer.BYTES, Integer.BYTES).readInt() != (int) crc.getValue()) {
            throw in.malformed("its sum is another one", bytes.length - Integer.BYTES);
        }
        List<Origin> origins = readOrigins(in);
        State state = readState(in, origins, (flags & WHOLE) != 0);
        int count = in.readCount();
        List<OperationRecord> operations = new ArrayList<>();
        Map<Origin, CausalContext> before = new HashMap<>();
        for (int i = 0; i < count; i++) {
            operations.add(readOperation(in, origins, before, null));
        }
        Optional<Chunk> chunk = (flags & CHUNK) == 0
                ? Optional.empty()
                : Optional.of(readChunk(in, origins, state.cut().held().toContext()));
        Refusals refusals = (flags & REFUSALS) == 0 ? Refusals.NONE : readRefusals(in, origins);
        Contents contents = (flags & CONTENTS) == 0 ? Contents.NONE : readContents(in, origins);
        boolean isAddressed = (flags & TO) != 0;
        Optional<Origin> to = isAddressed ? Optional.of(readOrigin(in, origins)) : Optional.empty();
        List<Skip> skips = isAddressed ? readSkips(in, origins) : List.of();
        in.expectEnd();
        return new SyncMessage(state, operations, chunk, refusals, contents, to, skips);
    }

    private static State readState(ByteReader in, List<Origin> origins, boolean whole) {
        Origin from = readOrigin(in, origins);
        long sequence = in.readVarint(Long.MAX_VALUE);
        Vector held = new Vector(readCounters(in, origins));
        long promise = in.readLong();
        SortedSet<Origin> joined = readSet(in, origins);
        TreeMap<Origin, Long> fenced = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin origin = readInOrder(in, origins, fenced);
            long limit = in.readVarint(Long.MAX_VALUE);
            fenced.put(origin, limit == 0 ? Members.OPEN : limit - 1);
        }
        Members members = new Members(joined, fenced);
        long want = in.readLong();
        long millis = in.readLong();
        SortedSet<Origin> lacking = readSet(in, origins);
        TreeMap<Origin, Cut> relayed = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin origin = readInOrder(in, origins, relayed);
            long at = in.readVarint(Long.MAX_VALUE);
            Vector theirs = new Vector(readCounters(in, origins));
            relayed.put(origin, new Cut(at, theirs, in.readLong(), in.readLong()));
        }
        int position = in.position();
        int kind = in.readByte();
        if (kind > 2) {
            throw in.malformed("progress of kind " + kind, position);
        }
        Optional<Progress> progress = kind == 0
                ? Optional.empty()
                : Optional.of(new Progress(new Vector(readCounters(in, origins)), kind == 2, readKey(in)));
        TreeMap<Origin, Subscription> subscriptions = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin origin = readInOrder(in, origins, subscriptions);
            subscriptions.put(origin, Subscription.read(in));
        }
        Cut cut = new Cut(sequence, held, promise, members.digest());
        return new State(from, cut, members, want, millis, lacking, relayed, progress, subscriptions, whole);
    }

    private static SortedSet<Origin> readSet(ByteReader in, List<Origin> origins) {
        TreeMap<Origin, Boolean> set = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            set.put(readInOrder(in, origins, set), true);
        }
        return set.navigableKeySet();
    }

    private static Origin readInOrder(ByteReader in, List<Origin> origins, SortedMap<Origin, ?> before) {
        int position = in.position();
        Origin origin = readOrigin(in, origins);
        if (!before.isEmpty() && before.lastKey().compareTo(origin) >= 0) {
            throw in.malformed("origins are not in order", position);
        }
        return origin;
    }

    private static List<Origin> readOrigins(ByteReader in) {
        int count = in.readCount();
        List<Origin> origins = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int position = in.position();
            Result<NodeId> node = NodeId.of(in.readUtf8(NodeId.MAX_LENGTH));
            if (node.isErr()) {
                throw in.malformed(node.error().message(), position);
            }
            Origin origin = new Origin(node.value(), in.readLong());
            if (i > 0 && origins.get(i - 1).compareTo(origin) >= 0) {
                throw in.malformed("origins are not in order", position);
            }
            origins.add(origin);
        }
        return origins;
    }

    private static Origin readOrigin(ByteReader in, List<Origin> origins) {
        return origins.get((int) below(in, origins.size()));
    }

    private static long below(ByteReader in, long limit) {
        int position = in.position();
        long number = in.readVarint(Long.MAX_VALUE);
        if (number >= limit) {
            throw in.malformed("number " + number + " is not below " + limit, position);
        }
        return number;
    }

    private static SortedMap<Origin, Long> readCounters(ByteReader in, List<Origin> origins) {
        int count = in.readCount();
        TreeMap<Origin, Long> counters = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            Origin origin = readInOrder(in, origins, counters);
            counters.put(origin, readFromOne(in));
        }
        return counters;
    }

    private static long readFromOne(ByteReader in) {
        int position = in.position();
        long number = in.readVarint(Long.MAX_VALUE);
        if (number < 1) {
            throw in.malformed("number is below 1", position);
        }
        return number;
    }

    private static OperationRecord readOperation(
            ByteReader in, List<Origin> origins, Map<Origin, CausalContext> before, @Nullable CausalContext known) {
        int position = in.position();
        int kind = (int) below(in, known == null ? FLOOR : 2 * FLOOR);
        OperationId id = new OperationId(readOrigin(in, origins), readFromOne(in));
        HybridTimestamp stamp = readStamp(in);
        Outcome outcome = (kind & FLOOR) == 0
                ? Outcome.NONE
                : new Outcome(Optional.of(readStamp(in)), List.of(), Optional.empty());
        long version = readFromOne(in);
        CausalContext context = known == null ? readContext(in, origins, id.origin(), before) : known;
        if (known == null && context.counter(id.origin()) >= id.counter()) {
            throw in.malformed("operation " + id + " knows itself", position);
        }
        Key key = readKey(in);
        Operation operation = (kind & REMOVAL) == 0
                ? Operation.put(key, Value.of(in.readPrefixedBytes(Value.MAX_BYTES)))
                : Operation.delete(key);
        return new OperationRecord(id, stamp, version, Effect.WON, Optional.of(context), false, operation, outcome);
    }

    private static HybridTimestamp readStamp(ByteReader in) {
        int position = in.position();
        HybridTimestamp stamp = HybridTimestamp.ofPacked(in.readLong());
        if (stamp.millis() >= MAX_STAMP_MILLIS) {
            throw in.malformed("stamp " + stamp + " is beyond the year 9999", position);
        }
        return stamp;
    }

    private static CausalContext readContext(
            ByteReader in, List<Origin> origins, Origin writer, Map<Origin, CausalContext> before) {
        int position = in.position();
        boolean isDelta = below(in, 2) == 1;
        CausalContext read = CausalContext.of(readCounters(in, origins));
        CausalContext last = before.get(writer);
        if (isDelta != (last != null)) {
            throw in.malformed("context of the wrong kind", position);
        }
        CausalContext context = last == null ? read : last.merge(read);
        before.put(writer, context);
        return context;
    }
}

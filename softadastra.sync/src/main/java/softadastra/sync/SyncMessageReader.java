package softadastra.sync;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
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

/** Reads a {@link SyncMessage}: strictly, in the form of {@link SyncMessageCodec}. */
final class SyncMessageReader {

    /** Stamps from the year 10,000 on are refused: above the last one nobody could ever write. */
    private static final long MAX_STAMP_MILLIS = 253_402_300_800_000L;

    private SyncMessageReader() {}

    /**
     * Reads a message.
     *
     * @throws MalformedDataException if it is none
     * @throws SoftadastraException UNSUPPORTED_VERSION if it is of another release
     */
    static SyncMessage read(byte[] bytes) {
        ByteReader in = new ByteReader(bytes, 0, Math.max(0, bytes.length - Integer.BYTES));
        if (in.readInt() != SyncMessageCodec.MAGIC) {
            throw in.malformed("no sync message", 0);
        }
        int version = in.readByte();
        int flags = in.readByte();
        if (version != SyncMessageCodec.VERSION
                || (flags
                                & ~(SyncMessageCodec.CHUNK
                                        | SyncMessageCodec.WHOLE
                                        | SyncMessageCodec.REFUSALS
                                        | SyncMessageCodec.CONTENTS
                                        | SyncMessageCodec.TO))
                        != 0) {
            throw new SoftadastraException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "unsupported sync message version " + version + " with flags " + flags + ": this release reads "
                            + SyncMessageCodec.VERSION);
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        if (new ByteReader(bytes, bytes.length - Integer.BYTES, Integer.BYTES).readInt() != (int) crc.getValue()) {
            throw in.malformed("its sum is another one", bytes.length - Integer.BYTES);
        }
        List<Origin> origins = readOrigins(in);
        State state = readState(in, origins, (flags & SyncMessageCodec.WHOLE) != 0);
        int count = in.readCount();
        List<OperationRecord> operations = new ArrayList<>();
        Map<Origin, CausalContext> before = new HashMap<>();
        for (int i = 0; i < count; i++) {
            operations.add(readOperation(in, origins, before, null));
        }
        Optional<Chunk> chunk = (flags & SyncMessageCodec.CHUNK) == 0
                ? Optional.empty()
                : Optional.of(readChunk(in, origins, state.cut().held().toContext()));
        Refusals refusals = (flags & SyncMessageCodec.REFUSALS) == 0 ? Refusals.NONE : readRefusals(in, origins);
        Contents contents = (flags & SyncMessageCodec.CONTENTS) == 0 ? Contents.NONE : readContents(in, origins);
        boolean isAddressed = (flags & SyncMessageCodec.TO) != 0;
        Optional<Origin> to = isAddressed ? Optional.of(readOrigin(in, origins)) : Optional.empty();
        List<Skip> skips = isAddressed ? readSkips(in, origins) : List.of();
        in.expectEnd();
        return new SyncMessage(state, operations, chunk, refusals, contents, to, skips);
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

    private static List<Skip> readSkips(ByteReader in, List<Origin> origins) {
        List<Skip> skips = new ArrayList<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin origin = readOrigin(in, origins);
            long from = readFromOne(in);
            skips.add(new Skip(origin, from, from + in.readVarint(Long.MAX_VALUE - from)));
        }
        return skips;
    }

    private static Chunk readChunk(ByteReader in, List<Origin> origins, CausalContext known) {
        int position = in.position();
        int flags = in.readByte();
        if (flags > (SyncMessageCodec.FULL | SyncMessageCodec.BEHIND | SyncMessageCodec.THROUGH)) {
            throw in.malformed("part with flags " + flags, position);
        }
        Vector cut = new Vector(readCounters(in, origins));
        Optional<Key> behind = (flags & SyncMessageCodec.BEHIND) == 0 ? Optional.empty() : Optional.of(readKey(in));
        Optional<Key> through = (flags & SyncMessageCodec.THROUGH) == 0 ? Optional.empty() : Optional.of(readKey(in));
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
        return new Chunk(cut, (flags & SyncMessageCodec.FULL) != 0, behind, through, survivors, there, conflicts);
    }

    private static Key readKey(ByteReader in) {
        return Key.of(in.readUtf8(Key.MAX_BYTES));
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
        int kind = (int) below(in, known == null ? SyncMessageCodec.FLOOR : 2 * SyncMessageCodec.FLOOR);
        OperationId id = new OperationId(readOrigin(in, origins), readFromOne(in));
        HybridTimestamp stamp = readStamp(in);
        Outcome outcome = (kind & SyncMessageCodec.FLOOR) == 0
                ? Outcome.NONE
                : new Outcome(Optional.of(readStamp(in)), List.of(), Optional.empty());
        long version = readFromOne(in);
        CausalContext context = known == null ? readContext(in, origins, id.origin(), before) : known;
        if (known == null && context.counter(id.origin()) >= id.counter()) {
            throw in.malformed("operation " + id + " knows itself", position);
        }
        Key key = readKey(in);
        Operation operation = (kind & SyncMessageCodec.REMOVAL) == 0
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

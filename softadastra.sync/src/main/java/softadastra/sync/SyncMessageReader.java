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

/**
 * Reads a {@link SyncMessage}: strictly, in the form of {@link SyncMessageCodec}. For one message.
 *
 * <p>Whoever sends it was let in, and may be broken all the same. So what no node comes to by counting, or by a clock that is merely
 * wrong, is refused: a number that is taken in is noted, passed on and counted on from, and nobody would ever get rid of it. And what
 * a message takes in memory is bounded by {@link Room}, however little of it there is on the wire.
 */
final class SyncMessageReader {

    /** Stamps from the year 10,000 on are refused: above the last one nobody could ever write. */
    private static final long MAX_STAMP_MILLIS = 253_402_300_800_000L;

    /** Promises already from the year 9,999 on: who is to write above one needs stamps that others take. */
    private static final long MAX_PROMISE_MILLIS = 253_370_764_800_000L;

    /** Counters, versions and sequences beyond it: a million a second come to it in 2,283 years. */
    private static final long MAX_NUMBER = 1L << 56;

    /** In nanoseconds it fits just about: 285 years. */
    private static final long MAX_SILENCE_MILLIS = 9_000_000_000_000L;

    private final byte[] bytes;
    private final ByteReader in;
    private final Room room = new Room();
    private final List<Origin> origins = new ArrayList<>();

    private SyncMessageReader(byte[] bytes) {
        this.bytes = bytes;
        this.in = new ByteReader(bytes, 0, Math.max(0, bytes.length - Integer.BYTES));
    }

    /**
     * Reads a message.
     *
     * @throws MalformedDataException if it is none
     * @throws SoftadastraException UNSUPPORTED_VERSION if it is of another release
     */
    static SyncMessage read(byte[] bytes) {
        return new SyncMessageReader(bytes).readAll();
    }

    private SyncMessage readAll() {
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
        readOrigins();
        State state = readState((flags & SyncMessageCodec.WHOLE) != 0);
        int count = room.readLargeCount(in);
        List<OperationRecord> operations = new ArrayList<>();
        Map<Origin, CausalContext> before = new HashMap<>();
        for (int i = 0; i < count; i++) {
            operations.add(readOperation(before, null));
        }
        Optional<Chunk> chunk = (flags & SyncMessageCodec.CHUNK) == 0
                ? Optional.empty()
                : Optional.of(readChunk(state.cut().held().toContext()));
        Refusals refusals = (flags & SyncMessageCodec.REFUSALS) == 0 ? Refusals.NONE : readRefusals();
        Contents contents = (flags & SyncMessageCodec.CONTENTS) == 0 ? Contents.NONE : readContents();
        boolean isAddressed = (flags & SyncMessageCodec.TO) != 0;
        Optional<Origin> to = isAddressed ? Optional.of(readOrigin()) : Optional.empty();
        List<Skip> skips = isAddressed ? readSkips() : List.of();
        in.expectEnd();
        requireHeld(state.cut().held(), operations, chunk, skips);
        return new SyncMessage(state, operations, chunk, refusals, contents, to, skips);
    }

    /** Nobody hands on what it does not hold; what is said to be the receiver's own must not fail the step of all others. */
    private void requireHeld(Vector held, List<OperationRecord> operations, Optional<Chunk> chunk, List<Skip> skips) {
        boolean isHeld = chunk.map(each -> held.includes(each.cut())).orElse(true);
        for (OperationRecord each : operations) {
            isHeld &= held.includes(each.id());
        }
        for (Skip each : skips) {
            isHeld &= held.counter(each.origin()) >= each.through();
        }
        if (!isHeld) {
            throw in.malformed("operations that its sender does not hold", in.position());
        }
    }

    private Contents readContents() {
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
        for (int i = room.readLargeCount(in); i > 0; i--) {
            entries.add(readOperation(new HashMap<>(), CausalContext.EMPTY));
        }
        return new Contents(sums, entries);
    }

    private Refusals readRefusals() {
        int position = in.position();
        List<Refusals.Word> words = new ArrayList<>();
        for (int i = room.readLargeCount(in); i > 0; i--) {
            Origin by = readOrigin();
            OperationId id = new OperationId(readOrigin(), readFromOne());
            int hops = in.readByte();
            words.add(new Refusals.Word(by, readRejection(id), hops));
        }
        List<Refusals.Receipt> receipts = new ArrayList<>();
        for (int i = room.readLargeCount(in); i > 0; i--) {
            Origin by = readOrigin();
            OperationId id = new OperationId(readOrigin(), readFromOne());
            receipts.add(new Refusals.Receipt(by, id, in.readByte()));
        }
        if (words.isEmpty() && receipts.isEmpty()) {
            throw in.malformed("refusals of nothing", position);
        }
        return new Refusals(words, receipts);
    }

    private List<Skip> readSkips() {
        List<Skip> skips = new ArrayList<>();
        for (int i = room.readLargeCount(in); i > 0; i--) {
            Origin origin = readOrigin();
            long from = readFromOne();
            skips.add(new Skip(origin, from, from + in.readVarint(MAX_NUMBER - from)));
        }
        return skips;
    }

    private Chunk readChunk(CausalContext known) {
        int position = in.position();
        int flags = in.readByte();
        if (flags >= 2 * SyncMessageCodec.REJECTED) {
            throw in.malformed("part with flags " + flags, position);
        }
        Vector cut = readVector();
        Optional<Key> behind = (flags & SyncMessageCodec.BEHIND) == 0 ? Optional.empty() : Optional.of(readKey());
        Optional<Key> through = (flags & SyncMessageCodec.THROUGH) == 0 ? Optional.empty() : Optional.of(readKey());
        List<OperationRecord> survivors = new ArrayList<>();
        for (int i = room.readLargeCount(in); i > 0; i--) {
            survivors.add(readOperation(new HashMap<>(), known));
        }
        List<Key> there = new ArrayList<>();
        for (int i = room.readLargeCount(in); i > 0; i--) {
            there.add(readKey());
        }
        List<Conflict> conflicts = new ArrayList<>();
        for (int i = room.readLargeCount(in); i > 0; i--) {
            conflicts.add(Conflict.decode(in.readPrefixedBytes(in.remaining())));
        }
        List<Rejection> rejected = new ArrayList<>();
        if ((flags & SyncMessageCodec.REJECTED) != 0) {
            for (int i = room.readLargeCount(in); i > 0; i--) {
                rejected.add(readRejection(new OperationId(readOrigin(), readFromOne())));
            }
        }
        boolean full = (flags & SyncMessageCodec.FULL) != 0;
        return new Chunk(cut, full, behind, through, survivors, there, conflicts, rejected);
    }

    private Key readKey() {
        return Key.of(in.readUtf8(Key.MAX_BYTES));
    }

    private State readState(boolean whole) {
        Origin from = readOrigin();
        long sequence = in.readVarint(MAX_NUMBER);
        Vector held = readVector();
        long promise = readPromise();
        boolean returning = readFlag();
        SortedSet<Origin> joined = readSet();
        TreeMap<Origin, Long> fenced = new TreeMap<>();
        for (int i = room.readCount(in); i > 0; i--) {
            Origin origin = readInOrder(fenced);
            long limit = in.readVarint(MAX_NUMBER);
            fenced.put(origin, limit == 0 ? Members.OPEN : limit - 1);
        }
        Members members = new Members(joined, fenced);
        long want = readPromise();
        long millis = in.readLong();
        SortedSet<Origin> lacking = readSet();
        SortedSet<Origin> accused = readSet();
        TreeMap<Origin, Relayed> relayed = new TreeMap<>();
        for (int i = room.readLargeCount(in); i > 0; i--) {
            Origin origin = readInOrder(relayed);
            long at = in.readVarint(MAX_NUMBER);
            Vector theirs = readVector();
            long promised = readPromise();
            boolean isReturning = readFlag();
            Cut cut = new Cut(at, theirs, promised, in.readLong(), isReturning);
            relayed.put(origin, new Relayed(cut, in.readVarint(MAX_SILENCE_MILLIS), readSet()));
        }
        int position = in.position();
        int kind = in.readByte();
        if (kind > 2) {
            throw in.malformed("progress of kind " + kind, position);
        }
        Optional<Progress> progress =
                kind == 0 ? Optional.empty() : Optional.of(new Progress(readVector(), kind == 2, readKey()));
        TreeMap<Origin, Subscription> subscriptions = new TreeMap<>();
        for (int i = room.readLargeCount(in); i > 0; i--) {
            Origin origin = readInOrder(subscriptions);
            Subscription subscription = Subscription.read(in);
            room.take(in, subscription.prefixes().size());
            subscriptions.put(origin, subscription);
        }
        Cut cut = new Cut(sequence, held, promise, members.digest(), returning);
        return new State(from, cut, members, want, millis, lacking, accused, relayed, progress, subscriptions, whole);
    }

    private boolean readFlag() {
        int position = in.position();
        int flag = in.readByte();
        if (flag > 1) {
            throw in.malformed("flag of " + flag, position);
        }
        return flag == 1;
    }

    private SortedSet<Origin> readSet() {
        TreeMap<Origin, Boolean> set = new TreeMap<>();
        for (int i = room.readCount(in); i > 0; i--) {
            set.put(readInOrder(set), true);
        }
        return set.navigableKeySet();
    }

    private Origin readInOrder(SortedMap<Origin, ?> before) {
        int position = in.position();
        Origin origin = readOrigin();
        requireBehind(before.isEmpty() ? null : before.lastKey(), origin, position);
        return origin;
    }

    private void requireBehind(@Nullable Origin last, Origin origin, int position) {
        if (last != null && last.compareTo(origin) >= 0) {
            throw in.malformed("origins are not in order", position);
        }
    }

    private void readOrigins() {
        int count = room.readLargeCount(in);
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
    }

    private Origin readOrigin() {
        return origins.get((int) below(origins.size()));
    }

    private long below(long limit) {
        int position = in.position();
        long number = in.readVarint(Long.MAX_VALUE);
        if (number >= limit) {
            throw in.malformed("number " + number + " is not below " + limit, position);
        }
        return number;
    }

    private Vector readVector() {
        Vector vector = new Vector();
        for (int i = room.readCount(in); i > 0; i--) {
            int position = in.position();
            Origin origin = readOrigin();
            requireBehind(vector.isEmpty() ? null : vector.last(), origin, position);
            vector.append(origin, readFromOne());
        }
        return vector;
    }

    private SortedMap<Origin, Long> readCounters() {
        int count = room.readCount(in);
        TreeMap<Origin, Long> counters = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            Origin origin = readInOrder(counters);
            counters.put(origin, readFromOne());
        }
        return counters;
    }

    private long readFromOne() {
        int position = in.position();
        long number = in.readVarint(MAX_NUMBER);
        if (number < 1) {
            throw in.malformed("number is below 1", position);
        }
        return number;
    }

    private OperationRecord readOperation(Map<Origin, CausalContext> before, @Nullable CausalContext known) {
        int position = in.position();
        int kind = (int) below(known == null ? SyncMessageCodec.FLOOR : 2 * SyncMessageCodec.FLOOR);
        OperationId id = new OperationId(readOrigin(), readFromOne());
        HybridTimestamp stamp = readStamp();
        Outcome outcome = (kind & SyncMessageCodec.FLOOR) == 0
                ? Outcome.NONE
                : new Outcome(Optional.of(readStamp()), List.of(), Optional.empty());
        long version = readFromOne();
        CausalContext context = known == null ? readContext(id.origin(), before) : known;
        if (known == null && context.counter(id.origin()) >= id.counter()) {
            throw in.malformed("operation " + id + " knows itself", position);
        }
        Key key = readKey();
        if (key.isEmpty()) {
            throw in.malformed("operation " + id + " is on the empty key", position);
        }
        Operation operation = (kind & SyncMessageCodec.REMOVAL) == 0
                ? Operation.put(key, Value.of(in.readPrefixedBytes(Value.MAX_BYTES)))
                : Operation.delete(key);
        return new OperationRecord(id, stamp, version, Effect.WON, Optional.of(context), false, operation, outcome);
    }

    private HybridTimestamp readStamp() {
        int position = in.position();
        return requireBelow(MAX_STAMP_MILLIS, HybridTimestamp.ofPacked(in.readLong()), position);
    }

    private long readPromise() {
        int position = in.position();
        return requireBelow(MAX_PROMISE_MILLIS, HybridTimestamp.ofPacked(in.readLong()), position)
                .packed();
    }

    private Rejection readRejection(OperationId id) {
        int position = in.position();
        Rejection rejection = Rejection.read(in, id);
        HybridTimestamp unused = requireBelow(MAX_STAMP_MILLIS, rejection.stamp(), position);
        return rejection;
    }

    private HybridTimestamp requireBelow(long millis, HybridTimestamp stamp, int position) {
        if (stamp.millis() >= millis) {
            throw in.malformed("stamp " + stamp + " is too far ahead", position);
        }
        return stamp;
    }

    private CausalContext readContext(Origin writer, Map<Origin, CausalContext> before) {
        int position = in.position();
        boolean isDelta = below(2) == 1;
        CausalContext read = CausalContext.of(readCounters());
        CausalContext last = before.get(writer);
        if (isDelta != (last != null)) {
            throw in.malformed("context of the wrong kind", position);
        }
        if (last != null) {
            room.take(in, last.counters().size());
        }
        CausalContext context = last == null ? read : last.merge(read);
        before.put(writer, context);
        return context;
    }
}

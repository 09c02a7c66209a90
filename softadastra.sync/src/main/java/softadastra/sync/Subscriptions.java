package softadastra.sync;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;

/**
 * Who wants which keys, and what of it this node can vouch for. A log has one subscription for its life, and so has an origin; whoever
 * is not named wants everything.
 *
 * <p>A node whose subscription covers another one's tells it everything: operations that are wanted there, and of the rest that it is
 * left out. To others it tells what it has without a gap: of each origin, its own included, the operations before the first one that
 * was left out here. What comes behind that they get from somebody else, or from the writer.
 *
 * <p>So what is left out at a node counts as held there and nobody is ever told by it that it had the operation, nor that somebody
 * else does not need it.
 *
 * <pre>
 * note = version:u8 (1)  flags:u8 (bit 0: own)  own:subscription (if there is one)
 *        count:varint  { origin  subscription } * count                 of others, and of this log's own origins
 *        count:varint  { origin  counter:varint } * count               the first operation of each that was left out
 * </pre>
 *
 * <p>A note adds to those before it. For one thread.
 */
final class Subscriptions {

    /** The type code of the note. */
    static final int NOTE = 71;

    private static final int VERSION = 1;

    private Optional<Subscription> own = Optional.empty();
    private final TreeMap<Origin, Subscription> byOrigin = new TreeMap<>();
    private final TreeMap<Origin, Long> gaps = new TreeMap<>();

    /** What this node wants. */
    Subscription own() {
        return own.orElse(Subscription.EVERYTHING);
    }

    /** What an origin wants; everything, unless it is known. */
    Subscription of(Origin origin) {
        return byOrigin.getOrDefault(origin, Subscription.EVERYTHING);
    }

    /** Whether this node and another one want everything: others have something else by right. */
    boolean isComparable(Origin other) {
        return own().isEverything() && of(other).isEverything();
    }

    /** Those who do not want everything. */
    SortedMap<Origin, Subscription> partial() {
        return Collections.unmodifiableSortedMap(byOrigin);
    }

    /** Whether there is anything to be noted. */
    boolean isEmpty() {
        return own.isEmpty() && byOrigin.isEmpty() && gaps.isEmpty();
    }

    /**
     * Judges what is asked for against what the log was begun with.
     *
     * @param asked what is asked for; empty for whatever it is
     * @param fresh whether the log has nothing of others
     * @return what to note, empty if nothing; or INVALID_ARGUMENT
     */
    @CheckReturnValue
    Result<Optional<byte[]>> choose(Optional<Subscription> asked, Origin self, boolean fresh) {
        Subscription wanted = asked.orElse(own());
        if (!wanted.equals(own()) && (own.isPresent() || !fresh)) {
            return Result.err(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to open sync: this log is subscribed to " + own() + ", and " + wanted
                            + " was asked for: a subscription is for the life of a log; go on without asking for"
                            + " another one, or begin with an empty log once a node that wants everything has all of this one");
        }
        if (wanted.isEverything() || (own.isPresent() && byOrigin.containsKey(self))) {
            return Result.ok(Optional.empty());
        }
        own = Optional.of(wanted);
        byOrigin.put(self, wanted);
        return Result.ok(Optional.of(encode(own, Map.of(self, wanted), Map.of())));
    }

    /** Of what somebody else says those that are not known yet. */
    SortedMap<Origin, Subscription> news(Map<Origin, Subscription> said) {
        TreeMap<Origin, Subscription> news = new TreeMap<>(said);
        news.keySet().removeAll(byOrigin.keySet());
        return news;
    }

    /** The note that says who else wants what. */
    static byte[] encode(Map<Origin, Subscription> others) {
        return encode(Optional.empty(), others, Map.of());
    }

    /** The origins of which something is left out from further back on than is known, and from where on, given what is held. */
    SortedMap<Origin, Long> newGaps(Iterable<Skip> skips, Vector held) {
        TreeMap<Origin, Long> first = new TreeMap<>();
        for (Skip skip : skips) {
            long from = Math.max(skip.from(), held.counter(skip.origin()) + 1);
            if (from <= skip.through() && from < firstGap(skip.origin())) {
                first.merge(skip.origin(), from, Math::min);
            }
        }
        return first;
    }

    /** The origins of which something may be left out from further back on than is known by what brings a node from one vector to another one. */
    SortedMap<Origin, Long> newGaps(Vector to, Vector held) {
        TreeMap<Origin, Long> first = new TreeMap<>();
        to.counters().forEach((origin, counter) -> {
            long from = held.counter(origin) + 1;
            if (from <= counter && from < firstGap(origin)) {
                first.put(origin, from);
            }
        });
        return first;
    }

    private long firstGap(Origin origin) {
        return gaps.getOrDefault(origin, Long.MAX_VALUE);
    }

    /** What is noted about gaps is in the log. */
    void noteGaps(Map<Origin, Long> first) {
        first.forEach((origin, counter) -> gaps.merge(origin, counter, Math::min));
    }

    /** The note that says from where on something is left out; in the batch that leaves it out. */
    static byte[] encodeGaps(Map<Origin, Long> first) {
        return encode(Optional.empty(), Map.of(), first);
    }

    /** The origins of which something is left out, and from where on. */
    SortedMap<Origin, Long> gaps() {
        return Collections.unmodifiableSortedMap(gaps);
    }

    /** Whether whatever another node wants is here, as far as it is held. */
    boolean covers(Origin peer) {
        return own().covers(of(peer));
    }

    /** Whether nothing of its origin up to it was left out here. */
    boolean isComplete(OperationId id) {
        Long gap = gaps.get(id.origin());
        return gap == null || id.counter() < gap;
    }

    /** Of what is held that which is here without a gap. */
    Vector complete(Vector held) {
        Vector complete = new Vector();
        held.counters().forEach((origin, counter) -> {
            long through = Math.min(counter, gaps.getOrDefault(origin, Long.MAX_VALUE) - 1);
            if (through > 0) {
                complete.raise(origin, through);
            }
        });
        return complete;
    }

    /**
     * What the writer of an operation knew of what stands under its key. To a key that it does not want it was told nothing by others,
     * however much of theirs it counts as held.
     */
    CausalContext known(OperationRecord operation) {
        CausalContext context = operation.context().orElseThrow();
        return ownOnly(operation.id().origin(), operation.operation().key(), context);
    }

    /** What stands at a node, as it is to be decided on elsewhere: it has taken the place of what that node knew. */
    OperationRecord from(Origin node, OperationRecord survivor, CausalContext held) {
        return new OperationRecord(
                survivor.id(),
                survivor.stamp(),
                survivor.version(),
                survivor.effect(),
                Optional.of(ownOnly(node, survivor.operation().key(), held)),
                false,
                survivor.operation(),
                survivor.outcome());
    }

    /** What a node that holds something knows of a key. */
    CausalContext ownOnly(Origin node, Key key, CausalContext held) {
        if (of(node).matches(key)) {
            return held;
        }
        TreeMap<Origin, Long> written = new TreeMap<>(held.counters());
        written.keySet().removeIf(origin -> !origin.node().equals(node.node()));
        return CausalContext.of(written);
    }

    /** All there is to note. */
    byte[] encode() {
        return encode(own, byOrigin, gaps);
    }

    private static byte[] encode(
            Optional<Subscription> own, Map<Origin, Subscription> byOrigin, Map<Origin, Long> gaps) {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeByte(own.isPresent() ? 1 : 0);
        own.ifPresent(each -> each.write(out));
        out.writeVarint(byOrigin.size());
        new TreeMap<>(byOrigin).forEach((origin, subscription) -> {
            Members.write(out, origin);
            subscription.write(out);
        });
        out.writeVarint(gaps.size());
        new TreeMap<>(gaps).forEach((origin, counter) -> {
            Members.write(out, origin);
            out.writeVarint(counter);
        });
        return out.toByteArray();
    }

    /**
     * Takes over what a note says.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    void read(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int version = in.readByte();
        int flags = in.readByte();
        if (version != VERSION || flags > 1) {
            throw in.malformed("subscriptions of version " + version + " with flags " + flags, 0);
        }
        Optional<Subscription> said = flags == 0 ? Optional.empty() : Optional.of(Subscription.read(in));
        TreeMap<Origin, Subscription> subscriptions = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            subscriptions.put(Members.readOrigin(in), Subscription.read(in));
        }
        TreeMap<Origin, Long> first = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            first.put(Members.readOrigin(in), in.readVarint(Long.MAX_VALUE));
        }
        in.expectEnd();
        own = own.or(() -> said);
        subscriptions.forEach(byOrigin::putIfAbsent);
        noteGaps(first);
    }
}

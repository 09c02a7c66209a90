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
import softadastra.core.Unit;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replication;
import softadastra.store.Skip;
import softadastra.store.StoreEngine;

/**
 * Who wants which keys, and what of it this node can vouch for. A log has one subscription for its life, and so has an origin; whoever
 * is not named wants everything.
 *
 * <p>A node whose subscription covers another one's tells it everything: operations that are wanted there, and of the rest that it is
 * left out. To others it tells what it has without a gap that they have yet to fill: of each origin, its own included, the operations
 * before the first one that was left out here, and once they have the last one of these from elsewhere, those behind it too.
 *
 * <p>What is left out somewhere is held by somebody who wants everything, or it would be told by its writer alone, who may lack what
 * follows on it: two who wait for each other. So a node that does not want everything leaves out only what such a one is known to hold.
 *
 * <p>So what is left out at a node counts as held there and nobody is ever told by it that it had the operation, nor that somebody
 * else does not need it. A log that is not to have everything is marked so before anything comes in: whoever reads it and does not know
 * of that would tell others that it has what was left out.
 *
 * <pre>
 * note = version:u8 (1)  flags:u8 (bit 0: own; bit 1: through)  own:subscription (if there is one)
 *        count:varint  { origin  subscription } * count                 of others, and of this log's own origins
 *        count:varint  { origin  from:varint  [through - from:varint] } * count
 *
 * from, through : the first and the last operation of the origin that was left out; without through it may be any from there on
 * </pre>
 *
 * <p>A note adds to those before it. For one thread.
 */
final class Subscriptions {

    /** The type code of the note. */
    static final int NOTE = 71;

    /** So many are known at most; whoever comes then counts as one who wants everything. */
    private static final int MAX_ORIGINS = 16 * Members.MAX_CURRENT;

    private static final int VERSION = 1;
    private static final int OWN = 1;
    private static final int THROUGH = 2;

    private Optional<Subscription> own = Optional.empty();
    private final TreeMap<Origin, Subscription> byOrigin = new TreeMap<>();

    /** What is left out here: of each origin a range that all of it is in. */
    private final TreeMap<Origin, Skip> gaps = new TreeMap<>();

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

    /** Those who want at least what this node does: it can learn from them what stands elsewhere. */
    Fencing.Sources sources() {
        return new Fencing.Sources() {
            @Override
            public boolean has(Origin member) {
                return of(member).covers(own());
            }

            @Override
            public boolean hasMore(Origin member) {
                return has(member) && !own().covers(of(member));
            }

            @Override
            public boolean hasAll(Origin member) {
                return of(member).isEverything();
            }

            @Override
            public long complete(Origin origin, long counter) {
                return Subscriptions.this.complete(origin, counter, new Vector());
            }
        };
    }

    /** Those of some who do not want everything. */
    SortedMap<Origin, Subscription> partial(Iterable<Origin> some) {
        TreeMap<Origin, Subscription> partial = new TreeMap<>();
        for (Origin origin : some) {
            Subscription subscription = byOrigin.get(origin);
            if (subscription != null) {
                partial.put(origin, subscription);
            }
        }
        return partial;
    }

    /** Whether there is anything to be noted. */
    boolean isEmpty() {
        return own.isEmpty() && byOrigin.isEmpty() && gaps.isEmpty();
    }

    /** Holds the log to one subscription, which is in the log before anything is sent. */
    @CheckReturnValue
    static Result<Unit> choose(StoreEngine store, Origin self, NoteState notes, Optional<Subscription> asked) {
        // Of what stands elsewhere nothing counts as held until all of it is here.
        boolean isFresh = notes.progress().isEmpty()
                && store.context().counters().keySet().stream()
                        .allMatch(origin -> origin.node().equals(self.node()));
        Replication replication = store.replication();
        return notes.subscriptions()
                .choose(asked, self, isFresh, replication.leavesOut())
                .flatMap(note -> note.isEmpty()
                        ? Result.ok()
                        : replication.noteLeavingOut(NOTE, note.get()).map(sequence -> Unit.UNIT));
    }

    /**
     * Judges what is asked for against what the log was begun with.
     *
     * @param asked what is asked for; empty for whatever it is
     * @param fresh whether the log has nothing of others
     * @param marked whether whoever does not know of subscriptions refuses the log
     * @return what to note, empty if nothing; or INVALID_ARGUMENT
     */
    @CheckReturnValue
    Result<Optional<byte[]>> choose(Optional<Subscription> asked, Origin self, boolean fresh, boolean marked) {
        Subscription wanted = asked.orElse(own());
        if (!wanted.equals(own()) && (own.isPresent() || !fresh)) {
            return Result.err(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to open sync: this log is subscribed to " + own() + ", and " + wanted
                            + " was asked for: a subscription is for the life of a log; go on without asking for"
                            + " another one, or begin with an empty log once a node that wants everything has all of this one");
        }
        if (wanted.isEverything() || (own.isPresent() && byOrigin.containsKey(self) && marked)) {
            return Result.ok(Optional.empty());
        }
        own = Optional.of(wanted);
        byOrigin.put(self, wanted);
        return Result.ok(Optional.of(encode(own, Map.of(self, wanted), Map.of())));
    }

    /** What to note of this node where it goes on as another origin; empty if that is nothing. */
    Optional<byte[]> renewed(Origin self) {
        if (own.isEmpty()) {
            return Optional.empty();
        }
        byOrigin.put(self, own());
        return Optional.of(encode(Optional.empty(), Map.of(self, own()), Map.of()));
    }

    /** Of what somebody else says those that are not known yet, as far as there is room. */
    SortedMap<Origin, Subscription> news(Map<Origin, Subscription> said) {
        if (said.isEmpty()) {
            return Collections.emptySortedMap();
        }
        TreeMap<Origin, Subscription> news = new TreeMap<>(said);
        news.keySet().removeAll(byOrigin.keySet());
        return byOrigin.size() + news.size() > MAX_ORIGINS ? Collections.emptySortedMap() : news;
    }

    /** The note that says who else wants what. */
    static byte[] encode(Map<Origin, Subscription> others) {
        return encode(Optional.empty(), others, Map.of());
    }

    /** What is left out beyond what is known to be, given what is held: of each origin a range that all of it is in. */
    SortedMap<Origin, Skip> newGaps(Iterable<Skip> skips, Vector held) {
        TreeMap<Origin, Skip> news = new TreeMap<>();
        for (Skip skip : skips) {
            long from = Math.max(skip.from(), held.counter(skip.origin()) + 1);
            if (from <= skip.through()) {
                addIfNew(news, new Skip(skip.origin(), from, skip.through()));
            }
        }
        return news;
    }

    /** The same, of what may be left out by what brings a node from one vector to another one. */
    SortedMap<Origin, Skip> newGaps(Vector to, Vector held) {
        TreeMap<Origin, Skip> news = new TreeMap<>();
        to.forEach((origin, counter) -> {
            long from = held.counter(origin) + 1;
            if (from <= counter) {
                addIfNew(news, new Skip(origin, from, counter));
            }
        });
        return news;
    }

    private void addIfNew(Map<Origin, Skip> news, Skip range) {
        Skip known = gaps.get(range.origin());
        if (known == null || range.from() < known.from() || range.through() > known.through()) {
            news.merge(range.origin(), range, Subscriptions::span);
        }
    }

    private static Skip span(Skip one, Skip other) {
        return new Skip(one.origin(), Math.min(one.from(), other.from()), Math.max(one.through(), other.through()));
    }

    /** What is noted about gaps is in the log. */
    void noteGaps(Map<Origin, Skip> ranges) {
        ranges.forEach((origin, range) -> gaps.merge(origin, range, Subscriptions::span));
    }

    /** The note that says what is left out; in the batch that leaves it out. */
    static byte[] encodeGaps(Map<Origin, Skip> ranges) {
        return encode(Optional.empty(), Map.of(), ranges);
    }

    /** Of each origin a range that all of it is in that is left out. */
    SortedMap<Origin, Skip> gaps() {
        return Collections.unmodifiableSortedMap(gaps);
    }

    /** Whether whatever another node wants is here, as far as it is held. */
    boolean covers(Origin peer) {
        return own().covers(of(peer));
    }

    /** Whether all of an operation's origin up to it is here that somebody lacks. */
    boolean isComplete(OperationId id, Vector theirs) {
        return id.counter() <= complete(id.origin(), Long.MAX_VALUE, theirs);
    }

    private long complete(Origin origin, long counter, Vector theirs) {
        Skip gap = gaps.get(origin);
        return gap == null || theirs.counter(origin) >= gap.through() ? counter : Math.min(counter, gap.from() - 1);
    }

    /** Of what is held that of which all is here that somebody lacks. */
    Vector complete(Vector held, Vector theirs) {
        Vector complete = new Vector();
        held.forEach((origin, counter) -> {
            long through = complete(origin, counter, theirs);
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
            Optional<Subscription> own, Map<Origin, Subscription> byOrigin, Map<Origin, Skip> gaps) {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeByte((own.isPresent() ? OWN : 0) | THROUGH);
        own.ifPresent(each -> each.write(out));
        out.writeVarint(byOrigin.size());
        new TreeMap<>(byOrigin).forEach((origin, subscription) -> {
            Members.write(out, origin);
            subscription.write(out);
        });
        out.writeVarint(gaps.size());
        new TreeMap<>(gaps).forEach((origin, range) -> {
            Members.write(out, origin);
            out.writeVarint(range.from());
            out.writeVarint(range.through() - range.from());
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
        if (version != VERSION || (flags & ~(OWN | THROUGH)) != 0) {
            throw in.malformed("subscriptions of version " + version + " with flags " + flags, 0);
        }
        Optional<Subscription> said = (flags & OWN) == 0 ? Optional.empty() : Optional.of(Subscription.read(in));
        TreeMap<Origin, Subscription> subscriptions = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            subscriptions.put(Members.readOrigin(in), Subscription.read(in));
        }
        TreeMap<Origin, Skip> ranges = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin origin = Members.readOrigin(in);
            int position = in.position();
            long from = in.readVarint(Long.MAX_VALUE);
            // A note that does not say how far it goes may be about anything from there on.
            long through = (flags & THROUGH) == 0 ? Long.MAX_VALUE : from + in.readVarint(Long.MAX_VALUE);
            if (from < 1 || through < from) {
                throw in.malformed("operations left out from " + from + " to " + through, position);
            }
            ranges.put(origin, new Skip(origin, from, through));
        }
        in.expectEnd();
        own = own.or(() -> said);
        subscriptions.forEach(byOrigin::putIfAbsent);
        noteGaps(ranges);
    }
}

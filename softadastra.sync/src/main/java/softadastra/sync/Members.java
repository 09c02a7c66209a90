package softadastra.sync;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Skip;

/**
 * Who takes part: the origins that have joined, and those of them that were fenced since. Both sets only grow, so whatever order
 * nodes hear of each other in, they come to the same (a two-phase set: Shapiro et al., "A comprehensive study of convergent and
 * commutative replicated data types", 2011). An origin does not come back; a node that does has a new epoch.
 *
 * <pre>
 * note = version:u8 (1)  count:varint  { node:utf8  epoch:i64 } * count              joined, in order
 *        count:varint  { node:utf8  epoch:i64  limit + 1:varint (0 while open) } * count    fenced, in order
 * </pre>
 *
 * <p>Immutable. What is asked for with every message is worked out once.
 */
final class Members {

    /** The note that says who the members are. */
    static final int NOTE = 64;

    /** The limit of a fence while it is not known how much of the fenced origin some member has. */
    static final long OPEN = Long.MAX_VALUE;

    /**
     * So many may take part at a time. Everybody is told of all others, and keeps that for good, so that whoever makes up names would
     * fill the logs of all.
     */
    static final int MAX_CURRENT = 1_024;

    static final Members NONE = new Members(new TreeSet<>(), new TreeMap<>());

    private static final int VERSION = 1;

    private final SortedSet<Origin> joined;
    private final SortedMap<Origin, Long> fenced;
    private @Nullable SortedSet<Origin> current;
    private OptionalLong digest = OptionalLong.empty();

    /**
     * Some members.
     *
     * @param joined the origins that have ever joined
     * @param fenced the origins that were fenced, with the last counter that is taken of each
     */
    Members(SortedSet<Origin> joined, SortedMap<Origin, Long> fenced) {
        this.joined = Collections.unmodifiableSortedSet(new TreeSet<>(joined));
        this.fenced = Collections.unmodifiableSortedMap(new TreeMap<>(fenced));
    }

    /** The origins that have ever joined. */
    SortedSet<Origin> joined() {
        return joined;
    }

    /** The origins that were fenced, with the last counter that is taken of each. */
    SortedMap<Origin, Long> fenced() {
        return fenced;
    }

    boolean isEmpty() {
        return joined.isEmpty();
    }

    /** Whether an origin takes part. */
    boolean has(Origin origin) {
        return joined.contains(origin) && !fenced.containsKey(origin);
    }

    /** Whether a node has ever been a member, in whatever epoch. */
    boolean knows(NodeId node) {
        return joined.stream().anyMatch(each -> each.node().equals(node));
    }

    /** Whether so many take part that nobody else is let in. */
    boolean isTooMany() {
        return joined.size() > MAX_CURRENT && current().size() > MAX_CURRENT;
    }

    /** Those who take part now. */
    SortedSet<Origin> current() {
        SortedSet<Origin> known = current;
        if (known == null) {
            TreeSet<Origin> left = new TreeSet<>(joined);
            fenced.keySet().forEach(left::remove);
            known = Collections.unmodifiableSortedSet(left);
            current = known;
        }
        return known;
    }

    /** Whether the limit of some fence is not known. */
    boolean hasOpen() {
        return fenced.containsValue(OPEN);
    }

    /** Whether an operation is beyond the limit of a fence, and not to be taken from anybody. */
    boolean refuses(OperationId id) {
        return id.counter() > limit(id.origin());
    }

    /** The last counter that is taken of an origin. */
    long limit(Origin origin) {
        return fenced.getOrDefault(origin, OPEN);
    }

    /** What counts of a vector: nothing beyond the limits of fences. */
    Vector clamp(Vector vector) {
        boolean within = true;
        for (Map.Entry<Origin, Long> fence : fenced.entrySet()) {
            within &= vector.counter(fence.getKey()) <= fence.getValue();
        }
        if (within) {
            return vector;
        }
        Vector clamped = vector.copy();
        fenced.forEach((origin, limit) -> clamped.lower(origin, Math.min(limit, vector.counter(origin))));
        return clamped;
    }

    /** What counts of what somebody knew. */
    CausalContext clamp(CausalContext context) {
        boolean within = true;
        for (Map.Entry<Origin, Long> fence : fenced.entrySet()) {
            within &= context.counter(fence.getKey()) <= fence.getValue();
        }
        return within ? context : clamp(new Vector(context)).toContext();
    }

    /** What counts of some operations that are left out; empty if nothing does. */
    Optional<Skip> clamp(Skip skip) {
        long limit = limit(skip.origin());
        return skip.from() > limit
                ? Optional.empty()
                : Optional.of(new Skip(skip.origin(), skip.from(), Math.min(skip.through(), limit)));
    }

    /** An operation with what counts of what its writer knew. */
    OperationRecord clamp(OperationRecord operation) {
        CausalContext knew = operation.context().orElseThrow();
        CausalContext counts = clamp(knew);
        return counts.equals(knew)
                ? operation
                : OperationRecord.remote(
                        operation.id(),
                        operation.stamp(),
                        operation.version(),
                        operation.effect(),
                        counts,
                        operation.operation());
    }

    /** With an origin that has joined. */
    Members with(Origin origin) {
        if (joined.contains(origin)) {
            return this;
        }
        TreeSet<Origin> more = new TreeSet<>(joined);
        more.add(origin);
        return new Members(more, fenced);
    }

    /** With an origin that is fenced from a counter on. */
    Members fence(Origin origin, long limit) {
        return merge(new Members(new TreeSet<>(), new TreeMap<>(Map.of(origin, limit))));
    }

    /** With all epochs of a node fenced that take part, but one that goes on. */
    Members fenceAllBut(Origin kept, NodeId node) {
        Members next = this;
        for (Origin each : current()) {
            next = each.node().equals(node) && !each.equals(kept) ? next.fence(each, OPEN) : next;
        }
        return next;
    }

    /** What both say. */
    Members merge(Members other) {
        if (other.equals(this)) {
            return this;
        }
        TreeSet<Origin> all = new TreeSet<>(joined);
        TreeMap<Origin, Long> out = new TreeMap<>(fenced);
        boolean changed = all.addAll(other.joined);
        for (Map.Entry<Origin, Long> each : other.fenced.entrySet()) {
            changed |= !each.getValue().equals(out.get(each.getKey()));
            out.merge(each.getKey(), each.getValue(), Math::min);
        }
        return changed ? new Members(all, out) : this;
    }

    /** A number that differs for different members, as good as always (FNV-1a). */
    long digest() {
        OptionalLong known = digest;
        if (known.isEmpty()) {
            long hash = 0xCBF29CE484222325L;
            for (byte each : encode()) {
                hash = (hash ^ (each & 0xFF)) * 0x100000001B3L;
            }
            known = OptionalLong.of(hash);
            digest = known;
        }
        return known.getAsLong();
    }

    byte[] encode() {
        ByteWriter out = new ByteWriter();
        out.writeByte(VERSION);
        out.writeVarint(joined.size());
        joined.forEach(origin -> write(out, origin));
        out.writeVarint(fenced.size());
        fenced.forEach((origin, limit) -> {
            write(out, origin);
            out.writeVarint(limit == OPEN ? 0 : limit + 1);
        });
        return out.toByteArray();
    }

    /** Writes an origin as all notes have it. */
    static void write(ByteWriter out, Origin origin) {
        out.writeUtf8(origin.node().value());
        out.writeLong(origin.epoch());
    }

    /**
     * Reads a note.
     *
     * @throws softadastra.core.MalformedDataException if it is none
     */
    static Members decode(byte[] payload) {
        ByteReader in = new ByteReader(payload);
        int position = in.position();
        int version = in.readByte();
        if (version != VERSION) {
            throw in.malformed("members of version " + version, position);
        }
        TreeSet<Origin> joined = new TreeSet<>();
        for (int i = in.readCount(); i > 0; i--) {
            joined.add(readOrigin(in));
        }
        TreeMap<Origin, Long> fenced = new TreeMap<>();
        for (int i = in.readCount(); i > 0; i--) {
            Origin origin = readOrigin(in);
            long limit = in.readVarint(Long.MAX_VALUE);
            fenced.put(origin, limit == 0 ? OPEN : limit - 1);
        }
        in.expectEnd();
        return new Members(joined, fenced);
    }

    static Origin readOrigin(ByteReader in) {
        return new Origin(NodeId.of(in.readUtf8(NodeId.MAX_LENGTH)).orElseThrow(), in.readLong());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Members that && joined.equals(that.joined) && fenced.equals(that.fenced));
    }

    @Override
    public int hashCode() {
        return Objects.hash(joined, fenced);
    }

    @Override
    public String toString() {
        return "Members[joined=" + joined + ", fenced=" + fenced + "]";
    }
}

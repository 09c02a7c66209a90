package softadastra.sync;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.LogStart;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;

/**
 * What a node knows of another member: what that holds, what is on its way there, and when to send again. What is on its way is
 * bounded; it is known in memory only, and after a restart sent again.
 *
 * <p>Of a member that this node has no link to, it knows what others tell.
 */
final class Peer {

    /**
     * How much may be on its way to a member.
     *
     * @param operations so many operations
     * @param bytes so much in all, or one operation
     * @param messageBytes a message is ended by the operation that makes it this long
     */
    record Window(int operations, int bytes, int messageBytes) {

        static final Window STANDARD = new Window(256, 2 << 20, 256 << 10);
    }

    /** Whoever was not heard of for so long is heard of through others. */
    private static final long SILENT_NANOS = 15_000_000_000L;

    private final Origin origin;
    private final Window window;
    private final Vector acknowledged = new Vector();
    private final InFlight inFlight;
    private LogCursor cursor;

    /** Where the oldest operation in flight is. */
    private LogCursor mark;

    private final RetryTimer timer = new RetryTimer();
    private final Parts parts = new Parts();
    private long retries;
    private @Nullable Cut cut;

    /** Whether there is a way to it, and it has spoken since the engine was opened. */
    private boolean linked;

    /** Members that it has accused, see {@link Fencing}. */
    private SortedSet<Origin> accused = new TreeSet<>();

    private boolean heard;
    private boolean echoed;
    private long heardAt;
    private long clockOffsetMillis;

    /** Members that it does not hear. */
    private SortedSet<Origin> lacking = new TreeSet<>();

    /** The last operation of each origin that was passed over, since some before it are left out here and it lacks these. */
    private final Map<Origin, Long> withheld = new HashMap<>();

    /** Where the first of these is, null for none. */
    private @Nullable LogCursor firstWithheld;

    /** Which cut of others it was told last. */
    private final TreeMap<Origin, Long> relayed = new TreeMap<>();

    /** Whether there is something to tell that it may not know. */
    private boolean owed = true;

    /** So many operations that are left out are told of in one message at most. */
    private static final int MAX_LEFT_OUT = 4_096;

    Peer(Origin origin, LogStart start, Window window) {
        this.origin = origin;
        this.window = window;
        this.inFlight = new InFlight(window);
        this.cursor = new LogCursor(start);
        this.mark = cursor.copy();
    }

    Origin origin() {
        return origin;
    }

    NodeId node() {
        return origin.node();
    }

    /** In how many nanoseconds there is something to send to it again, if nothing is heard of it until then. */
    long pause(long now) {
        long pause = inFlight.isEmpty() ? Long.MAX_VALUE : timer.at() - now;
        return Math.min(pause, parts.pause(now));
    }

    /** What it holds, as far as is known. */
    Vector acknowledged() {
        return acknowledged;
    }

    /** The last cut of it, null while nothing was heard of it. */
    @Nullable
    Cut cut() {
        return cut;
    }

    /** What was sent to it and is not acknowledged. */
    InFlight inFlight() {
        return inFlight;
    }

    /** How many operations were sent again. */
    long retries() {
        return retries + parts.retries();
    }

    /** Whether it has spoken since the engine was opened. */
    boolean isHeard() {
        return heard;
    }

    /** When it has spoken last, if it has. */
    long heardAt() {
        return heardAt;
    }

    /** How far its clock is ahead of this node's, the way of its message included. */
    long clockOffsetMillis() {
        return clockOffsetMillis;
    }

    /** Whether there is a way to it and it listens. */
    boolean isLinked() {
        return linked;
    }

    /** Says whether there is a way to it. When one comes up, nothing has to wait for a time to try again. */
    void link(boolean up) {
        if (up && !linked) {
            timer.reset();
            parts.reset();
            owed = true;
            rewind();
        }
        linked = up;
    }

    /** Whether it was silent for so long that others are to tell of it. */
    boolean isSilent(long now) {
        return !heard || now - heardAt > SILENT_NANOS;
    }

    /** Goes on from another place of the log: what is in flight is forgotten. */
    void restart(LogStart start) {
        cursor = new LogCursor(start);
        mark = cursor.copy();
        letGo();
        rewind();
    }

    /** Goes back to what was passed over, if by now it is to be told. */
    private void tellWithheld(Share share) {
        withheld.entrySet().removeIf(each -> acknowledged.counter(each.getKey()) >= each.getValue());
        LogCursor first = firstWithheld;
        if (withheld.isEmpty() || first == null) {
            firstWithheld = null;
        } else if (withheld.keySet().stream().anyMatch(share::isWhole)) {
            mark = first.next() < mark.next() ? first : mark;
            letGo();
            rewind();
        }
    }

    private void withhold(OperationId id) {
        if (withheld.isEmpty()) {
            firstWithheld = cursor.copy();
        }
        withheld.put(id.origin(), id.counter());
    }

    private void letGo() {
        withheld.clear();
        firstWithheld = null;
    }

    private void rewind() {
        inFlight.clear();
        cursor = mark.copy();
    }

    /** Whether it lacks what was before the log can be read operation by operation. */
    boolean isBehind(CausalContext start) {
        return !acknowledged.includes(start);
    }

    /** What it is told of what stands here. */
    Parts parts() {
        return parts;
    }

    void owe() {
        owed = true;
    }

    boolean isOwed() {
        return owed;
    }

    /** Takes note of a message of it. */
    void heard(SyncMessage.State state, long now, long millis) {
        if (isSilent(now)) {
            // Else it may be at the last part, which is large.
            parts.tryAgain();
        }
        heard = true;
        heardAt = now;
        Cut before = cut;
        // Messages come in any order.
        if (before == null || state.cut().sequence() >= before.sequence()) {
            clockOffsetMillis = state.millis() - millis;
            parts.asked(state.progress(), state.whole(), now);
        }
        // As told by whoever has an earlier log too: what it had said is to be told to it.
        lacking = state.lacking();
        if (lacking.contains(origin)) {
            // It asks, maybe again.
            relayed.remove(origin);
        }
        timer.heard();
        learn(state.cut(), state.accused(), now);
    }

    /** Takes note of a cut of it, and of whom it accused then, whoever told. */
    void learn(Cut said, SortedSet<Origin> accuses, long now) {
        Cut before = cut;
        // Messages come in any order.
        if (before == null || said.sequence() >= before.sequence()) {
            cut = said;
            accused = accuses;
        }
        boolean unused = acknowledged.merge(said.held());
        long firstAt = inFlight.firstAt();
        int count = inFlight.acknowledge(acknowledged);
        if (count > 0) {
            timer.acknowledged(count, firstAt, now);
            timer.carries(inFlight.bytesBeyond());
        }
        if (inFlight.isEmpty()) {
            markHere();
        }
    }

    /** Nothing before the cursor is in flight. */
    private void markHere() {
        // What was held at a place of the log, and so all there is to a cursor, follows from the place.
        if (mark.next() != cursor.next()) {
            mark = cursor.copy();
        }
    }

    /** Which members it has not heard of for longer than the retention, as far as it has said. */
    SortedSet<Origin> accused() {
        return accused;
    }

    /** Whether it has said what it knows of this node, since the engine was opened. */
    boolean hasEchoed() {
        return echoed;
    }

    void echoed() {
        echoed = true;
    }

    /** Of what is known of others, what it lacks: all of that, or what it was not told yet. */
    SortedMap<Origin, Relayed> relay(SortedMap<Origin, Peer> peers, ToLongFunction<Origin> silenceMillis, boolean all) {
        TreeMap<Origin, Relayed> relay = new TreeMap<>();
        for (Origin each : lacking) {
            Peer other = peers.get(each);
            Cut known = other == null ? null : other.cut;
            long told = relayed.getOrDefault(each, -1L);
            if (each.equals(origin)) {
                if (all || told < 0) {
                    relay.put(each, echo());
                }
            } else if (other != null && known != null && (all || known.sequence() > told)) {
                relay.put(each, new Relayed(known, silenceMillis.applyAsLong(each), other.accused));
            }
        }
        return relay;
    }

    /** What it has ever said that it holds: its log may have been put back since. */
    private Relayed echo() {
        Cut last = cut;
        long sequence = last == null ? 0 : last.sequence();
        return new Relayed(new Cut(sequence, acknowledged.copy(), 0, 0, false), 0, new TreeSet<>());
    }

    /** Sends again what was not acknowledged in time: a receiver takes nothing behind what it lacks, so all of that. */
    void expire(long now) {
        if (!inFlight.isEmpty() && timer.isOver(now)) {
            retries += inFlight.size();
            timer.expire(inFlight.size());
            rewind();
            owed = true;
        }
    }

    /**
     * What is next for it, as far as the window has room and the log is durable; empty if there is nothing.
     *
     * @param share what it wants of what this node has
     */
    Outgoing next(
            LogTail log, long durable, Vector held, Members members, Share share, long now, RandomGenerator random) {
        parts.arrived(now);
        tellWithheld(share);
        Outgoing out = new Outgoing();
        if (inFlight.isEmpty()) {
            markHere();
        }
        boolean wasIdle = inFlight.isEmpty();
        InFlight.Room room = room(share);
        if (!wasIdle && !room.isAny()) {
            return out;
        }
        int[] bytes = new int[1];
        cursor.advance(log, durable, held, members, new LogCursor.Taker() {
            @Override
            public boolean take(OperationRecord operation) {
                OperationId id = operation.id();
                if (acknowledged.includes(id)) {
                    return true;
                }
                if (!share.has(id)) {
                    withhold(id);
                    return true;
                }
                if (!share.wants(operation.operation().key())) {
                    return share.mayLeaveOut(id) && leaveOut(out, id);
                }
                int size = InFlight.size(operation.operation());
                if (!room.take(size) || (bytes[0] > 0 && bytes[0] + size > window.messageBytes())) {
                    return false;
                }
                bytes[0] += size;
                inFlight.add(Map.of(id.origin(), id.counter()), size, now);
                out.add(operation);
                return true;
            }

            @Override
            public void skipped(Origin of, long from, long through) {
                long first = Math.max(from, acknowledged.counter(of) + 1);
                if (share.covers() && first <= through) {
                    out.skip(of, first, through);
                }
            }
        });
        if (!out.skips().isEmpty() && out.operations().isEmpty()) {
            inFlight.add(out.leftThrough(), now);
        } else if (!out.skips().isEmpty()) {
            // It is acknowledged with the last operation beside it, which may be as large as the window.
            inFlight.addToLast(out.leftThrough());
        }
        if (wasIdle && !out.isEmpty()) {
            timer.begin(now, random);
        }
        timer.carries(inFlight.bytesBeyond());
        return out;
    }

    private static boolean leaveOut(Outgoing out, OperationId id) {
        boolean fits = out.left() < MAX_LEFT_OUT;
        if (fits) {
            out.skip(id.origin(), id.counter(), id.counter());
        }
        return fits;
    }

    /** One place of the window is for all that a message leaves out. */
    private InFlight.Room room(Share share) {
        return inFlight.room(share.mayLeaveOut() ? window.operations() - 1 : window.operations());
    }

    /**
     * Of a node's operations, how far those reach that {@link #next} would take now, in as many messages as it takes: what is next for
     * the peer, and as much of it as the window has room for. Sends nothing, and takes note of nothing.
     */
    Map<Origin, Long> queued(LogTail log, long durable, Vector held, Members members, Share share, NodeId of) {
        Map<Origin, Long> through = new TreeMap<>();
        InFlight.Room room = room(share);
        if (room.isAny() && cursor.next() <= durable) {
            cursor.ahead().advance(log, durable, held, members, operation -> {
                OperationId id = operation.id();
                if (acknowledged.includes(id) || !share.has(id)) {
                    return true;
                }
                boolean taken = share.wants(operation.operation().key())
                        ? room.take(InFlight.size(operation.operation()))
                        : share.mayLeaveOut(id);
                if (taken && id.node().equals(of)) {
                    through.merge(id.origin(), id.counter(), Math::max);
                }
                return taken;
            });
        }
        return through;
    }

    /** A message went out that says all there was to tell. */
    void told(SortedMap<Origin, Relayed> relay) {
        owed = false;
        relay.forEach((member, said) -> relayed.put(member, said.cut().sequence()));
    }
}

package softadastra.sync;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.LogStart;
import softadastra.store.Operation;
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

    private static final int OPERATION_OVERHEAD = 64;

    /** Who brings it what stands elsewhere is gone if nothing has come of it for so long. */
    private static final long STALLED_NANOS = 30_000_000_000L;

    /** Whoever was not heard of for so long is heard of through others. */
    private static final long SILENT_NANOS = 15_000_000_000L;

    private final Origin origin;
    private final Window window;
    private final Vector acknowledged = new Vector();
    private final ArrayDeque<Sent> inFlight = new ArrayDeque<>();
    private LogCursor cursor;

    /** Where the oldest operation in flight is. */
    private LogCursor mark;

    private int bytesInFlight;
    private final RetryTimer timer = new RetryTimer();
    private final RetryTimer partTimer = new RetryTimer();
    private long retries;
    private @Nullable Cut cut;

    /** Whether there is a way to it, and it has spoken since the engine was opened. */
    private boolean linked;

    /** Members that it has accused, see {@link Membership}. */
    private SortedSet<Origin> accused = new TreeSet<>();

    private boolean heard;
    private boolean echoed;
    private long heardAt;
    private long clockOffsetMillis;

    /** How far it is with what stands elsewhere, and since when it has been there. */
    private Optional<Progress> progress = Optional.empty();

    private long progressAt;
    private boolean whole;

    /** Whether it was sent a part that it has not asked on from; behind which key that began, and when it was sent. */
    private boolean partSent;

    private Optional<Key> sentBehind = Optional.empty();
    private long partSentAt;

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

    /** What one operation, or the end of what is left out, brings the peer to; and when it was sent. */
    private record Sent(Map<Origin, Long> through, int bytes, long at) {

        Sent with(Map<Origin, Long> more) {
            Map<Origin, Long> all = new TreeMap<>(through);
            more.forEach((origin, counter) -> all.merge(origin, counter, Math::max));
            return new Sent(all, bytes, at);
        }

        boolean isIn(Vector held) {
            for (Map.Entry<Origin, Long> each : through.entrySet()) {
                if (held.counter(each.getKey()) < each.getValue()) {
                    return false;
                }
            }
            return true;
        }
    }

    Peer(Origin origin, LogStart start, Window window) {
        this.origin = origin;
        this.window = window;
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
        return partSent ? Math.min(pause, partTimer.at() - now) : pause;
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

    int inFlight() {
        return inFlight.size();
    }

    /** Whether no more is on its way than may be: what a message leaves out takes a place, and next to no bytes. */
    boolean isWithinWindow() {
        int operations = 0;
        long bytes = 0;
        for (Sent sent : inFlight) {
            boolean isOperation = sent.bytes() > OPERATION_OVERHEAD;
            operations += isOperation ? 1 : 0;
            bytes += isOperation ? sent.bytes() : 0;
        }
        return inFlight.size() <= window.operations() && (operations <= 1 || bytes <= window.bytes());
    }

    /** The highest counter of an origin that is in flight; 0 if there is none. */
    long inFlight(Origin of) {
        long highest = 0;
        for (Sent sent : inFlight) {
            highest = Math.max(highest, sent.through.getOrDefault(of, 0L));
        }
        return highest;
    }

    /** How many operations were sent again. */
    long retries() {
        return retries;
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
            partTimer.reset();
            partSent = false;
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
        bytesInFlight = 0;
        cursor = mark.copy();
    }

    /** Whether it lacks what was before the log can be read operation by operation. */
    boolean isBehind(CausalContext start) {
        return !acknowledged.includes(start);
    }

    /** How far it is with what stands elsewhere. */
    Optional<Progress> progress() {
        return progress;
    }

    /** Whether it is to be told all that stands here, and not only what it lacks. */
    boolean isWhole() {
        return whole;
    }

    /** Whether it has been where it is for so long that whoever had brought it there has left. */
    boolean isStalled(long now) {
        return now - progressAt >= STALLED_NANOS;
    }

    /** Whether it is time to send it a part: the next one at once, the same again after a while. */
    boolean isChunkDue(Optional<Key> behind, long now, RandomGenerator random) {
        if (!behind.equals(sentBehind)) {
            sentBehind = behind;
            partArrived(now);
        }
        if (partSent) {
            if (!partTimer.isOver(now)) {
                return false;
            }
            partTimer.expire(1);
            retries++;
        }
        partTimer.begin(now, random);
        partSent = true;
        partSentAt = now;
        return true;
    }

    private void partArrived(long now) {
        if (partSent) {
            partSent = false;
            partTimer.heard();
            partTimer.acknowledged(1, partSentAt, now);
        }
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
            partTimer.heard();
        }
        heard = true;
        heardAt = now;
        clockOffsetMillis = state.millis() - millis;
        lacking = state.lacking();
        if (lacking.contains(origin)) {
            // It asks, maybe again.
            relayed.remove(origin);
        }
        whole = state.whole();
        if (!progress.equals(state.progress())) {
            progress = state.progress();
            progressAt = now;
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
        Sent first = inFlight.peek();
        int count = inFlight.size();
        while (!inFlight.isEmpty() && inFlight.peek().isIn(acknowledged)) {
            bytesInFlight -= inFlight.remove().bytes();
        }
        count -= inFlight.size();
        if (first != null && count > 0) {
            timer.acknowledged(count, first.at(), now);
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
        partArrived(now);
        tellWithheld(share);
        Outgoing out = new Outgoing();
        if (inFlight.isEmpty()) {
            markHere();
        }
        boolean wasIdle = inFlight.isEmpty();
        // One place of the window is for all that a message leaves out.
        int places = share.mayLeaveOut() ? window.operations() - 1 : window.operations();
        boolean hasRoom = inFlight.size() < places && bytesInFlight + OPERATION_OVERHEAD <= window.bytes();
        if (!wasIdle && !hasRoom) {
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
                int size = size(operation.operation());
                // One that is larger than the window goes alone.
                boolean fits =
                        inFlight.isEmpty() || (inFlight.size() < places && bytesInFlight + size <= window.bytes());
                if (!fits || (bytes[0] > 0 && bytes[0] + size > window.messageBytes())) {
                    return false;
                }
                bytes[0] += size;
                fly(Map.of(id.origin(), id.counter()), size, now);
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
            fly(out.leftThrough(), OPERATION_OVERHEAD, now);
        } else if (!out.skips().isEmpty()) {
            // It is acknowledged with the last operation beside it, which may be as large as the window.
            inFlight.add(inFlight.removeLast().with(out.leftThrough()));
        }
        if (wasIdle && !out.isEmpty()) {
            timer.begin(now, random);
        }
        return out;
    }

    private static boolean leaveOut(Outgoing out, OperationId id) {
        boolean fits = out.left() < MAX_LEFT_OUT;
        if (fits) {
            out.skip(id.origin(), id.counter(), id.counter());
        }
        return fits;
    }

    private void fly(Map<Origin, Long> through, int bytes, long now) {
        inFlight.add(new Sent(through, bytes, now));
        bytesInFlight += bytes;
    }

    /** A message went out that says all there was to tell. */
    void told(SortedMap<Origin, Relayed> relay) {
        owed = false;
        relay.forEach((member, said) -> relayed.put(member, said.cut().sequence()));
    }

    private static int size(Operation operation) {
        return OPERATION_OVERHEAD
                + operation.key().length()
                + operation.value().map(value -> value.length()).orElse(0);
    }
}

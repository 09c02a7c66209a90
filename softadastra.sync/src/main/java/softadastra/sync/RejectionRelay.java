package softadastra.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import softadastra.core.NodeId;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.sync.Refusals.Receipt;
import softadastra.sync.Refusals.Word;
import softadastra.sync.Rejections.Claim;

/**
 * Decides which neighbour is told what of rejected operations. Word goes to the writer if that is a neighbour, else to all of them, who
 * pass it on; and so do receipts on their way back. Only the node that has rejected an operation repeats, until the receipt is there:
 * so whatever is lost on the way comes again, and nobody in between has to keep anything.
 *
 * <p>What is passed on rests for a while, and goes so many hops at most, so that it does not go round in circles.
 */
final class RejectionRelay {

    static final int HOPS = 32;

    private static final int AT_ONCE = 64;
    private static final int BYTES_AT_ONCE = 64 << 10;
    private static final int MAX_WAITING = 1024;
    private static final int MAX_PASSED = 4096;
    private static final long REST_NANOS = 2_000_000_000L;
    private static final long FIRST_REPEAT_NANOS = 4_000_000_000L;
    private static final long LAST_REPEAT_NANOS = 60_000_000_000L;

    private final NodeId self;

    /** What waits to be told to a neighbour. */
    private static final class Waiting {
        final ArrayDeque<Word> words = new ArrayDeque<>();
        final ArrayDeque<Receipt> receipts = new ArrayDeque<>();
    }

    /** When this node has told of what it has rejected itself, and how often. */
    private record Told(long at, int times) {}

    private final TreeMap<NodeId, Waiting> waiting = new TreeMap<>();
    /** Told longest ago first. */
    private final Map<OperationId, Told> told = new LinkedHashMap<>();

    /** When something was passed on last; receipts have their own. */
    private final BoundedMap<Claim, Long> passedWords = new BoundedMap<>(MAX_PASSED);

    private final BoundedMap<Claim, Long> passedReceipts = new BoundedMap<>(MAX_PASSED);
    private SortedSet<NodeId> neighbours = new TreeSet<>();

    RejectionRelay(NodeId self) {
        this.self = self;
    }

    /** Says who can be told. Who has just become a neighbour may be the one that was missing. */
    void connect(SortedSet<NodeId> now) {
        if (!neighbours.containsAll(now)) {
            told.clear();
        }
        neighbours = new TreeSet<>(now);
        waiting.keySet().retainAll(now);
    }

    /** Passes on what is meant for somebody else. */
    void pass(NodeId from, Word word, long now) {
        Claim claim = new Claim(word.by(), word.rejection().id());
        if (word.hops() > 0 && isRested(passedWords, claim, now)) {
            Word next = new Word(word.by(), word.rejection(), Math.min(word.hops(), HOPS) - 1);
            for (NodeId each : towards(claim.id().node(), from)) {
                add(waiting(each).words, next);
            }
        }
    }

    /** Passes on what is meant for somebody else. */
    void pass(NodeId from, Receipt receipt, long now) {
        Claim claim = new Claim(receipt.by(), receipt.id());
        if (receipt.hops() > 0 && isRested(passedReceipts, claim, now)) {
            Receipt next = new Receipt(receipt.by(), receipt.id(), Math.min(receipt.hops(), HOPS) - 1);
            for (NodeId each : towards(claim.by().node(), from)) {
                add(waiting(each).receipts, next);
            }
        }
    }

    /** Says that this node knows that an operation of its own was rejected. */
    void confirm(Claim claim) {
        for (NodeId each : towards(claim.by().node(), null)) {
            add(waiting(each).receipts, new Receipt(claim.by(), claim.id(), HOPS));
        }
    }

    private static boolean isRested(BoundedMap<Claim, Long> passed, Claim claim, long now) {
        Long at = passed.get(claim);
        if (at != null && now - at < REST_NANOS) {
            return false;
        }
        // The one that has rested longest is first.
        passed.putLast(claim, now);
        return true;
    }

    private Waiting waiting(NodeId neighbour) {
        return waiting.computeIfAbsent(neighbour, absent -> new Waiting());
    }

    /** What there is no room for comes again. */
    private static <T> void add(ArrayDeque<T> queue, T item) {
        if (queue.size() < MAX_WAITING) {
            queue.add(item);
        }
    }

    private Collection<NodeId> towards(NodeId node, @Nullable NodeId from) {
        if (neighbours.contains(node)) {
            return List.of(node);
        }
        List<NodeId> others = new ArrayList<>(neighbours);
        others.removeIf(each -> each.equals(from) || each.equals(self));
        return others;
    }

    /** Has the writers told of what this node has rejected, as far as it is time for that. */
    void tell(Origin by, Map<OperationId, Rejection> untold, long now) {
        told.keySet().retainAll(untold.keySet());
        int room = room();
        // What is new takes most of it, and not all: nor do those whose writers are gone keep others from being told.
        int fresh = room - room / 4;
        List<Rejection> next = new ArrayList<>();
        for (Rejection each : untold.values()) {
            if (next.size() < fresh && !told.containsKey(each.id())) {
                next.add(each);
            }
        }
        for (Map.Entry<OperationId, Told> each : told.entrySet()) {
            Told before = each.getValue();
            Rejection again = untold.get(each.getKey());
            if (next.size() < room && again != null && now - before.at >= repeat(before.times)) {
                next.add(again);
            }
        }
        for (Rejection each : next) {
            Told last = told.remove(each.id());
            told.put(each.id(), new Told(now, last == null ? 1 : last.times + 1));
            for (NodeId neighbour : towards(each.id().node(), null)) {
                add(waiting(neighbour).words, new Word(by, each, HOPS));
            }
        }
    }

    /** How many words can wait at each neighbour. */
    private int room() {
        int room = neighbours.isEmpty() ? 0 : MAX_WAITING;
        for (NodeId each : neighbours) {
            Waiting there = waiting.get(each);
            room = Math.min(room, MAX_WAITING - (there == null ? 0 : there.words.size()));
        }
        return room;
    }

    private static long repeat(int times) {
        return Math.min(LAST_REPEAT_NANOS, FIRST_REPEAT_NANOS << Math.min(times - 1, 8));
    }

    /** What the next message to a neighbour is to have; it does not wait any more then. */
    Refusals next(NodeId neighbour) {
        Waiting to = waiting.get(neighbour);
        if (to == null) {
            return Refusals.NONE;
        }
        List<Word> words = new ArrayList<>();
        int bytes = 0;
        while (!to.words.isEmpty() && words.size() < AT_ONCE) {
            bytes += to.words.element().rejection().size();
            if (bytes > BYTES_AT_ONCE && !words.isEmpty()) {
                break;
            }
            words.add(to.words.remove());
        }
        List<Receipt> receipts = new ArrayList<>();
        while (!to.receipts.isEmpty() && receipts.size() < AT_ONCE) {
            receipts.add(to.receipts.remove());
        }
        if (to.words.isEmpty() && to.receipts.isEmpty()) {
            Waiting unused = waiting.remove(neighbour);
        }
        return new Refusals(words, receipts);
    }

    /** Whether there is more to tell. */
    boolean isWaiting() {
        return !waiting.isEmpty();
    }
}

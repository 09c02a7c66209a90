package softadastra.sync;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import softadastra.core.NodeId;
import softadastra.store.Operation;
import softadastra.store.Origin;

/** What was sent to a member and is not acknowledged, oldest first: no more than a window takes. In memory only, for one thread. */
final class InFlight {

    private static final int OPERATION_OVERHEAD = 64;

    private final Peer.Window window;
    private final ArrayDeque<Sent> all = new ArrayDeque<>();
    private int bytes;

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

    InFlight(Peer.Window window) {
        this.window = window;
    }

    /** How much of a window an operation takes. */
    static int size(Operation operation) {
        return OPERATION_OVERHEAD
                + operation.key().length()
                + operation.value().map(value -> value.length()).orElse(0);
    }

    int size() {
        return all.size();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** When the oldest was sent; 0 if there is none. */
    long firstAt() {
        Sent first = all.peek();
        return first == null ? 0 : first.at();
    }

    /** Whether there is no more than may be: what a message leaves out takes a place, and next to no bytes. */
    boolean isWithinWindow() {
        int operations = 0;
        long sum = 0;
        for (Sent sent : all) {
            boolean isOperation = sent.bytes() > OPERATION_OVERHEAD;
            operations += isOperation ? 1 : 0;
            sum += isOperation ? sent.bytes() : 0;
        }
        return all.size() <= window.operations() && (operations <= 1 || sum <= window.bytes());
    }

    /** How many bytes it is more than the window takes; one operation may be. */
    long bytesBeyond() {
        return Math.max(0, bytes - window.bytes());
    }

    /** The highest counter of each origin of a node. */
    Map<Origin, Long> through(NodeId of) {
        Map<Origin, Long> highest = new TreeMap<>();
        for (Sent sent : all) {
            sent.through().forEach((origin, counter) -> {
                if (origin.node().equals(of)) {
                    highest.merge(origin, counter, Math::max);
                }
            });
        }
        return highest;
    }

    /** An operation was sent. */
    void add(Map<Origin, Long> through, int size, long now) {
        all.add(new Sent(through, size, now));
        bytes += size;
    }

    /** What is left out was told. */
    void add(Map<Origin, Long> leftThrough, long now) {
        add(leftThrough, OPERATION_OVERHEAD, now);
    }

    /** What is left out was told beside the last operation. */
    void addToLast(Map<Origin, Long> leftThrough) {
        all.add(all.removeLast().with(leftThrough));
    }

    /** Takes out what is held; how much that was. */
    int acknowledge(Vector held) {
        int before = all.size();
        while (!all.isEmpty() && all.peek().isIn(held)) {
            bytes -= all.remove().bytes();
        }
        return before - all.size();
    }

    void clear() {
        all.clear();
        bytes = 0;
    }

    /** How much room there is in so many places. */
    Room room(int places) {
        return new Room(places);
    }

    /** The room that is left, as far as it is not taken meanwhile. */
    final class Room {
        private final int places;
        private int taken = all.size();
        private long takenBytes = bytes;

        private Room(int places) {
            this.places = places;
        }

        /** Whether there is room for anything. */
        boolean isAny() {
            return taken == 0 || (taken < places && takenBytes + OPERATION_OVERHEAD <= window.bytes());
        }

        /** Takes room, if there is enough. What is larger than the window goes alone. */
        boolean take(int size) {
            boolean fits = taken == 0 || (taken < places && takenBytes + size <= window.bytes());
            if (fits) {
                taken++;
                takenBytes += size;
            }
            return fits;
        }
    }
}

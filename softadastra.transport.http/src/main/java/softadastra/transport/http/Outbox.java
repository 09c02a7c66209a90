package softadastra.transport.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Messages that wait to be sent to one node, bounded in bytes. A message may be longer than the bound: it is let in while at least
 * half of it is free. Thread-safe.
 */
final class Outbox {
    private final long bound;
    private final Deque<byte[]> messages = new ArrayDeque<>();
    private final LongAdder dropped;
    private long bytes;
    private boolean told;

    /** {@code dropped} counts what is too long for the one it is for. */
    Outbox(long bound, LongAdder dropped) {
        this.bound = bound;
        this.dropped = dropped;
    }

    /** What became of a message that was offered. */
    enum Offer {
        /** There is no room. */
        FULL,
        /** It waits, and whoever sends knows already that something does. */
        WAITS,
        /** It waits, and whoever sends has to be told. */
        TELL
    }

    synchronized Offer offer(byte[] message) {
        long more = Batch.KEPT + (long) message.length;
        if (bytes > bound / 2 && bytes + more > bound) {
            return Offer.FULL;
        }
        bytes += more;
        messages.add(message);
        if (told) {
            return Offer.WAITS;
        }
        told = true;
        return Offer.TELL;
    }

    /**
     * Takes messages up to a size together, and as many as go into one batch; the first one whatever its size is, unless it is too long for the largest body that the
     * other side takes. Whoever sends has to be told of later ones.
     */
    synchronized List<byte[]> take(int atMost, int maxBody) {
        told = false;
        List<byte[]> taken = new ArrayList<>();
        long size = 0;
        while (!messages.isEmpty() && taken.size() < Batch.MAX_MESSAGES) {
            int next = messages.element().length + Batch.OVERHEAD;
            if (next <= maxBody && size > 0 && size + next > Math.min(atMost, maxBody)) {
                break;
            }
            byte[] message = messages.remove();
            bytes -= message.length + Batch.KEPT;
            if (next > maxBody) {
                dropped.increment();
            } else {
                size += next;
                taken.add(message);
            }
        }
        return taken;
    }

    /** Whether nothing waits; whoever sends is told of later ones as before. */
    synchronized boolean hasNone() {
        return messages.isEmpty();
    }

    synchronized boolean isEmpty() {
        told = false;
        return messages.isEmpty();
    }
}

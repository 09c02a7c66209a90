package softadastra.transport.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Messages that wait to be sent to one node, bounded in bytes. Thread-safe. */
final class Outbox {
    private final long bound;
    private final Deque<byte[]> messages = new ArrayDeque<>();
    private long bytes;
    private boolean told;

    Outbox(long bound) {
        this.bound = bound;
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
        if (bytes > 0 && bytes + message.length + Batch.OVERHEAD > bound) {
            return Offer.FULL;
        }
        bytes += message.length + Batch.OVERHEAD;
        messages.add(message);
        if (told) {
            return Offer.WAITS;
        }
        told = true;
        return Offer.TELL;
    }

    /** Takes messages up to a size together; the first one whatever its size is. Whoever sends has to be told of later ones. */
    synchronized List<byte[]> take(int atMost) {
        told = false;
        List<byte[]> taken = new ArrayList<>();
        long size = 0;
        while (!messages.isEmpty()) {
            int next = messages.element().length + Batch.OVERHEAD;
            if (size > 0 && size + next > atMost) {
                break;
            }
            size += next;
            taken.add(messages.remove());
        }
        bytes -= size;
        return taken;
    }

    synchronized boolean isEmpty() {
        told = false;
        return messages.isEmpty();
    }

    synchronized int size() {
        return messages.size();
    }
}

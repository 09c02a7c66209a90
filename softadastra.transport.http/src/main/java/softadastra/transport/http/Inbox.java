package softadastra.transport.http;

import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Messages that have arrived and not been taken, bounded in bytes. A message may be longer than the bound: it is let in while at
 * least half of it is free. One thread adds, any thread takes.
 */
final class Inbox {
    private final Queue<byte[]> messages = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final long bound;
    private final Runnable onRoom;

    /** {@code onRoom} is run, by whoever takes, when there is room again for somebody who had asked for it. */
    Inbox(long bound, Runnable onRoom) {
        this.bound = bound;
        this.onRoom = onRoom;
    }

    /** Adds all of them, or none if there is no room. */
    boolean add(List<byte[]> all) {
        long size = 0;
        for (byte[] message : all) {
            size += message.length + Batch.KEPT;
        }
        if (!fits(size)) {
            return false;
        }
        bytes.addAndGet(size);
        messages.addAll(all);
        return true;
    }

    /** Whether there is room for what takes so many bytes, {@link Batch#KEPT} for each message among them. */
    boolean fits(long size) {
        long taken = bytes.get();
        return taken <= bound / 2 || taken + size <= bound;
    }

    /** Whether at least half of it is free; if not, it will be said when it is. */
    boolean hasRoom() {
        if (bytes.get() <= bound / 2) {
            return true;
        }
        wanted.set(true);
        // It may have been emptied in between.
        return bytes.get() <= bound / 2 && wanted.compareAndSet(true, false);
    }

    Optional<byte[]> take() {
        byte[] message = messages.poll();
        if (message == null) {
            return Optional.empty();
        }
        long left = bytes.addAndGet(-(message.length + Batch.KEPT));
        if (left <= bound / 2 && wanted.compareAndSet(true, false)) {
            onRoom.run();
        }
        return Optional.of(message);
    }
}

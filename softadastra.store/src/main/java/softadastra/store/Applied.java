package softadastra.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the operations applied so far add up to: the index, and counts over it.
 *
 * <p>One thread at a time changes it: the one that recovers, later whoever holds the {@link Applier}'s lock. Any thread reads
 * the index and the counts.
 */
final class Applied {

    private final Index index = new SkipListIndex();

    /** The origin of the operations that this store logs: its node, in its current epoch. */
    private final Origin self;

    /** The last counter of every other origin, in the order in which they first occurred. Guarded by itself. */
    private final Map<Origin, Long> counters = new LinkedHashMap<>();

    // The counts have one writer, so they need no atomic change, only to be read whole.
    private final AtomicLong selfCounter = new AtomicLong();
    private final AtomicLong sequence = new AtomicLong();
    private final AtomicLong size = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong remote = new AtomicLong();

    Applied(Origin self) {
        this.self = self;
    }

    Index index() {
        return index;
    }

    Origin self() {
        return self;
    }

    /** The sequence of the last operation applied, 0 if none. */
    long sequence() {
        return sequence.get();
    }

    /** How many keys have a value. */
    long size() {
        return size.get();
    }

    /** The bytes of all those keys and values. */
    long bytes() {
        return bytes.get();
    }

    /** How many of the values came from other nodes. */
    long remote() {
        return remote.get();
    }

    /** The last counter of an origin, 0 if nothing of it was applied. */
    long counter(Origin origin) {
        if (origin.equals(self)) {
            return selfCounter.get();
        }
        synchronized (counters) {
            return counters.getOrDefault(origin, 0L);
        }
    }

    /**
     * The last counter of each origin; a copy. The origins are in the order in which they first occurred, with {@link #self}
     * as the last.
     */
    Map<Origin, Long> counters() {
        Map<Origin, Long> all;
        synchronized (counters) {
            all = new LinkedHashMap<>(counters);
        }
        long own = selfCounter.get();
        if (own > 0) {
            all.put(self, own);
        }
        return all;
    }

    /** Whether operations of an origin were written by this node, now or in an earlier epoch. */
    boolean isLocal(Origin origin) {
        return origin.node().equals(self.node());
    }

    /** Notes that an operation was applied, whatever its effect. */
    void advance(Origin origin, long counter, long atSequence) {
        if (origin.equals(self)) {
            selfCounter.setRelease(counter);
        } else {
            synchronized (counters) {
                counters.merge(origin, counter, Math::max);
            }
        }
        sequence.setRelease(atSequence);
    }

    /** Makes a value, or a tombstone, the visible state of its key. */
    void apply(Key key, Stored stored) {
        Stored before = stored.isTombstone() ? index.remove(key) : index.put(key, stored);
        count(key, before, stored);
    }

    /** Makes several values and tombstones visible as one: readers see none of them, or all. */
    void applyAll(Key[] keys, Stored[] values) {
        Stored.Veil veil = new Stored.Veil();
        for (int i = 0; i < keys.length; i++) {
            values[i].hide(veil, Stored.beneath(veil, index.get(keys[i])));
            count(keys[i], index.put(keys[i], values[i]), values[i]);
        }
        veil.lift();
        for (int i = 0; i < keys.length; i++) {
            values[i].unveil();
            if (values[i].isTombstone() && index.get(keys[i]) == values[i]) {
                index.remove(keys[i]);
            }
        }
    }

    private void count(Key key, @Nullable Stored before, Stored after) {
        if (before != null && before.value != null) {
            add(-1, -(long) key.length() - before.value.length, before.origin);
        }
        if (after.value != null) {
            add(1, (long) key.length() + after.value.length, after.origin);
        }
    }

    private void add(int entries, long newBytes, Origin origin) {
        size.setRelease(size.getPlain() + entries);
        bytes.setRelease(bytes.getPlain() + newBytes);
        if (!isLocal(origin)) {
            remote.setRelease(remote.getPlain() + entries);
        }
    }
}

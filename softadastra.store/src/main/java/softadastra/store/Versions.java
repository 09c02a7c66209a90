package softadastra.store;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import softadastra.core.SoftadastraException;

/**
 * What the operations of the log add up to: for each key the versions of its value, the newest of which may not be visible yet.
 * This is multi-version concurrency control (Reed, "Naming and synchronization in a decentralized computer system", 1978;
 * Bernstein, Goodman, ACM Computing Surveys 13(2), 1981) with the log's sequences for timestamps.
 *
 * <p>A writer adds the versions of its operation when the log has given that its sequences, under the writers' lock. It decides
 * on the newest versions; readers take the newest visible one. So to apply whatever a write of the log made durable, all that
 * needs to be done is to say so: {@link #publish}, one write, which also shows all of a batch at once.
 *
 * <p>A version that nobody can see any more is taken out by later writers, a few at a time: {@link #prune}. While a snapshot is
 * open, what it sees stays.
 *
 * <p>Reads are wait-free, on any thread. What adds and prunes is for the holder of the writers' lock, or for the one thread that
 * recovers.
 */
final class Versions {

    /** How many slots that hold versions for snapshots a writer looks at again, in each of its writes. */
    private static final int LOOKED_AT_ONCE = 8;

    private final Index index;
    private final Views views = new Views();
    private final Watchers watchers = new Watchers();

    /** The origin of the operations that this store logs: its node, in its current epoch. */
    private final Origin self;

    /** The last counter of every other origin, in the order in which they first occurred. Guarded by itself. */
    private final Map<Origin, Long> counters = new LinkedHashMap<>();

    // What the newest versions come to; for the one who writes.
    private long entries;
    private long bytes;
    private long remote;
    private long ownCounter;

    /** The change that was added last, and the one that was pruned last; for the one who writes. */
    private Change last;

    private Change pruned;

    /** A change that is visible, near the last one that is. */
    private volatile Change reached;

    /** The last sequence whose versions are all added. */
    private volatile long added;

    /** Slots that hold versions for snapshots, each once; for the one who writes. */
    private final ArrayDeque<Slot> holding = new ArrayDeque<>();

    /** The entries of a checkpoint that may not be in the index yet, null for none. */
    private volatile @Nullable Unloaded unloaded;

    /** Slots of keys that were removed while the checkpoint was being loaded, and how many of them have been looked at. */
    private List<Slot> removed = List.of();

    private int removedDone;

    /** The snapshots for which {@link #holding} is looked through, and how much of it is left to be. */
    private long[] lookingFor = {};

    private int leftToLookAt;

    /** The empty state of a log that begins. */
    Versions(Origin self) {
        this.self = self;
        index = new Index(self.epoch());
        last = changeAt(0, 0);
        pruned = last;
        reached = last;
    }

    Origin self() {
        return self;
    }

    Views views() {
        return views;
    }

    /** The slot of a key, null if it has none; a key that is {@link #unloaded} may have a value all the same. */
    @Nullable
    Slot slot(byte[] key) {
        return index.get(key);
    }

    /** The entries of a checkpoint that may not be in the index yet, null for none. */
    @Nullable
    Unloaded unloaded() {
        return unloaded;
    }

    /** The newest visible value of a slot, null if it has none. */
    @Nullable
    Stored visible(Slot slot) {
        Stored stored = slot.newest();
        while (stored != null && stored.sequence > views.visible()) {
            Stored before = stored.before();
            // What is before goes when this one has become visible, so it counts only if that has not happened yet.
            if (stored.sequence <= views.visible()) {
                break;
            }
            stored = before;
        }
        return Stored.live(stored);
    }

    /** The value of a slot that a snapshot of a sequence sees, null for none. */
    static @Nullable Stored at(Slot slot, long sequence) {
        Stored stored = slot.newest();
        while (stored != null && stored.sequence > sequence) {
            stored = stored.before();
        }
        return Stored.live(stored);
    }

    /** A walk over the slots whose keys are not below one, in order. */
    OrderedIndex.Cursor from(byte[] key) {
        return index.from(key);
    }

    /** The last visible change; it has what is counted, and leads to those that follow. */
    Change reached() {
        long visible = views.visible();
        Change change = reached;
        Change next = change.next;
        while (next != null && next.sequence() <= visible) {
            change = next;
            next = change.next;
        }
        reached = change;
        return change;
    }

    /** How many operations of this node some counters stand for. */
    long localOperations(Map<Origin, Long> lastCounters) {
        return lastCounters.entrySet().stream()
                .filter(counter -> isLocal(counter.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /**
     * What is visible at a moment, and stays until {@link Views#close}.
     *
     * @param sequence the last sequence that was visible
     * @param change the last change that was
     * @param counters the last counter of each origin
     */
    record Held(long sequence, Change change, Map<Origin, Long> counters) {

        CheckpointHead head() {
            return new CheckpointHead(sequence, change.entries, change.bytes, change.remote, counters);
        }
    }

    /** Has what is visible now stay, until {@link Views#close}. */
    Held hold() {
        Change change = reached();
        long sequence = views.open();
        for (Change next = change.next; next != null && next.sequence() <= sequence; next = change.next) {
            change = next;
        }
        return new Held(sequence, change, counters(change));
    }

    /** Makes everything up to a sequence visible, as far as it is added. */
    void publish(long sequence) {
        long visible = Math.min(added, sequence);
        views.publish(visible);
        watchers.published(this);
    }

    Watchers watchers() {
        return watchers;
    }

    /** The last sequence whose versions are all added. */
    long added() {
        return added;
    }

    /** The last counter of an origin, 0 if nothing of it is visible. */
    long counter(Origin origin) {
        if (origin.equals(self)) {
            return reached().ownCounter;
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
        return counters(reached());
    }

    private Map<Origin, Long> counters(Change at) {
        Map<Origin, Long> all;
        synchronized (counters) {
            all = new LinkedHashMap<>(counters);
        }
        long own = at.ownCounter;
        if (own > 0) {
            all.put(self, own);
        }
        return all;
    }

    /** Whether operations of an origin were written by this node, now or in an earlier epoch. */
    boolean isLocal(Origin origin) {
        return origin.node().equals(self.node());
    }

    /** The newest version of a key, visible or not, maybe a tombstone; null if there is none. */
    @Nullable
    Stored newest(byte[] key) {
        Slot slot = index.get(key);
        if (slot != null) {
            return slot.newest();
        }
        Unloaded rest = unloaded;
        Stored stored = rest == null ? null : rest.get(key);
        if (stored != null) {
            Slot unused = index.add(key, stored);
        }
        return stored;
    }

    /** The bytes of the keys and values of the newest versions; for the one who writes. */
    long bytes() {
        return bytes;
    }

    /** How many entries the newest versions are; for the one who writes. */
    long entries() {
        return entries;
    }

    /** The last counter that was given to an operation of this store; for the one who writes. */
    long ownCounter() {
        return ownCounter;
    }

    /** Adds a version, which is not visible yet. */
    void add(byte[] key, Stored stored) {
        Slot slot = index.get(key);
        Stored before = slot == null ? null : slot.newest();
        count(key, before, stored);
        if (stored.origin.equals(self)) {
            ownCounter = stored.counter;
        }
        if (slot == null) {
            slot = index.add(key, stored);
        } else {
            stored.setBefore(before);
            slot.push(stored);
        }
        long changed = key.length + (stored.value == null ? 0L : stored.value.length);
        append(new Change(
                slot, stored, Stored.live(before), entries, bytes, remote, ownCounter, last.written + changed));
    }

    private void append(Change change) {
        last.next = change;
        last = change;
    }

    /** Says that all versions up to a sequence are added. */
    void addedThrough(long sequence) {
        added = sequence;
    }

    private void count(byte[] key, @Nullable Stored before, Stored after) {
        if (before != null && before.value != null) {
            count(-1, -(long) key.length - before.value.length, before.origin);
        }
        if (after.value != null) {
            count(1, (long) key.length + after.value.length, after.origin);
        }
    }

    private void count(int newEntries, long newBytes, Origin origin) {
        entries += newEntries;
        bytes += newBytes;
        if (!isLocal(origin)) {
            remote += newEntries;
        }
    }

    /**
     * Takes out versions that nobody sees any more; of those that snapshots held, a few.
     *
     * @return whether there are more of these
     */
    boolean prune() {
        // In this order: a snapshot that is not among these sees everything that is visible here.
        long visible = views.visible();
        long[] snapshots = views.snapshots();
        for (Change next = pruned.next; next != null && next.sequence() <= visible; next = pruned.next) {
            pruned = next;
            prune(next, snapshots);
        }
        if (reached.sequence() < pruned.sequence()) {
            // Nobody may have asked for it, and what is behind it is not to be kept.
            reached = pruned;
        }
        if (leftToLookAt > 0 || snapshots != lookingFor) {
            lookAtHolding(visible, snapshots);
        }
        if (removedDone < removed.size()) {
            lookAtRemoved();
        }
        return leftToLookAt > 0;
    }

    /** Takes out a few of the slots whose keys were removed while a checkpoint was being loaded. */
    private void lookAtRemoved() {
        for (int i = 0; i < LOOKED_AT_ONCE && removedDone < removed.size(); i++) {
            Slot slot = removed.get(removedDone++);
            Stored newest = slot.newest();
            if (newest != null && newest.sequence <= pruned.sequence() && index.get(slot.key) == slot) {
                removeIfGone(slot, newest);
            }
        }
        if (removedDone == removed.size()) {
            removed = List.of();
            removedDone = 0;
        }
    }

    private void prune(Change change, long[] snapshots) {
        Stored stored = change.stored;
        Stored before = stored.before();
        if (before != null) {
            if (!Views.sees(snapshots, before.sequence, stored.sequence)) {
                stored.setBefore(before.before());
            } else if (before.before() == null) {
                // One that holds more already is in the list.
                holding.add(change.slot);
            }
        }
        removeIfGone(change.slot, stored);
    }

    private void lookAtHolding(long visible, long[] snapshots) {
        if (snapshots != lookingFor) {
            lookingFor = snapshots;
            leftToLookAt = holding.size();
        }
        int now = Math.min(leftToLookAt, LOOKED_AT_ONCE);
        for (int i = 0; i < now; i++) {
            Slot slot = holding.remove();
            if (isHolding(slot, visible, snapshots)) {
                holding.add(slot);
            }
        }
        leftToLookAt -= now;
    }

    /** Takes out of a slot what no snapshot sees, and answers whether it still holds anything for one. */
    private boolean isHolding(Slot slot, long visible, long[] snapshots) {
        Stored newest = slot.newest();
        while (newest != null && newest.sequence > visible) {
            newest = newest.before();
        }
        Stored stored = newest;
        for (Stored before = stored == null ? null : stored.before(); stored != null && before != null; ) {
            if (Views.sees(snapshots, before.sequence, stored.sequence)) {
                stored = before;
            } else {
                stored.setBefore(before.before());
            }
            before = stored.before();
        }
        if (newest == null) {
            return false;
        }
        removeIfGone(slot, newest);
        return newest.before() != null;
    }

    /** Takes a slot out whose key has been removed, once nobody sees what it was. */
    private void removeIfGone(Slot slot, Stored stored) {
        if (stored.isTombstone() && stored.before() == null && slot.newest() == stored) {
            Unloaded rest = unloaded;
            if (rest == null) {
                index.remove(slot);
            } else {
                rest.removed(slot);
            }
        }
    }

    /** Begins with the entries of a checkpoint, which are to be loaded. */
    void recover(Base base) {
        CheckpointHead head = base.head();
        entries = head.entries();
        bytes = head.bytes();
        remote = head.remote();
        head.counters().forEach((origin, counter) -> recovered(origin, counter, head.sequence()));
        added = head.sequence();
        unloaded = new Unloaded(base);
    }

    /**
     * Applies an operation of the log that is recovered: nobody reads yet.
     *
     * @param replaces whether the key had a value
     */
    void recover(byte[] key, Stored stored, boolean replaces) {
        Unloaded rest = unloaded;
        Slot slot = index.get(key);
        Stored before = slot == null ? null : slot.newest();
        count(key, before, stored);
        if (slot != null) {
            slot.push(stored);
            removeIfGone(slot, stored);
        } else if (rest != null) {
            // Whether the checkpoint has the key, and what value, will be known when that is loaded.
            slot = index.add(key, stored);
            if (replaces) {
                count(-1, -key.length, self);
            }
            rest.recovered(slot, replaces);
            removeIfGone(slot, stored);
        } else if (!stored.isTombstone()) {
            Slot unused = index.add(key, stored);
        }
    }

    /**
     * Adds the next entries of a block of the checkpoint to the index, as far as nothing newer is there.
     *
     * @return whether the block has more
     */
    boolean load(Base.Entries block, int atMost) {
        Unloaded rest = unloaded;
        boolean more = rest != null;
        for (int i = 0; i < atMost && more && rest != null; i++) {
            more = block.next();
            Slot slot = more ? index.get(block.key()) : null;
            if (slot != null) {
                rest.loaded(slot, block.stored(), isLocal(block.stored().origin));
            } else if (more) {
                Slot unused = index.add(block.key(), block.stored());
            }
        }
        return more;
    }

    /** All entries of the checkpoint are in the index: from here on that is all there is. */
    void loaded() {
        Unloaded rest = unloaded;
        if (rest != null) {
            rest.end();
            // From here on nobody reads the checkpoint, and only then may slots of removed keys go.
            unloaded = null;
            removed = rest.removed();
            entries += rest.entries();
            bytes += rest.bytes();
            remote += rest.remote();
            append(changeAt(last.sequence(), last.written));
            closeQuietly(rest);
        }
    }

    /** Notes that an operation was recovered, whatever its effect. */
    void recovered(Origin origin, long counter, long sequence) {
        if (origin.equals(self)) {
            ownCounter = counter;
        } else {
            synchronized (counters) {
                counters.merge(origin, counter, Math::max);
            }
        }
        added = sequence;
    }

    /** The counter of an origin that was recovered last, 0 if none was. */
    long recoveredCounter(Origin origin) {
        return origin.equals(self) ? ownCounter : counter(origin);
    }

    /** Ends the recovery: what was recovered is visible, and writers begin behind it. */
    void begin() {
        last = changeAt(added, 0);
        pruned = last;
        reached = last;
        views.publish(added);
    }

    private static void closeQuietly(Unloaded rest) {
        try {
            rest.close();
        } catch (SoftadastraException e) {
            // It was only read, and all of it.
        }
    }

    private Change changeAt(long sequence, long written) {
        Stored none = new Stored(null, 0, 0, self, 0);
        none.sequence = sequence;
        return new Change(new Slot(new byte[0], 0), none, null, entries, bytes, remote, ownCounter, written);
    }
}

package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
 * <p>A version that nobody can see any more is taken out by later writers: {@link Pruner}. While a snapshot is open, what it
 * sees stays.
 *
 * <p>Reads are wait-free, on any thread. What adds and prunes is for the holder of the writers' lock, or for the one thread that
 * recovers.
 */
final class Versions {

    private static final VarHandle ADDED;

    static {
        try {
            ADDED = MethodHandles.lookup().findVarHandle(Versions.class, "added", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Index index;
    private final Views views = new Views();
    private final Watchers watchers = new Watchers();

    private final OriginCounters counters = new OriginCounters();
    private final Totals totals;
    private final Graves graves;
    private final Replaced replaced = new Replaced();
    private final Pruner pruner;
    private final Rebuild rebuild;

    private final Changes changes;

    @SuppressWarnings("unused") // Read and written through its handle.
    private long added;

    /** What was held at the sequence that was asked for last: nothing changes that, and it is asked for again and again. */
    private volatile HeldAt heldAt = new HeldAt(-1, CausalContext.EMPTY);

    private record HeldAt(long sequence, CausalContext context) {}

    private volatile LogStart raised = new LogStart(1, CausalContext.EMPTY);

    /** The entries of a checkpoint that may not be in the index yet, null for none. */
    private volatile @Nullable Unloaded unloaded;

    /** The empty state of a log that begins. */
    Versions(Origin self) {
        index = new Index(self.epoch());
        totals = new Totals(self);
        Change first = totals.recount(0);
        changes = new Changes(first);
        graves = new Graves(index, views);
        pruner = new Pruner(index, views, graves, first);
        rebuild = new Rebuild(index, totals, counters, pruner, graves);
    }

    /** The origin of the operations that this store logs: its node, in its current epoch. */
    Origin self() {
        return totals.self();
    }

    /** From a sequence on operations have another epoch. */
    void renew(Renewal renewal, long sequence) {
        boolean unused = totals.renew(renewal, sequence, counters, views.visible());
        changes.append(totals.recount(sequence));
        raised = new LogStart(sequence + 1, CausalContext.ofHeld(counters.copy(sequence)));
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
        return Stored.live(visibleStanding(slot));
    }

    /** The newest visible version of a slot, maybe a tombstone; null if it has none. */
    @Nullable
    Stored visibleStanding(Slot slot) {
        while (true) {
            long visible = views.visible();
            Stored stored = slot.newest();
            long passedOver = Long.MAX_VALUE;
            while (stored != null && stored.sequence > visible) {
                passedOver = stored.sequence;
                stored = stored.before();
            }
            // What is before a version goes when that is visible, so then it is all to be looked at again; what is
            // found
            // otherwise was the newest visible version at the beginning.
            if (views.visible() < passedOver) {
                return stored;
            }
        }
    }

    /** The value of a slot that a snapshot of a sequence sees, null for none. */
    static @Nullable Stored at(Slot slot, long sequence) {
        return Stored.live(standingAt(slot, sequence));
    }

    /** The version of a slot that a snapshot of a sequence sees, maybe a tombstone; null for none. */
    static @Nullable Stored standingAt(Slot slot, long sequence) {
        Stored stored = slot.newest();
        while (stored != null && stored.sequence > sequence) {
            stored = stored.before();
        }
        return stored;
    }

    /** A walk over the slots whose keys are not below one, in order. */
    OrderedIndex.Cursor from(byte[] key) {
        return index.from(key);
    }

    /** The last visible change; it has what is counted, and leads to those that follow. */
    Change reached() {
        return changes.reached(views.visible());
    }

    /** The chain of changes. */
    Changes changes() {
        return changes;
    }

    /**
     * What is visible at a moment, and stays until {@link Views#close}.
     *
     * <p>In numbers alone: with the change, all that come behind it would stay in memory.
     *
     * @param sequence the last sequence that was visible
     * @param entries how many entries were
     * @param bytes the bytes of their keys and values
     * @param remote how many of them came from other nodes
     * @param counters the last counter of each origin
     * @param keepsRemovals whether removals are remembered
     * @param keepsFrontiers whether there may be versions with more to them than one operation
     * @param leavesOut whether operations may have been left out
     * @param renewal the epoch of operations, where that is not the log's
     */
    record Held(
            long sequence,
            long entries,
            long bytes,
            long remote,
            Map<Origin, Long> counters,
            boolean keepsRemovals,
            boolean keepsFrontiers,
            boolean leavesOut,
            Optional<Renewal> renewal) {

        CheckpointHead head() {
            return new CheckpointHead(
                    sequence, entries, bytes, remote, counters, keepsRemovals, keepsFrontiers, leavesOut, renewal);
        }
    }

    /** Has what is visible now stay, until {@link Views#close}. */
    Held hold() {
        changes.hold();
        Change change = reached();
        long sequence = views.open();
        for (Change next = change.next(); next != null && next.sequence() <= sequence; next = change.next()) {
            change = next;
        }
        changes.release();
        return new Held(
                sequence,
                change.entries,
                change.bytes,
                change.remote,
                counters(change),
                graves.keeping(),
                totals.hasFrontiers(),
                totals.hasLeftOut(),
                totals.renewalAt(sequence));
    }

    /** Makes everything up to a sequence visible, as far as it is added. */
    void publish(long sequence) {
        long visible = Math.min(added(), sequence);
        if (views.publish(visible)) {
            watchers.published(this);
        }
    }

    Watchers watchers() {
        return watchers;
    }

    /** The last sequence whose versions are all added. */
    long added() {
        return (long) ADDED.getAcquire(this);
    }

    /**
     * The last counter of each origin; a copy. The origins are in the order in which they first occurred, with {@link #self}
     * as the last.
     */
    Map<Origin, Long> counters() {
        return counters(reached());
    }

    /** What is held of what is visible. */
    CausalContext held() {
        return here().held();
    }

    /** The end of what is visible, and what is held there: of all before it, and of nothing behind it. */
    LogStart here() {
        Change at = reached();
        HeldAt last = heldAt;
        if (last.sequence() != at.sequence()) {
            last = new HeldAt(at.sequence(), CausalContext.ofHeld(counters(at)));
            heldAt = last;
        }
        return new LogStart(at.sequence() + 1, last.context());
    }

    private Map<Origin, Long> counters(Change at) {
        Map<Origin, Long> all = counters.copy(at.sequence());
        long own = at.ownCounter;
        if (own > 0) {
            all.put(totals.selfAt(at.sequence()), own);
        }
        return all;
    }

    /** Whether operations of an origin were written by this node, now or in an earlier epoch. */
    boolean isLocal(Origin origin) {
        return totals.isLocal(origin);
    }

    /** The slot of a key, brought in from the checkpoint if only that has it; null if there is none. For the one who writes. */
    @Nullable
    Slot find(byte[] key) {
        return rebuild.find(key);
    }

    /** What the newest versions come to; for the one who writes. */
    Totals totals() {
        return totals;
    }

    /**
     * Adds a version of a key whose slot {@link #find} has just answered; it is not visible yet.
     *
     * @return the slot of the key
     */
    Slot add(@Nullable Slot slot, byte[] key, Stored stored) {
        Stored before = slot == null ? null : slot.newest();
        totals.count(key, before, stored);
        if (stored.origin.equals(self()) && stored.counter > totals.ownCounter()) {
            if (before != null) {
                replaced.replace(key, before, this);
            }
            totals.ownCounter(stored.counter);
        }
        Slot place = slot;
        if (place == null) {
            place = index.add(key, stored);
        } else {
            stored.setBefore(before);
            place.push(stored);
        }
        changes.append(totals.change(place, stored, before));
        return place;
    }

    /** The last counter of an origin, visible or not; 0 if nothing of it is held. For the one who writes. */
    long newestCounter(Origin origin) {
        return origin.equals(self()) ? totals.ownCounter() : counters.newest(origin);
    }

    /** Notes the counters that a batch of other nodes' operations has brought, all of whose versions are added. */
    void brought(Map<Origin, Long> brought, long lastSequence) {
        counters.note(lastSequence, brought, views.visible());
        changes.append(totals.recount(lastSequence));
    }

    /** Brings back the removal of a key, which is visible already, unless something newer stands there. */
    void revive(byte[] key, Stored removal) {
        Slot slot = find(key);
        Stored newest = slot == null ? null : slot.newest();
        if (slot == null) {
            graves.add(index.add(key, removal));
        } else if (newest != null && newest.isTombstone() && newest.sequence < removal.sequence) {
            slot.push(removal);
        }
    }

    /** Notes what is held from a sequence on, at the end of a batch all of whose versions are added. */
    void raise(Map<Origin, Long> held, long sequence) {
        Map<Origin, Long> others = new LinkedHashMap<>(held);
        others.remove(self());
        brought(others, sequence);
        TreeMap<Origin, Long> all = new TreeMap<>(counters.copy(sequence));
        if (totals.ownCounter() > 0) {
            all.put(self(), totals.ownCounter());
        }
        raised = new LogStart(sequence + 1, CausalContext.ofHeld(all));
    }

    /** From where on the log goes on operation by operation, its checkpoint apart. */
    LogStart raised() {
        return raised;
    }

    /** The slots whose removals are remembered. */
    Graves graves() {
        return graves;
    }

    /** Says that all versions up to a sequence are added. */
    void addedThrough(long sequence) {
        ADDED.setRelease(this, sequence);
    }

    /** Takes out versions that nobody sees any more; see {@link Pruner#prune}. */
    boolean prune() {
        boolean more = pruner.prune();
        changes.letGo(pruner.pruned());
        return more;
    }

    /** What own writes took the place of, and did not know; for the one who writes. */
    Replaced replaced() {
        return replaced;
    }

    /** What brings back the versions of a log. */
    Rebuild rebuild() {
        return rebuild;
    }

    /** Begins with the entries of a checkpoint, which are to be loaded. */
    void recover(Base base) {
        unloaded = rebuild.begin(base);
        addedThrough(rebuild.through());
    }

    /** Ends the recovery: what was recovered is visible, and writers begin behind it. */
    void begin() {
        long through = Math.max(added(), rebuild.through());
        addedThrough(through);
        Change first = totals.recount(through);
        pruner.begin(first);
        changes.begin(first);
        boolean unused = views.publish(through);
        raised = rebuild.start();
    }

    /** All entries of the checkpoint are in the index: from here on that is all there is. */
    void loaded() {
        Unloaded rest = unloaded;
        if (rest != null) {
            rebuild.loaded();
            // From here on nobody reads the checkpoint, and only then may slots of removed keys go.
            unloaded = null;
            pruner.letRemovedGo();
            changes.append(totals.recount(changes.last().sequence()));
            closeQuietly(rest);
        }
    }

    /** Loads all entries of the checkpoint at once. */
    void loadAll(Base base) {
        for (int block = 0; block < base.blocks(); block++) {
            boolean unused = rebuild.load(base.block(block), Integer.MAX_VALUE);
        }
        loaded();
    }

    private static void closeQuietly(Unloaded rest) {
        try {
            rest.close();
        } catch (SoftadastraException e) {
            // It was only read, and all of it.
        }
    }
}

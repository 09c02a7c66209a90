package softadastra.store;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings the {@link Versions} of a log back: first what its checkpoint counts, then the operations behind it, one by one, and
 * while the store is in use already the checkpoint's entries.
 *
 * <p>Until {@link #begin} for the one thread that recovers, then for the holder of the writers' lock.
 */
final class Rebuild {

    private final Index index;
    private final Totals totals;
    private final OriginCounters counters;
    private final Pruner pruner;
    private final Graves graves;
    private @Nullable Unloaded unloaded;
    private long through;
    private LogStart start = new LogStart(1, CausalContext.EMPTY);

    Rebuild(Index index, Totals totals, OriginCounters counters, Pruner pruner, Graves graves) {
        this.index = index;
        this.totals = totals;
        this.counters = counters;
        this.pruner = pruner;
        this.graves = graves;
    }

    /** Begins with a checkpoint, whose entries are to be loaded. */
    Unloaded begin(Base base) {
        CheckpointHead head = base.head();
        totals.begin(head);
        head.renewal().ifPresent(renewal -> {
            // Before the counters, one of which is its own.
            boolean unused = totals.renew(renewal, head.sequence(), counters, head.sequence());
        });
        head.counters().forEach((origin, counter) -> recovered(origin, counter, head.sequence()));
        through = head.sequence();
        if (head.keepsRemovals()) {
            graves.keep();
        }
        Unloaded rest = new Unloaded(base);
        unloaded = rest;
        pruner.keepRemoved(rest);
        return rest;
    }

    /**
     * Applies an operation of the log: nobody reads yet.
     *
     * @param replaces whether the key had a value
     */
    void apply(byte[] key, Stored stored, boolean replaces) {
        Unloaded rest = unloaded;
        Slot slot = index.get(key);
        totals.count(key, slot == null ? null : slot.newest(), stored);
        if (slot != null) {
            slot.push(stored);
            pruner.removeIfGone(slot, stored);
        } else if (rest != null) {
            // Whether the checkpoint has the key, and what value, will be known when that is loaded.
            slot = index.add(key, stored);
            if (replaces) {
                totals.correct(-1, -key.length, 0);
            }
            rest.recovered(slot, replaces);
            pruner.removeIfGone(slot, stored);
        } else if (!stored.isTombstone() || graves.keeping()) {
            slot = index.add(key, stored);
            pruner.removeIfGone(slot, stored);
        }
    }

    /** The slot of a key, from the checkpoint if that is where it still is; null if nothing stands there. */
    @Nullable
    Slot find(byte[] key) {
        Slot slot = index.get(key);
        Unloaded rest = unloaded;
        if (slot == null && rest != null) {
            Stored stored = rest.get(key);
            if (stored != null) {
                slot = index.add(key, stored);
                pruner.removeIfGone(slot, stored);
            }
        }
        return slot;
    }

    /** What stands under a key, in the log or its checkpoint; null if nothing does. */
    @Nullable
    Stored standing(byte[] key) {
        Slot slot = find(key);
        return slot == null ? null : slot.newest();
    }

    /** From a sequence on operations have another epoch. */
    void renewed(Renewal renewal, long sequence) {
        if (totals.renew(renewal, sequence, counters, sequence)) {
            start = new LogStart(sequence + 1, CausalContext.ofHeld(counters.copy(sequence)));
        }
        through = sequence;
    }

    /** Notes what is held from a sequence on. */
    void raised(Raise held, long sequence) {
        held.counters()
                .forEach((origin, counter) -> recovered(origin, Math.max(counter, recoveredCounter(origin)), sequence));
        if (held.isSkip()) {
            totals.leaveOut();
            return;
        }
        TreeMap<Origin, Long> all = new TreeMap<>(counters.copy(sequence));
        if (totals.ownCounter() > 0) {
            all.put(totals.self(), totals.ownCounter());
        }
        start = new LogStart(sequence + 1, CausalContext.ofHeld(all));
    }

    /** From where on the log goes on operation by operation, its checkpoint apart. */
    LogStart start() {
        return start;
    }

    /** From here on removals are remembered: the log has had to do with another node. */
    void keepRemovals() {
        graves.keep();
    }

    boolean keepsRemovals() {
        return graves.keeping();
    }

    /** Notes that an operation was recovered, whatever its effect. */
    void recovered(Origin origin, long counter, long sequence) {
        if (origin.equals(totals.self())) {
            totals.ownCounter(counter);
        } else {
            counters.note(origin, counter);
        }
        through = sequence;
    }

    /** Notes the origin of an operation that came without those before it. */
    void survived(Origin origin, long sequence) {
        if (!origin.equals(totals.self())) {
            counters.note(origin, 0);
        }
        through = sequence;
    }

    /** The counter of an origin that was recovered last, 0 if none was. */
    long recoveredCounter(Origin origin) {
        return origin.equals(totals.self()) ? totals.ownCounter() : counters.newest(origin);
    }

    /** The last sequence that was recovered. */
    long through() {
        return through;
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
                rest.loaded(slot, block.stored(), totals.isLocal(block.stored().origin));
            } else if (more) {
                pruner.removeIfGone(index.add(block.key(), block.stored()), block.stored());
            }
        }
        return more;
    }

    /** All entries of the checkpoint are in the index. */
    void loaded() {
        Unloaded rest = unloaded;
        if (rest != null) {
            rest.end();
            totals.correct(rest.entries(), rest.bytes(), rest.remote());
            unloaded = null;
        }
    }
}

package softadastra.store;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes out versions that nobody can see any more, behind those who write: what became visible since the last time, and a few of
 * what snapshots had held. For the one who writes.
 */
final class Pruner {

    /** How many slots that hold versions for snapshots are looked at again, each time. */
    private static final int LOOKED_AT_ONCE = 8;

    private final Index index;
    private final Views views;
    private final Graves graves;

    /** The change that was pruned last. */
    private Change pruned;

    /** Slots that hold versions for snapshots, each once. */
    private final ArrayDeque<Slot> holding = new ArrayDeque<>();

    /** The snapshots for which {@link #holding} is looked through, and how much of it is left to be. */
    private long[] lookingFor = {};

    private int leftToLookAt;

    /** Entries of a checkpoint that are not in the index; null for none. */
    private @Nullable Unloaded unloaded;

    /** Slots of keys that were removed while the checkpoint was being loaded, and how many of them have been looked at. */
    private List<Slot> removed = List.of();

    private int removedDone;

    Pruner(Index index, Views views, Graves graves, Change first) {
        this.index = index;
        this.views = views;
        this.graves = graves;
        this.pruned = first;
    }

    /** Everything up to a change is pruned. */
    void begin(Change first) {
        pruned = first;
    }

    /** From here on slots of removed keys stay, since a checkpoint may have the keys. */
    void keepRemoved(Unloaded rest) {
        unloaded = rest;
    }

    /** From here on they need not stay, nor those that have stayed. */
    void letRemovedGo() {
        if (unloaded != null) {
            removed = unloaded.removed();
            unloaded = null;
        }
    }

    /** The change that was pruned last. */
    Change pruned() {
        return pruned;
    }

    /**
     * Takes out what nobody sees any more; of what snapshots held, a few.
     *
     * @return whether there are more of these
     */
    boolean prune() {
        // In this order: a snapshot that is not among these sees everything that is visible here.
        long visible = views.visible();
        long[] snapshots = views.snapshots();
        for (Change next = pruned.next(); next != null && next.sequence() <= visible; next = pruned.next()) {
            pruned = next;
            if (!next.isRecount()) {
                prune(next, snapshots);
            }
        }
        if (leftToLookAt > 0 || snapshots != lookingFor) {
            lookAtHolding(visible, snapshots);
        }
        if (removedDone < removed.size()) {
            lookAtRemoved();
        }
        return leftToLookAt > 0;
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

    /** Takes out a few of the slots whose keys were removed while a checkpoint was being loaded. */
    private void lookAtRemoved() {
        for (int i = 0; i < LOOKED_AT_ONCE && removedDone < removed.size(); i++) {
            Slot slot = removed.get(removedDone++);
            Stored newest = slot.newest();
            if (newest.sequence <= pruned.sequence() && index.get(slot.key) == slot) {
                removeIfGone(slot, newest);
            }
        }
        if (removedDone == removed.size()) {
            removed = List.of();
            removedDone = 0;
        }
    }

    /** Takes a slot out whose key has been removed, once nobody sees what it was. */
    void removeIfGone(Slot slot, Stored stored) {
        if (stored.isTombstone() && stored.before() == null && slot.newest() == stored) {
            if (graves.adding()) {
                graves.add(slot);
            } else if (unloaded == null) {
                index.remove(slot);
            } else {
                unloaded.removed(slot);
            }
        }
    }
}

package softadastra.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import softadastra.core.SoftadastraException;

/**
 * A walk over the slots of all keys in order: those of the index, and while a checkpoint is being loaded those that it has
 * besides. For one thread.
 */
final class MergedWalk {

    private final Versions versions;
    private OrderedIndex.Cursor slots;
    private @Nullable Slot next;

    /** What is not in the index yet; null once everything is. */
    private Base.@Nullable Walk rest;

    /** The key of the slot that was handed out last. */
    private byte[] last;

    private boolean begun;

    /** A walk that begins with the first key that is not below one. */
    MergedWalk(Versions versions, byte[] from) {
        this.versions = versions;
        this.last = from;
        // The checkpoint first: what is loaded in between is found in the index.
        Unloaded unloaded = versions.unloaded();
        this.slots = versions.from(from);
        if (unloaded != null) {
            try {
                rest = unloaded.from(from);
            } catch (SoftadastraException e) {
                requireLoaded(e);
                this.slots = versions.from(from);
            }
        }
        next = slots.next();
    }

    /**
     * The next slots, as many as there are at hand and is place for.
     *
     * @return how many; 0 only at the end
     */
    int next(Slot[] target) {
        if (rest != null) {
            Slot slot = next();
            if (slot != null) {
                target[0] = slot;
            }
            return slot == null ? 0 : 1;
        }
        int filled = 0;
        Slot slot = next;
        if (slot != null) {
            target[filled++] = slot;
            next = null;
        }
        return slots.next(target, filled);
    }

    /** The next slot, null at the end. */
    @Nullable
    Slot next() {
        Base.Walk unloaded = rest;
        if (unloaded == null) {
            Slot slot = next;
            next = null;
            return slot == null ? slots.next() : slot;
        }
        try {
            return next(unloaded);
        } catch (SoftadastraException e) {
            loadedMeanwhile(e);
            return next();
        }
    }

    private @Nullable Slot next(Base.Walk unloaded) {
        byte[] key = unloaded.key();
        Slot slot = next;
        int order = key == null ? -1 : slot == null ? 1 : Arrays.compareUnsigned(slot.key, key);
        if (slot == null && key == null) {
            return null;
        }
        if (order > 0 && key != null) {
            // The index may have it since the walk has passed its place.
            slot = versions.slot(key);
            if (slot == null && versions.unloaded() == null) {
                // It was removed, as may be others that follow: nothing is in the checkpoint alone any more.
                goOnInTheIndex();
                return next();
            }
            if (slot == null) {
                slot = new Slot(key, unloaded.stored());
            }
        } else {
            next = slots.next();
        }
        if (order >= 0) {
            unloaded.take();
        }
        if (slot != null) {
            last = slot.key;
            begun = true;
        }
        return slot;
    }

    private void requireLoaded(SoftadastraException e) {
        Unloaded unloaded = versions.unloaded();
        if (unloaded != null) {
            unloaded.failed(e);
            throw e;
        }
    }

    /** Goes on in the index alone, if the checkpoint was closed because everything is there. */
    private void loadedMeanwhile(SoftadastraException e) {
        requireLoaded(e);
        goOnInTheIndex();
    }

    private void goOnInTheIndex() {
        rest = null;
        slots = versions.from(last);
        next = slots.next();
        if (begun && next != null && Arrays.equals(next.key, last)) {
            next = slots.next();
        }
    }
}

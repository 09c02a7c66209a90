package softadastra.store;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import softadastra.core.HybridTimestamp;

/**
 * The slots of keys that were removed, while that must be remembered: a write of another node that does not know of the removal
 * may be on its way, and must lose against it. A log that has never had to do with another node remembers none.
 *
 * <p>For the one who writes.
 */
final class Graves {

    private final Index index;
    private final Views views;

    /** Slots of keys that were removed, each once; some may have a value again. */
    private final Set<Slot> slots = new LinkedHashSet<>();

    /** For whoever has removals remembered from here on, and for who writes a checkpoint, which goes by whether they are. */
    private final Lock beginning = new ReentrantLock();

    /** Whether what is removed is added, though what was removed before may be missing. */
    private boolean begun;

    private volatile boolean keeping;

    Graves(Index index, Views views) {
        this.index = index;
        this.views = views;
    }

    /** Whether removals are remembered. */
    boolean keeping() {
        return keeping;
    }

    /** The lock of those who change whether removals are remembered, or go by it for long; before that of those who write. */
    Lock beginning() {
        return beginning;
    }

    /** From here on what is removed is remembered; what was removed before is yet to be added. */
    void begin() {
        begun = true;
    }

    /** Whether what is removed is to be {@linkplain #add added}. */
    boolean adding() {
        return begun;
    }

    /** From here on removals are remembered: all of them that there are. */
    void keep() {
        if (!keeping) {
            begun = true;
            keeping = true;
        }
    }

    /** Notes a slot whose newest version is a removal. */
    void add(Slot slot) {
        boolean unused = slots.add(slot);
    }

    /** How many slots are noted. */
    int size() {
        return slots.size();
    }

    /**
     * Looks at some slots, and takes those out whose removals may be forgotten. Each call goes on where the one before ended.
     *
     * @return how many were taken out
     */
    int collect(Retention retention, int atMost) {
        if (!keeping) {
            return 0;
        }
        int collected = 0;
        for (int i = Math.min(atMost, slots.size()); i > 0; i--) {
            Iterator<Slot> first = slots.iterator();
            Slot slot = first.next();
            first.remove();
            Stored newest = slot.newest();
            if (newest == null || !newest.isTombstone() || index.get(slot.key) != slot) {
                continue;
            }
            // What stands beside it is yet to be resolved.
            boolean unseen = newest.isContested() || newest.sequence > views.visible() || newest.before() != null;
            if (unseen || !mayForget(retention, newest)) {
                add(slot);
            } else {
                index.remove(slot);
                collected++;
            }
        }
        return collected;
    }

    private static boolean mayForget(Retention retention, Stored removal) {
        return retention.mayForget(
                new OperationId(removal.origin, removal.counter), HybridTimestamp.ofPacked(removal.floor()));
    }
}

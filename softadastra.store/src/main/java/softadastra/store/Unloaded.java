package softadastra.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a checkpoint while they are being loaded: what is not in the index yet is read from there.
 *
 * <p>{@link #get} and {@link #from} are for any thread, all else for the one who writes.
 */
final class Unloaded implements AutoCloseable {

    private final Base base;

    /** Slots whose values replace such that have not been loaded. */
    private final Set<Slot> replaced = new HashSet<>();

    /** Slots of keys that were removed: without them the entries would come back. */
    private final List<Slot> removed = new ArrayList<>();

    private long replacedBytes;
    private long replacedRemote;

    Unloaded(Base base) {
        this.base = base;
    }

    Base base() {
        return base;
    }

    @Nullable
    Stored get(byte[] key) {
        return base.get(key);
    }

    Base.Walk from(byte[] key) {
        return base.from(key);
    }

    /** Notes a slot whose value replaces one that has not been loaded. */
    void replaced(Slot slot) {
        replaced.add(slot);
    }

    /** Notes a slot that is to be taken out once everything is loaded. */
    void removed(Slot slot) {
        removed.add(slot);
    }

    /** An entry was loaded for which the index has something newer. */
    void loaded(Slot slot, Stored stored, boolean isLocal) {
        byte[] value = stored.value;
        if (replaced.remove(slot) && value != null) {
            replacedBytes += value.length;
            replacedRemote += isLocal ? 0 : 1;
        }
    }

    List<Slot> removed() {
        return removed;
    }

    long replacedBytes() {
        return replacedBytes;
    }

    long replacedRemote() {
        return replacedRemote;
    }

    @Override
    public void close() {
        base.close();
    }
}

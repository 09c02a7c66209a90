package softadastra.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;

/**
 * The entries of a checkpoint while they are being loaded: what is not in the index yet is read from there.
 *
 * <p>{@link #get} and {@link #from} are for any thread, all else for the one who writes.
 */
final class Unloaded implements AutoCloseable {

    private final Base base;

    /**
     * Slots that were made before their keys were loaded, and whether it was taken that the checkpoint has these. The log says
     * so, but where a repair has put something in the place of lost records it may be wrong.
     */
    private final Map<Slot, Boolean> recovered = new HashMap<>();

    /** Slots of keys that were removed: without them the entries would come back. */
    private final List<Slot> removed = new ArrayList<>();

    // What the counts made when slots were recovered are to be put right by.
    private long entries;
    private long bytes;
    private long remote;
    private volatile Consumer<SoftadastraException> damaged = e -> {};

    Unloaded(Base base) {
        this.base = base;
    }

    Base base() {
        return base;
    }

    /** Sets who is told of damage that a read finds. */
    void whenDamaged(Consumer<SoftadastraException> action) {
        damaged = action;
    }

    /** Tells of a read that failed. */
    void failed(SoftadastraException e) {
        if (e.code() == ErrorCode.CORRUPTION) {
            damaged.accept(e);
        }
    }

    @Nullable
    Stored get(byte[] key) {
        try {
            return base.get(key);
        } catch (SoftadastraException e) {
            failed(e);
            throw e;
        }
    }

    Base.Walk from(byte[] key) {
        return base.from(key);
    }

    /**
     * Notes a slot that was made before its key was loaded.
     *
     * @param replaces whether it was counted as one whose key the checkpoint has
     */
    void recovered(Slot slot, boolean replaces) {
        recovered.put(slot, replaces);
    }

    /** Notes a slot that is to be taken out once everything is loaded. */
    void removed(Slot slot) {
        removed.add(slot);
    }

    /** An entry was loaded for which the index has something newer. */
    void loaded(Slot slot, Stored stored, boolean isLocal) {
        byte[] value = stored.value;
        // A key that was removed is one that the checkpoint does not have.
        Boolean replaces = value == null ? null : recovered.remove(slot);
        if (replaces == null || value == null) {
            return;
        }
        bytes -= value.length;
        remote -= isLocal ? 0 : 1;
        if (!replaces) {
            entries--;
            bytes -= slot.key.length;
        }
    }

    /** Everything was loaded, so what is still noted is not in the checkpoint. */
    void end() {
        recovered.forEach((slot, replaces) -> {
            if (replaces) {
                entries++;
                bytes += slot.key.length;
            }
        });
        recovered.clear();
    }

    List<Slot> removed() {
        return removed;
    }

    long entries() {
        return entries;
    }

    long bytes() {
        return bytes;
    }

    long remote() {
        return remote;
    }

    @Override
    public void close() {
        base.close();
    }
}

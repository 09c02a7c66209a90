package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A key's place in the index, with the versions of its value, newest first. There is one for each key that has a value, so it
 * has no field that is not needed.
 *
 * <p>One writer at a time adds versions; any thread reads them.
 */
final class Slot {

    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(Slot.class, "newest", Stored.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The key's UTF-8, not to be changed. */
    final byte[] key;

    /**
     * The slot of the key that comes next, null for the last one; for the {@link OrderedIndex}. It is there for the garbage
     * collector, which copies what it finds by it one after the other. So neighbours lie beside each other in memory, and walks
     * are several times as fast; by the hash table alone it would come upon them in no order at all.
     */
    @Nullable
    Slot next;

    @SuppressWarnings("unused") // Read and written through its handle.
    private Stored newest;

    /** A slot with its first version. */
    Slot(byte[] key, Stored first) {
        this.key = key;
        this.newest = first;
    }

    /** The newest version, which may not be visible yet, and may be a tombstone. */
    Stored newest() {
        return (Stored) NEWEST.getAcquire(this);
    }

    /** Adds a version, which leads to those before it. */
    void push(Stored stored) {
        NEWEST.setRelease(this, stored);
    }

    @Override
    public String toString() {
        return Key.wrap(key).toString();
    }
}

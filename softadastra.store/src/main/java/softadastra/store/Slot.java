package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

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

    final int hash;

    @SuppressWarnings("unused") // Read and written through its handle.
    private Stored newest;

    /** A slot with its first version. */
    Slot(byte[] key, int hash, Stored first) {
        this.key = key;
        this.hash = hash;
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

package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A version that was added to a slot, as a link of the chain of all that were added, in log order; with what the store counts
 * once it is visible. Nobody holds the chain but those who have not got to its end: whoever counts, and whoever watches.
 */
final class Change {

    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Change.class, "next", Change.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Slot slot;
    final Stored stored;

    /** Whether the key had no value before. */
    final boolean created;

    /** Whether readers see something else than before. */
    final boolean shows;

    /** Entries of the store, their bytes, and those that came from other nodes. */
    final long entries;

    final long bytes;
    final long remote;

    /** The counter of the last operation of this store. */
    final long ownCounter;

    /** The bytes of keys and values of all changes up to this one, since the store was opened. */
    final long written;

    @SuppressWarnings("unused") // Read and written through its handle.
    private @Nullable Change next;

    Change(
            Slot slot,
            Stored stored,
            boolean created,
            boolean shows,
            long entries,
            long bytes,
            long remote,
            long ownCounter,
            long written) {
        this.slot = slot;
        this.stored = stored;
        this.created = created;
        this.shows = shows;
        this.entries = entries;
        this.bytes = bytes;
        this.remote = remote;
        this.ownCounter = ownCounter;
        this.written = written;
    }

    /** Whether this changes no entry, but what is counted. */
    boolean isRecount() {
        return slot.key.length == 0;
    }

    /** The change after this one, null while there is none. */
    @Nullable
    Change next() {
        return (Change) NEXT.getAcquire(this);
    }

    void setNext(Change change) {
        NEXT.setRelease(this, change);
    }

    long sequence() {
        return stored.sequence;
    }
}

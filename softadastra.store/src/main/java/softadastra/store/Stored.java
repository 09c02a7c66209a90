package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One version of a key's value, with what wrote it: as few fields as possible, since there is one for each entry. Without a
 * value it is a tombstone: the key was removed. {@link Frontier} is for the few that have more to them.
 *
 * <p>It leads to the version before it for as long as somebody may have to see that: until it is visible itself, and while a
 * snapshot from before is open.
 */
class Stored {

    private static final VarHandle BEFORE;

    static {
        try {
            BEFORE = MethodHandles.lookup().findVarHandle(Stored.class, "before", Stored.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final byte @Nullable [] value;
    final long version;
    final long stamp;
    final Origin origin;
    final long counter;

    /** Known once the log has taken the operation; set before any other thread gets hold of this. */
    long sequence;

    @SuppressWarnings("unused") // Read and written through its handle.
    private @Nullable Stored before;

    Stored(byte @Nullable [] value, long version, long stamp, Origin origin, long counter) {
        this.value = value;
        this.version = version;
        this.stamp = stamp;
        this.origin = origin;
        this.counter = counter;
    }

    boolean isTombstone() {
        return value == null;
    }

    /** The stamp that whatever is written to the key next must be above. */
    long floor() {
        return stamp;
    }

    /** The operations that stand beside each other, as they were written, the last one first: mostly this one alone. */
    List<Stored> siblings() {
        return List.of(this);
    }

    /** Whether others stand beside it. */
    boolean isContested() {
        return false;
    }

    /** Whether its value is what several were merged to. */
    boolean isMerged() {
        return false;
    }

    boolean isOf(OperationId id) {
        return counter == id.counter() && origin.equals(id.origin());
    }

    /** Whether readers see the same in both. */
    boolean showsTheSame(@Nullable Stored other) {
        return other != null
                && counter == other.counter
                && origin.equals(other.origin)
                && Arrays.equals(value, other.value);
    }

    /** Whether there is anything to remove: a value, or several operations of which the last was a removal. */
    static boolean isRemovable(@Nullable Stored stored) {
        return stored != null && (!stored.isTombstone() || stored.isContested());
    }

    /** What counts as the value of a key: a tombstone is none. */
    static @Nullable Stored live(@Nullable Stored stored) {
        return stored == null || stored.isTombstone() ? null : stored;
    }

    /** The version before this one, null if there was none or nobody needs it any more. */
    @Nullable
    Stored before() {
        return (Stored) BEFORE.getAcquire(this);
    }

    void setBefore(@Nullable Stored stored) {
        BEFORE.setRelease(this, stored);
    }
}

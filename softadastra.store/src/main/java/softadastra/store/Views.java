package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Which sequences readers see: those of the log up to one that only grows, and for each open snapshot up to that of its moment.
 *
 * <p>Thread-safe. Only opening and closing snapshots takes a lock, for a few instructions.
 */
final class Views {

    private static final VarHandle VISIBLE;

    static {
        try {
            VISIBLE = MethodHandles.lookup().findVarHandle(Views.class, "visible", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long visible;

    /** The sequences of the open snapshots, in ascending order; replaced as a whole. */
    private volatile long[] snapshots = {};

    /** The last sequence whose operation readers see. */
    long visible() {
        return visible;
    }

    /** Makes everything up to a sequence visible; whether some of it was not before. */
    boolean publish(long sequence) {
        for (long before = visible; before < sequence; before = visible) {
            if (VISIBLE.compareAndSet(this, before, sequence)) {
                return true;
            }
        }
        return false;
    }

    /** Opens a snapshot of what is visible, and answers its sequence. */
    synchronized long open() {
        long[] now = snapshots;
        // No earlier one can be of a later moment.
        long[] more = Arrays.copyOf(now, now.length + 1);
        do {
            more = more.clone();
            more[now.length] = visible;
            snapshots = more;
            // Whoever takes out what is not visible any more knows of this snapshot, unless it looked before that was
            // so.
        } while (visible != more[now.length]);
        return more[now.length];
    }

    /** Closes a snapshot by its sequence. */
    synchronized void close(long sequence) {
        long[] now = snapshots;
        int index = Arrays.binarySearch(now, sequence);
        long[] fewer = Arrays.copyOf(now, now.length - 1);
        System.arraycopy(now, index + 1, fewer, index, fewer.length - index);
        snapshots = fewer;
    }

    /** The sequences of the open snapshots, in ascending order; not to be changed. Another array once others are open. */
    long[] snapshots() {
        return snapshots;
    }

    /** Whether one of some snapshots sees a version of one sequence, which another has replaced. */
    static boolean sees(long[] snapshots, long sequence, long replacedBy) {
        int index = Arrays.binarySearch(snapshots, sequence);
        int first = index >= 0 ? index : -index - 1;
        return first < snapshots.length && snapshots[first] < replacedBy;
    }
}

package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The chain of changes, in log order: one writer adds to its end, and anybody goes along it to what is visible.
 *
 * <p>What is behind is nobody's, and garbage but for the collector's generations: a link that has become old leads to the younger
 * ones behind it, so that all of them would be copied and become old in turn, with the values they have replaced. So the writer
 * cuts the chain behind itself; a cut link leads to itself, and whoever stands there goes on where the writer has come to.
 *
 * <p>Adding and letting go is for the one who writes; all else is for any thread, and no more is done again than a writer has
 * done meanwhile.
 */
final class Changes {

    private static final VarHandle BEGIN;

    static {
        try {
            BEGIN = MethodHandles.lookup().findVarHandle(Changes.class, "begin", Change.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The change that was added last; for the one who writes. */
    private Change last;

    /** A change that is visible, near the last one that is. */
    private volatile Change reached;

    /** From here on nothing is cut. */
    private Change begin;

    /** How many hold the chain where they are. */
    private final AtomicInteger holders = new AtomicInteger();

    Changes(Change first) {
        last = first;
        begin = first;
        reached = first;
    }

    /** Begins anew with a change, which is visible. */
    void begin(Change first) {
        last = first;
        BEGIN.setRelease(this, first);
        reached = first;
    }

    /** Adds a change, which is not visible yet. */
    void append(Change change) {
        last.setNext(change);
        last = change;
    }

    /** The change that was added last; for the one who writes. */
    Change last() {
        return last;
    }

    /** The last change up to a sequence, which is visible, or a later one that is. */
    Change reached(long visible) {
        Change change = reached;
        Change next = change.next();
        while (next != null && next.sequence() <= visible) {
            change = next == change ? (Change) BEGIN.getAcquire(this) : next;
            next = change.next();
        }
        reached = change;
        return change;
    }

    /** From here on the chain is not cut behind what {@link #reached} answers, until {@link #release}. */
    void hold() {
        holders.incrementAndGet();
    }

    /** Ends a {@link #hold}. */
    void release() {
        holders.decrementAndGet();
    }

    /** The writer has no more use for what comes before a change, which is visible. */
    void letGo(Change before) {
        if (reached.sequence() < before.sequence()) {
            // Nobody may have asked for it, and what is behind it is not to be kept.
            reached = before;
        }
        Change cut = begin;
        if (cut != before) {
            // In this order: who finds the cut finds where to go on.
            BEGIN.setRelease(this, before);
            // Whoever holds the chain from now on is not behind that.
            if (holders.get() == 0) {
                cut.setNext(cut);
            }
        }
    }
}

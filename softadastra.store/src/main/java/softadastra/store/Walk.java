package softadastra.store;

import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a range as a {@link View} sees them, one after the other.
 *
 * <p>It goes ahead by some slots, and loads the newest version of each and the beginning of its value: what takes long about a
 * walk is memory that is in no cache, and so the processor waits for many places at once. Each value is read when it is handed
 * out all the same.
 */
final class Walk implements Spliterator<Entry> {

    /** So many slots it goes ahead at first, and at most. */
    private static final int FIRST_AHEAD = 4;

    private static final int MOST_AHEAD = 64;

    private final View view;
    private final MergedWalk walk;
    private final KeyRange range;
    private final Runnable whenAtEnd;
    private Slot[] slots = new Slot[FIRST_AHEAD];
    private Stored[] newest = new Stored[FIRST_AHEAD];
    private long[] sequences = new long[FIRST_AHEAD];

    /** Of the values; below 0 for a tombstone. */
    private int[] lengths = new int[FIRST_AHEAD];

    private long through;
    private int next;
    private int filled;
    private boolean atEnd;

    /**
     * A walk.
     *
     * @param whenAtEnd is run when there is nothing more; what it throws is thrown
     */
    Walk(View view, MergedWalk walk, KeyRange range, Runnable whenAtEnd) {
        this.view = view;
        this.walk = walk;
        this.range = range;
        this.whenAtEnd = whenAtEnd;
    }

    @Override
    public boolean tryAdvance(Consumer<? super Entry> action) {
        Entry entry = next();
        if (entry == null) {
            return false;
        }
        action.accept(entry);
        return true;
    }

    @Override
    public void forEachRemaining(Consumer<? super Entry> action) {
        for (Entry entry = next(); entry != null; entry = next()) {
            action.accept(entry);
        }
    }

    private @Nullable Entry next() {
        while (next < filled || goAhead()) {
            Slot slot = slots[next];
            Stored stored = newest[next];
            // Most versions are visible values and are still the newest.
            boolean same = sequences[next] <= through && slot.newest() == stored && lengths[next] >= 0;
            stored = same ? stored : view.read(slot);
            next++;
            if (stored != null) {
                return View.entry(Key.wrap(slot.key), stored);
            }
        }
        return null;
    }

    /** Goes ahead by some slots; false at the end. */
    private boolean goAhead() {
        if (atEnd) {
            whenAtEnd.run();
            return false;
        }
        if (filled == slots.length && filled < MOST_AHEAD) {
            slots = new Slot[2 * filled];
            newest = new Stored[slots.length];
            sequences = new long[slots.length];
            lengths = new int[slots.length];
        }
        int count = walk.next(slots);
        atEnd = count == 0;
        // The keys are in order, so if the last is in the range, all are.
        while (count > 0 && range.isBehind(slots[count - 1].key)) {
            atEnd = true;
            count--;
        }
        through = view.through();
        for (int i = 0; i < count; i++) {
            newest[i] = slots[i].newest();
        }
        // Loops of their own, with nothing else in them: see above.
        for (int i = 0; i < count; i++) {
            sequences[i] = newest[i].sequence;
        }
        for (int i = 0; i < count; i++) {
            byte[] value = newest[i].value;
            lengths[i] = value == null ? -1 : value.length;
        }
        next = 0;
        filled = count;
        if (count == 0) {
            whenAtEnd.run();
        }
        return count > 0;
    }

    @Override
    public @Nullable Spliterator<Entry> trySplit() {
        return null;
    }

    @Override
    public long estimateSize() {
        return Long.MAX_VALUE;
    }

    @Override
    public int characteristics() {
        return ORDERED | DISTINCT | NONNULL;
    }
}

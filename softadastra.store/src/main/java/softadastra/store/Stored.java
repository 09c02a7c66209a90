package softadastra.store;

import org.jspecify.annotations.Nullable;

/**
 * A value in the index, with what wrote it: as few objects and fields as possible, since there is one for each entry.
 *
 * <p>Without a value it is a tombstone: the state of a key whose removal is not yet visible.
 *
 * <p>While a batch is being applied, its values are in the index already and must not be seen. Until it is published, each
 * points to the batch's {@link Veil}, and past it to the value that is still to be seen.
 */
final class Stored {

    /** Hides the values of a batch until all of them are in the index; lifted by one write. */
    static final class Veil {
        private volatile boolean lifted;

        void lift() {
            lifted = true;
        }
    }

    private record Hidden(Veil veil, @Nullable Stored before) {}

    final byte @Nullable [] value;
    final long version;
    final long stamp;
    final Origin origin;
    final long counter;

    /** Known once the log has taken the operation; set before any other thread gets hold of this. */
    long sequence;

    private volatile @Nullable Hidden hidden;

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

    /** What counts as the value of a key: a tombstone is none. */
    static @Nullable Stored live(@Nullable Stored stored) {
        return stored == null || stored.isTombstone() ? null : stored;
    }

    /** Hides this behind a veil; until that is lifted, readers see what was before. */
    void hide(Veil veil, @Nullable Stored before) {
        hidden = new Hidden(veil, before);
    }

    /** Forgets what was before, once the veil is lifted, so that its memory can go. */
    void unveil() {
        hidden = null;
    }

    /** What readers of the key see: this, or what was before, or nothing. */
    static @Nullable Stored visible(@Nullable Stored stored) {
        if (stored == null) {
            return null;
        }
        Hidden hidden = stored.hidden;
        return live(hidden == null || hidden.veil.lifted ? stored : hidden.before);
    }

    /** What the key had before the batch that is being applied, or this if it is not of that batch. */
    static @Nullable Stored beneath(Veil veil, @Nullable Stored stored) {
        if (stored == null) {
            return null;
        }
        Hidden hidden = stored.hidden;
        return hidden != null && hidden.veil == veil ? hidden.before : stored;
    }
}

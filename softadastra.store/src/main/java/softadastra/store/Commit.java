package softadastra.store;

import org.jspecify.annotations.Nullable;

/** Operations that the log has taken as one and that wait to be applied as one; a link of the {@link Applier}'s queue. */
final class Commit {

    private static final Key[] NO_KEYS = {};
    private static final Stored[] NO_VALUES = {};

    /** The commit after this one, once there is one. Written by writers, read by whoever applies. */
    volatile @Nullable Commit next;

    private Key[] keys;
    private Stored[] values;

    Commit(Key[] keys, Stored[] values) {
        this.keys = keys;
        this.values = values;
    }

    static Commit of(Key key, Stored stored) {
        return new Commit(new Key[] {key}, new Stored[] {stored});
    }

    /** One that holds nothing: the beginning of a queue. */
    static Commit none() {
        return new Commit(NO_KEYS, NO_VALUES);
    }

    /** Says which sequences the log gave its operations. */
    void logged(long lastSequence) {
        for (int i = 0; i < values.length; i++) {
            values[i].sequence = lastSequence - values.length + 1 + i;
        }
    }

    Key[] keys() {
        return keys;
    }

    Stored[] values() {
        return values;
    }

    long lastSequence() {
        return values[values.length - 1].sequence;
    }

    /** Lets keys and values go once they are applied: the queue holds on to its last commit. */
    void release() {
        keys = NO_KEYS;
        values = NO_VALUES;
    }
}

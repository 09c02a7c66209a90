package softadastra.store;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The applied values by key, in key order. Readers never block; there is one writer at a time, which the {@link Applier}
 * sees to.
 */
interface Index {

    /** The value of a key, tombstones and hidden ones included. */
    @Nullable
    Stored get(Key key);

    /** Sets the value of a key, and answers the one it replaces. */
    @Nullable
    Stored put(Key key, Stored stored);

    /** Takes a key away, and answers the value it had. */
    @Nullable
    Stored remove(Key key);

    /**
     * The keys from one on, in order, with their values. It walks the index itself: it copies nothing and may be abandoned at
     * any point; what changes behind it is not seen, and what changes before it is.
     */
    Iterator<Map.Entry<Key, Stored>> from(Key first);
}

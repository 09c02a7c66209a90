package softadastra.store;

import org.jspecify.annotations.Nullable;

/**
 * The slots of all keys, by hash and in order: a read of one key takes the first, a walk the second. Both hold the same slots,
 * so a value that is replaced changes neither.
 *
 * <p>One writer at a time; readers are wait-free.
 */
final class Index {

    private final KeyHash hash;
    private final HashIndex byHash = new HashIndex();
    private final OrderedIndex inOrder = new OrderedIndex();

    /**
     * Makes an empty one.
     *
     * @param seed of the hash
     */
    Index(long seed) {
        hash = new KeyHash(seed);
    }

    @Nullable
    Slot get(byte[] key) {
        return byHash.get(key, hash.of(key));
    }

    /** Makes the slot of a key that has none, with its first version. */
    Slot add(byte[] key, Stored first) {
        Slot slot = new Slot(key, first);
        int hashed = hash.of(key);
        // In both or, where memory is short, in none.
        byHash.makeRoom(hashed);
        // In order first: whoever finds it by its hash then finds it in every walk.
        inOrder.add(slot);
        byHash.add(slot, hashed);
        return slot;
    }

    void remove(Slot slot) {
        byHash.remove(slot, hash.of(slot.key));
        inOrder.remove(slot);
    }

    /** A walk over the slots whose keys are not below one, in order; it sees the index as it is when it gets there. */
    OrderedIndex.Cursor from(byte[] key) {
        return inOrder.from(key);
    }
}

package softadastra.sync;

import softadastra.core.ByteReader;

/**
 * What one message may still take in memory. On the wire a counter may be two bytes, and a context says only what has changed; in
 * memory the one is an entry of a map, and the other a whole vector. So entries are counted before they are made. For one message.
 */
final class Room {

    /** So many entries at most: a member's cut of as many origins as there may be members, for each of them, and as much again. */
    static final int MAX_ENTRIES = 2 * Members.MAX_CURRENT * Members.MAX_CURRENT;

    /** What has keys, names or values of its own takes as much as so many entries. */
    private static final int LARGE = 4;

    private int left = MAX_ENTRIES;

    /** Takes room for so many entries. */
    void take(ByteReader in, int entries) {
        if (entries > left) {
            throw in.malformed("more than " + MAX_ENTRIES + " entries", in.position());
        }
        left -= entries;
    }

    /** Reads how many entries follow, and takes room for them. */
    int readCount(ByteReader in) {
        int count = in.readCount();
        take(in, count);
        return count;
    }

    /** The same, of operations, keys and the like. */
    int readLargeCount(ByteReader in) {
        int count = in.readCount();
        take(in, (int) Math.min(Integer.MAX_VALUE, (long) LARGE * count));
        return count;
    }
}

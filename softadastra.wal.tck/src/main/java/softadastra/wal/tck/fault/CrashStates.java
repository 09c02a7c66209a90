package softadastra.wal.tck.fault;

import java.util.concurrent.atomic.AtomicLong;
import softadastra.core.CanIgnoreReturnValue;

/**
 * The disks that explorations have seen, by hash, so that none counts twice. One can be shared by many explorations, which are
 * then counted together. Thread-safe; takes about 16 bytes for each disk.
 */
public final class CrashStates {

    private static final int STRIPES = 64;

    private final LongSet[] stripes = new LongSet[STRIPES];
    private final AtomicLong distinct = new AtomicLong();

    /** None so far. */
    public CrashStates() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new LongSet();
        }
    }

    /** Takes note of a disk; whether it is a new one. */
    @CanIgnoreReturnValue
    boolean add(long hash) {
        LongSet stripe = stripes[(int) (hash >>> 58)];
        boolean added;
        synchronized (stripe) {
            added = stripe.add(hash);
        }
        if (added) {
            distinct.incrementAndGet();
        }
        return added;
    }

    /** How many different disks there were. */
    public long distinct() {
        return distinct.get();
    }

    /** An open-addressed set of hashes, which are their own place in it. */
    private static final class LongSet {

        private long[] table = new long[1 << 8];
        private int size;

        boolean add(long hash) {
            // 0 means free.
            long value = hash == 0 ? 1 : hash;
            if (!put(table, value)) {
                return false;
            }
            if (++size > table.length / 2) {
                long[] larger = new long[2 * table.length];
                for (long old : table) {
                    if (old != 0) {
                        put(larger, old);
                    }
                }
                table = larger;
            }
            return true;
        }

        @CanIgnoreReturnValue
        private static boolean put(long[] table, long value) {
            int at = (int) value & (table.length - 1);
            while (table[at] != 0) {
                if (table[at] == value) {
                    return false;
                }
                at = (at + 1) & (table.length - 1);
            }
            table[at] = value;
            return true;
        }
    }
}

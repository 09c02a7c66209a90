package softadastra.sync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import softadastra.store.Key;
import softadastra.store.Standing;
import softadastra.store.Value;

/**
 * Sums over what stands under keys: nodes that have the same have the same sums, whatever the order, and others almost never do.
 * Removals that stand alone are left out: some nodes have forgotten them.
 *
 * <p>The hash of an entry is FNV-1a with 64 bits, its bits mixed as SplitMix64 does, of: key (UTF-8), node (UTF-8), epoch, counter,
 * stamp, version (8 bytes each, lowest first), and then a 1 and the value, or a 0 for a removal. A key's bucket are the lowest 8 bits
 * of the mixed hash of the key alone. For one thread.
 */
final class ContentSums {

    static final int BUCKETS = 256;

    private static final long OFFSET = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    private final long[] sums = new long[BUCKETS];

    /** Adds what stands under a key, or a part of it. */
    void add(Standing each) {
        if (counts(each)) {
            sums[bucket(each.key())] += hash(each);
        }
    }

    /** Whether it is the same on all nodes that hold the same. */
    static boolean counts(Standing each) {
        return each.contested() || each.value().isPresent();
    }

    long total() {
        long total = 0;
        for (long sum : sums) {
            total += sum;
        }
        return total;
    }

    List<Long> byBucket() {
        List<Long> all = new ArrayList<>(BUCKETS);
        for (long sum : sums) {
            all.add(sum);
        }
        return all;
    }

    /** The buckets whose sums are others. */
    BitSet differing(List<Long> theirs) {
        BitSet buckets = new BitSet(BUCKETS);
        for (int i = 0; i < BUCKETS; i++) {
            buckets.set(i, sums[i] != theirs.get(i));
        }
        return buckets;
    }

    static int bucket(Key key) {
        return (int) (mixed(text(OFFSET, key.asString())) & 0xFF);
    }

    private static long hash(Standing each) {
        long hash = text(text(OFFSET, each.key().asString()), each.id().node().value());
        hash = number(hash, each.id().epoch());
        hash = number(hash, each.id().counter());
        hash = number(hash, each.stamp().packed());
        hash = number(hash, each.version());
        Optional<Value> value = each.value();
        hash = step(hash, value.isPresent() ? 1 : 0);
        return mixed(value.isPresent() ? bytes(hash, value.get().bytes()) : hash);
    }

    private static long text(long hash, String text) {
        return bytes(hash, text.getBytes(StandardCharsets.UTF_8));
    }

    private static long bytes(long hash, byte[] bytes) {
        long next = hash;
        for (byte each : bytes) {
            next = step(next, each & 0xFF);
        }
        return next;
    }

    private static long number(long hash, long number) {
        long next = hash;
        for (int i = 0; i < Long.BYTES; i++) {
            next = step(next, (int) (number >>> (8 * i)) & 0xFF);
        }
        return next;
    }

    private static long step(long hash, int octet) {
        return (hash ^ octet) * PRIME;
    }

    private static long mixed(long hash) {
        long z = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the slot of a key: extendible hashing (Fagin, Nievergelt, Pippenger, Strong, "Extendible hashing", ACM TODS 4(3),
 * 1979) over small open-addressed buckets. It grows by a bucket at a time, so that no write ever waits for all keys to be
 * moved.
 *
 * <p>A bucket has the hashes of its slots beside them. So a search touches no slot but the one it is for, one for a key that is
 * not there none, and a bucket is split without a look at its slots: what costs here is memory that is not in a cache.
 *
 * <p>One writer at a time. Readers are wait-free: they find a bucket through the directory and probe it; where the writer puts
 * another bucket in its place meanwhile, they read the old one, as it was when they came.
 */
final class HashIndex {

    private static final VarHandle HASHES = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(Slot[].class);
    private static final VarHandle BUCKETS = MethodHandles.arrayElementVarHandle(Bucket[].class);

    /** Where no slot has ever been. No key has this hash. */
    private static final int FREE = 0;

    /** Where a slot was taken out, and readers go on to those behind it. No key has this hash either. */
    private static final int REMOVED = 1;

    private static final int FIRST_CAPACITY = 16;

    /** Slots of a bucket; one that is seven eighths full is split. */
    private static final int CAPACITY = 512;

    private static final int MAX_DEPTH = 24;

    private static final class Bucket {
        /** How many leading bits of the hash all keys here have in common. */
        final int depth;

        final int[] hashes;

        /** The slots of the hashes; null where there is none. */
        final Slot[] slots;

        /** Places that are not free; for the writer. */
        int used;

        /** Of these, slots. */
        int live;

        Bucket(int depth, int capacity) {
            this.depth = depth;
            this.hashes = new int[capacity];
            this.slots = new Slot[capacity];
        }

        boolean isFull() {
            return (used + 1) * 8L > hashes.length * 7L;
        }

        void insert(int hash, Slot slot) {
            int mask = hashes.length - 1;
            int i = hash & mask;
            while (hashes[i] != FREE && hashes[i] != REMOVED) {
                i = (i + 1) & mask;
            }
            if (hashes[i] == FREE) {
                used++;
            }
            live++;
            // In this order: whoever finds the hash finds the slot, or the one that was here before, whose key is
            // another.
            SLOTS.setRelease(slots, i, slot);
            HASHES.setRelease(hashes, i, hash);
        }

        /** Inserts all slots of another bucket whose hashes have a bit, or have it not; all if there is no bit. */
        Bucket insertAll(Bucket other, int bit, int value) {
            for (int i = 0; i < other.hashes.length; i++) {
                Slot slot = other.slots[i];
                int hash = other.hashes[i];
                if (slot != null && (hash & bit) == value) {
                    insert(hash, slot);
                }
            }
            return this;
        }
    }

    private static final class Directory {
        final int depth;
        final Bucket[] buckets;

        Directory(int depth, Bucket[] buckets) {
            this.depth = depth;
            this.buckets = buckets;
        }

        int indexOf(int hash) {
            return (int) ((hash & 0xFFFFFFFFL) >>> (Integer.SIZE - depth));
        }
    }

    private volatile Directory directory = new Directory(0, new Bucket[] {new Bucket(0, FIRST_CAPACITY)});

    /** How many slots there are; for the writer. */
    private long size;

    @Nullable
    Slot get(byte[] key, int hash) {
        Directory now = directory;
        Bucket bucket = (Bucket) BUCKETS.getAcquire(now.buckets, now.indexOf(hash));
        int[] hashes = bucket.hashes;
        int mask = hashes.length - 1;
        for (int i = hash & mask; ; i = (i + 1) & mask) {
            int there = (int) HASHES.getAcquire(hashes, i);
            if (there == hash) {
                Slot slot = (Slot) SLOTS.getAcquire(bucket.slots, i);
                if (slot != null && Arrays.equals(slot.key, key)) {
                    return slot;
                }
            } else if (there == FREE) {
                return null;
            }
        }
    }

    /** Makes a place for a slot of a hash, so that the next {@link #add} of one needs no memory. */
    void makeRoom(int hash) {
        Bucket bucket = bucketOf(hash);
        while (bucket.isFull()) {
            makeRoom(bucket, hash);
            bucket = bucketOf(hash);
        }
    }

    /** Adds a slot whose key has none yet. */
    void add(Slot slot, int hash) {
        makeRoom(hash);
        bucketOf(hash).insert(hash, slot);
        size++;
    }

    private Bucket bucketOf(int hash) {
        Directory now = directory;
        return now.buckets[now.indexOf(hash)];
    }

    /** Takes a slot out. */
    void remove(Slot slot, int hash) {
        Bucket bucket = bucketOf(hash);
        int mask = bucket.slots.length - 1;
        int i = hash & mask;
        while (bucket.slots[i] != slot) {
            i = (i + 1) & mask;
        }
        // Whoever has seen the hash before finds no slot, or another one that came here since, whose key is another.
        HASHES.setRelease(bucket.hashes, i, REMOVED);
        SLOTS.setRelease(bucket.slots, i, null);
        bucket.live--;
        size--;
        if (bucket.live == 0) {
            replace(bucket, new Bucket(bucket.depth, FIRST_CAPACITY), hash);
        }
    }

    private void makeRoom(Bucket bucket, int hash) {
        int capacity = bucket.slots.length;
        boolean crowded = bucket.live * 2 > capacity;
        if (!crowded) {
            // Mostly places of slots that were taken out.
            int enough = Math.max(FIRST_CAPACITY, Integer.highestOneBit(bucket.live * 2 + 1) * 2);
            replace(bucket, new Bucket(bucket.depth, enough).insertAll(bucket, 0, 0), hash);
        } else if (capacity < CAPACITY || !maySplit(bucket)) {
            replace(bucket, new Bucket(bucket.depth, capacity * 2).insertAll(bucket, 0, 0), hash);
        } else {
            split(bucket, hash);
        }
    }

    /** Whether a split is likely to help: where hashes collide, the directory would grow for nothing. */
    private boolean maySplit(Bucket bucket) {
        return bucket.depth < MAX_DEPTH && (1L << bucket.depth) * (CAPACITY / 8) <= size;
    }

    private void split(Bucket bucket, int hash) {
        if (bucket.depth == directory.depth) {
            doubleDirectory();
        }
        int capacity = bucket.slots.length;
        int bit = 1 << (Integer.SIZE - 1 - bucket.depth);
        Bucket low = new Bucket(bucket.depth + 1, capacity).insertAll(bucket, bit, 0);
        Bucket high = new Bucket(bucket.depth + 1, capacity).insertAll(bucket, bit, bit);
        replace(bucket, low, hash & -bit & ~bit);
        replace(bucket, high, (hash & -bit) | bit);
    }

    private void doubleDirectory() {
        Directory now = directory;
        Bucket[] doubled = new Bucket[now.buckets.length * 2];
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] = now.buckets[i / 2];
        }
        directory = new Directory(now.depth + 1, doubled);
    }

    /** Puts a bucket wherever the directory has another one, among the hashes that share the new one's leading bits. */
    private void replace(Bucket old, Bucket bucket, int hash) {
        Directory now = directory;
        int span = 1 << (now.depth - bucket.depth);
        int first = now.indexOf(hash) & -span;
        for (int i = first; i < first + span; i++) {
            if (now.buckets[i] == old) {
                BUCKETS.setRelease(now.buckets, i, bucket);
            }
        }
    }
}

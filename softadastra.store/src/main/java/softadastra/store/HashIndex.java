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
 * <p>One writer at a time. Readers are wait-free: they find a bucket through the directory and probe it; where the writer puts
 * another bucket in its place meanwhile, they read the old one, as it was when they came.
 */
final class HashIndex {

    private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(Slot[].class);
    private static final VarHandle BUCKETS = MethodHandles.arrayElementVarHandle(Bucket[].class);

    private static final int FIRST_CAPACITY = 16;

    /** Slots of a bucket; one that is three quarters full is split. */
    private static final int CAPACITY = 512;

    private static final int MAX_DEPTH = 24;

    /** Stands where a slot was taken out, so that readers go on to those behind it. It equals no key: none is empty. */
    private static final Slot REMOVED = new Slot(new byte[0], 0);

    private static final class Bucket {
        /** How many leading bits of the hash all keys here have in common. */
        final int depth;

        final Slot[] slots;

        /** Places that are not null; for the writer. */
        int used;

        /** Of these, slots. */
        int live;

        Bucket(int depth, int capacity) {
            this.depth = depth;
            this.slots = new Slot[capacity];
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
        Slot[] slots = bucket.slots;
        int mask = slots.length - 1;
        for (int i = hash & mask; ; i = (i + 1) & mask) {
            Slot slot = (Slot) SLOTS.getAcquire(slots, i);
            if (slot == null) {
                return null;
            }
            if (slot.hash == hash && Arrays.equals(slot.key, key)) {
                return slot;
            }
        }
    }

    /** Adds a slot whose key has none yet. */
    void add(Slot slot) {
        Directory now = directory;
        Bucket bucket = now.buckets[now.indexOf(slot.hash)];
        while ((bucket.used + 1) * 4L > bucket.slots.length * 3L) {
            makeRoom(bucket, slot.hash);
            now = directory;
            bucket = now.buckets[now.indexOf(slot.hash)];
        }
        insert(bucket, slot);
        size++;
    }

    /** Takes a slot out. */
    void remove(Slot slot) {
        Directory now = directory;
        Bucket bucket = now.buckets[now.indexOf(slot.hash)];
        Slot[] slots = bucket.slots;
        int mask = slots.length - 1;
        int i = slot.hash & mask;
        while (slots[i] != slot) {
            i = (i + 1) & mask;
        }
        SLOTS.setRelease(slots, i, REMOVED);
        bucket.live--;
        size--;
        if (bucket.live == 0) {
            replace(bucket, new Bucket(bucket.depth, FIRST_CAPACITY), slot.hash);
        }
    }

    private static void insert(Bucket bucket, Slot slot) {
        Slot[] slots = bucket.slots;
        int mask = slots.length - 1;
        int i = slot.hash & mask;
        while (slots[i] != null) {
            i = (i + 1) & mask;
        }
        bucket.used++;
        bucket.live++;
        SLOTS.setRelease(slots, i, slot);
    }

    private void makeRoom(Bucket bucket, int hash) {
        int capacity = bucket.slots.length;
        boolean crowded = bucket.live * 2 > capacity;
        if (!crowded) {
            // Mostly places of slots that were taken out.
            replace(
                    bucket,
                    copy(bucket, Math.max(FIRST_CAPACITY, Integer.highestOneBit(bucket.live * 2 + 1) * 2)),
                    hash);
        } else if (capacity < CAPACITY || !maySplit(bucket)) {
            replace(bucket, copy(bucket, capacity * 2), hash);
        } else {
            split(bucket, hash);
        }
    }

    /** Whether a split is likely to help: where hashes collide, the directory would grow for nothing. */
    private boolean maySplit(Bucket bucket) {
        return bucket.depth < MAX_DEPTH && (1L << bucket.depth) * (CAPACITY / 8) <= size;
    }

    private static Bucket copy(Bucket bucket, int capacity) {
        Bucket copy = new Bucket(bucket.depth, capacity);
        for (Slot slot : bucket.slots) {
            if (slot != null && slot != REMOVED) {
                insert(copy, slot);
            }
        }
        return copy;
    }

    private void split(Bucket bucket, int hash) {
        if (bucket.depth == directory.depth) {
            doubleDirectory();
        }
        int capacity = bucket.slots.length;
        Bucket low = new Bucket(bucket.depth + 1, capacity);
        Bucket high = new Bucket(bucket.depth + 1, capacity);
        int bit = 1 << (Integer.SIZE - 1 - bucket.depth);
        for (Slot slot : bucket.slots) {
            if (slot != null && slot != REMOVED) {
                insert((slot.hash & bit) == 0 ? low : high, slot);
            }
        }
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

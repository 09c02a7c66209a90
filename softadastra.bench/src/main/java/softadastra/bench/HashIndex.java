package softadastra.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of entries, and an ordered index of the same ones beside it. The table is one of many small ones with open
 * addressing; a full one is split in two, so that no put waits for a whole table to grow. A byte of an entry's hash stands beside
 * its place, so that others are seldom looked at.
 */
final class HashIndex implements OrderedIndex {

    private static final int SLOTS = 512;
    private static final int MOST = 340;
    private static final int FIRST_BITS = 4;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle TAG = MethodHandles.arrayElementVarHandle(byte[].class);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final class Segment {
        final int bits;
        final byte[] tags = new byte[SLOTS];
        final @Nullable Object[] entries = new @Nullable Object[SLOTS];
        int count;

        Segment(int bits) {
            this.bits = bits;
        }

        /** The place of a key, or a free one, as its complement. */
        int find(long hash, byte[] bytes, int length) {
            byte tag = tag(hash);
            for (int at = (int) hash & (SLOTS - 1); ; at = (at + 1) & (SLOTS - 1)) {
                byte there = (byte) TAG.getAcquire(tags, at);
                if (there == 0) {
                    return ~at;
                }
                if (there == tag
                        && SLOT.getAcquire(entries, at) instanceof IndexEntry entry
                        && Arrays.equals(entry.bytes, 0, entry.keyLength, bytes, 0, length)) {
                    return at;
                }
            }
        }

        void add(int at, long hash, IndexEntry entry) {
            SLOT.setRelease(entries, at, entry);
            TAG.setRelease(tags, at, tag(hash));
            count++;
        }

        private static byte tag(long hash) {
            return (byte) ((hash >>> 9) | 0x80);
        }
    }

    private final OrderedIndex order;

    /** By the first bits of the hash; a segment stands in as many places as its own bits leave open. */
    private volatile Segment[] directory;

    private int directoryBits = FIRST_BITS;

    HashIndex(OrderedIndex order) {
        this.order = order;
        directory = new Segment[1 << FIRST_BITS];
        Arrays.setAll(directory, i -> new Segment(FIRST_BITS));
    }

    @Override
    public @Nullable IndexEntry get(byte[] key) {
        long hash = hash(key, key.length);
        Segment segment = segment(directory, hash);
        int at = segment.find(hash, key, key.length);
        return at < 0 ? null : (IndexEntry) SLOT.getAcquire(segment.entries, at);
    }

    @Override
    public void put(byte[] key, IndexEntry entry) {
        long hash = hash(key, key.length);
        Segment segment = segment(directory, hash);
        int at = segment.find(hash, key, key.length);
        if (at >= 0) {
            SLOT.setRelease(segment.entries, at, entry);
        } else {
            while (segment.count == MOST) {
                split(segment, hash);
                segment = segment(directory, hash);
                at = segment.find(hash, key, key.length);
            }
            segment.add(~at, hash, entry);
        }
        order.put(key, entry);
    }

    private void split(Segment full, long hash) {
        Segment[] segments = directory;
        if (full.bits == directoryBits) {
            Segment[] twice = new Segment[2 * segments.length];
            for (int i = 0; i < twice.length; i++) {
                twice[i] = segments[i >>> 1];
            }
            segments = twice;
            directoryBits++;
        }
        Segment low = new Segment(full.bits + 1);
        Segment high = new Segment(full.bits + 1);
        for (Object each : full.entries) {
            if (each instanceof IndexEntry entry) {
                long its = hash(entry.bytes, entry.keyLength);
                Segment half = (its << full.bits) < 0 ? high : low;
                half.add(~half.find(its, entry.bytes, entry.keyLength), its, entry);
            }
        }
        int each = 1 << (directoryBits - full.bits);
        int first = (int) (hash >>> (Long.SIZE - directoryBits)) & -each;
        Arrays.fill(segments, first, first + each / 2, low);
        Arrays.fill(segments, first + each / 2, first + each, high);
        directory = segments;
    }

    private static Segment segment(Segment[] directory, long hash) {
        return directory[(int) (hash >>> (Long.numberOfLeadingZeros(directory.length) + 1))];
    }

    private static long hash(byte[] bytes, int length) {
        long hash = length;
        int at = 0;
        for (; at <= length - Long.BYTES; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONG.get(bytes, at));
        }
        long rest = 0;
        for (; at < length; at++) {
            rest = (rest << Byte.SIZE) | (bytes[at] & 0xFF);
        }
        return mix(hash ^ rest);
    }

    private static long mix(long value) {
        long mixed = value * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 32;
        mixed *= 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 29);
    }

    @Override
    public void scan(byte[] prefix, Predicate<IndexEntry> visitor) {
        order.scan(prefix, visitor);
    }

    /** What is ordered is also what a snapshot keeps; gets from it go there too. */
    @Override
    public OrderedIndex snapshot() {
        return order.snapshot();
    }

    @Override
    public boolean keepsKeys() {
        return false;
    }
}

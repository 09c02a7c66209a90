package softadastra.store;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.MalformedDataException;
import softadastra.wal.spi.WalCheckpointReader;

/**
 * Where the blocks of a checkpoint are, and which keys they have. The index comes in pages; what is known from the beginning is
 * their directory, so that opening takes as long for many entries as for a few. A page is read and verified when it is first
 * asked for.
 *
 * <p>A checkpoint without a directory, as earlier releases wrote it, has one page, which is read at once. {@link CheckpointHead}
 * has the format.
 *
 * <p>Thread-safe. What does not verify is CORRUPTION.
 */
final class BlockIndex {

    private static final class Page {
        final byte[][] firstKeys;

        /** Where each block begins, and where the last one ends. */
        final long[] positions;

        final long[] counts;

        Page(int blocks) {
            firstKeys = new byte[blocks][];
            positions = new long[blocks + 1];
            counts = new long[blocks];
        }
    }

    private final WalCheckpointReader reader;
    private final int blocks;
    private final int pageBlocks;
    private final AtomicReferenceArray<@Nullable Page> pages;

    // Of each page: its first key, where it is, where its blocks are, and of how many entries these are.
    private final byte[][] firstKeys;
    private final long[] indexAt;
    private final long[] positions;
    private final long[] counts;

    private BlockIndex(WalCheckpointReader reader, CheckpointTail tail, long blocksAt) {
        this.reader = reader;
        blocks = Math.toIntExact(tail.blocks());
        pageBlocks = tail.hasDirectory() ? tail.pageBlocks() : Math.max(1, blocks);
        int count = (blocks + pageBlocks - 1) / pageBlocks;
        pages = new AtomicReferenceArray<>(count);
        firstKeys = new byte[count][];
        indexAt = new long[count + 1];
        positions = new long[count + 1];
        counts = new long[count];
        indexAt[0] = tail.indexAt();
        positions[0] = blocksAt;
    }

    /**
     * Reads what has to be known of the index from the beginning.
     *
     * @param blocksAt where the blocks begin
     */
    static BlockIndex open(WalCheckpointReader reader, CheckpointTail tail, long blocksAt) {
        BlockIndex index = new BlockIndex(reader, tail, blocksAt);
        if (tail.hasDirectory()) {
            index.readDirectory(tail);
        } else if (index.blocks > 0) {
            index.readOnlyPage(tail);
        }
        int last = index.counts.length;
        if (index.indexAt[last] != tail.directoryAt() || index.positions[last] != tail.carriedAt()) {
            throw CheckpointHead.damaged("its index is of other blocks", null);
        }
        return index;
    }

    private void readDirectory(CheckpointTail tail) {
        ByteReader in = new ByteReader(bytes(tail.directoryAt(), tail.directoryBytes()));
        try {
            for (int i = 0; i < counts.length; i++) {
                firstKeys[i] = in.readPrefixedBytes(Key.MAX_BYTES);
                indexAt[i + 1] = indexAt[i] + in.readVarint(Integer.MAX_VALUE - 8);
                positions[i + 1] = positions[i] + in.readVarint(Long.MAX_VALUE - positions[i]);
                counts[i] = in.readVarint(Long.MAX_VALUE);
                requireOrder(i > 0 ? firstKeys[i - 1] : null, firstKeys[i]);
            }
            in.expectEnd();
        } catch (MalformedDataException e) {
            throw CheckpointHead.damaged("its directory is malformed", e);
        }
    }

    private void readOnlyPage(CheckpointTail tail) {
        indexAt[1] = tail.directoryAt();
        positions[1] = tail.carriedAt();
        Page page = read(0);
        firstKeys[0] = page.firstKeys[0];
        counts[0] = Arrays.stream(page.counts).sum();
        pages.set(0, page);
    }

    private byte[] bytes(long position, long length) {
        if (length > Integer.MAX_VALUE - 8) {
            throw CheckpointHead.damaged("its index has " + length + " bytes", null);
        }
        return CheckpointHead.bytes(reader, position, (int) length);
    }

    private static void requireOrder(byte @Nullable [] before, byte[] key) {
        if (before != null && Arrays.compareUnsigned(before, key) >= 0) {
            throw CheckpointHead.damaged("its blocks are not in order", null);
        }
    }

    private Page page(int number) {
        Page known = pages.get(number);
        if (known != null) {
            return known;
        }
        Page page = read(number);
        boolean asTold = Arrays.equals(page.firstKeys[0], firstKeys[number])
                && Arrays.stream(page.counts).sum() == counts[number];
        if (!asTold) {
            throw CheckpointHead.damaged("its index is not as its directory says", null);
        }
        if (number + 1 < firstKeys.length) {
            requireOrder(page.firstKeys[page.firstKeys.length - 1], firstKeys[number + 1]);
        }
        pages.set(number, page);
        return page;
    }

    private Page read(int number) {
        ByteReader in = new ByteReader(bytes(indexAt[number], indexAt[number + 1] - indexAt[number]));
        Page page = new Page(Math.min(pageBlocks, blocks - number * pageBlocks));
        page.positions[0] = positions[number];
        try {
            for (int i = 0; i < page.counts.length; i++) {
                page.firstKeys[i] = in.readPrefixedBytes(Key.MAX_BYTES);
                page.positions[i + 1] = page.positions[i] + in.readVarint(Integer.MAX_VALUE - 8);
                page.counts[i] = in.readVarint(Integer.MAX_VALUE);
                requireOrder(i > 0 ? page.firstKeys[i - 1] : null, page.firstKeys[i]);
            }
            in.expectEnd();
        } catch (MalformedDataException e) {
            throw CheckpointHead.damaged("its index is malformed", e);
        }
        if (page.positions[page.counts.length] != positions[number + 1]) {
            throw CheckpointHead.damaged("its index is of other blocks", null);
        }
        return page;
    }

    /** How many blocks there are. */
    int blocks() {
        return blocks;
    }

    /** How many entries all of them have, removals included. */
    long entries() {
        return Arrays.stream(counts).sum();
    }

    /** The block that a key would be in, -1 if it comes before the first. */
    int blockOf(byte[] key) {
        int number = lastNotAbove(firstKeys, key);
        return number < 0 ? -1 : number * pageBlocks + lastNotAbove(page(number).firstKeys, key);
    }

    private static int lastNotAbove(byte[][] keys, byte[] key) {
        int low = 0;
        int high = keys.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(keys[middle], key) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    byte[] firstKey(int block) {
        int in = block % pageBlocks;
        return in == 0 ? firstKeys[block / pageBlocks] : page(block / pageBlocks).firstKeys[in];
    }

    /** Where a block begins. */
    long position(int block) {
        return page(block / pageBlocks).positions[block % pageBlocks];
    }

    /** How many bytes a block has. */
    int length(int block) {
        long[] at = page(block / pageBlocks).positions;
        int in = block % pageBlocks;
        return (int) (at[in + 1] - at[in]);
    }

    /** How many entries a block has. */
    long count(int block) {
        return page(block / pageBlocks).counts[block % pageBlocks];
    }
}

package softadastra.store;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteWriter;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordVisitor;

/**
 * Writes the entries of a store as a checkpoint, one after the other, in the format of {@link CheckpointHead}. Holds a block in
 * memory, and of each the first key.
 */
final class CheckpointEncoder {

    /** A block is ended by the entry that makes it this long: what a read of one key has to read. */
    private static final int BLOCK_BYTES = 32 << 10;

    /** So many blocks a page of the index is of: about as long as a block. */
    private static final int PAGE_BLOCKS = 512;

    private static final int MAX_KEPT_BUFFER = 1 << 20;

    private final WalCheckpointWriter target;
    private final CheckpointHead head;
    private final Map<Origin, Integer> origins = new HashMap<>();
    private final ByteWriter index = new ByteWriter();
    private final ByteWriter directory = new ByteWriter();
    private ByteWriter block = new ByteWriter(2 * BLOCK_BYTES);
    private byte[] last = {};
    private long blocks;
    private long inBlock;

    // Of the page of the index that is being written: where it begins, and the bytes and entries of its blocks.
    private int pageAt;
    private long inPageBytes;
    private long inPage;

    CheckpointEncoder(WalCheckpointWriter target, CheckpointHead head) {
        this.target = target;
        this.head = head;
        head.origins().forEach(origin -> origins.put(origin, origins.size()));
        head.write(block);
        flush();
    }

    /** Adds an entry, or a removal that is remembered; they come in the order of their keys. */
    void add(byte[] key, Stored stored) {
        byte[] value = stored.value;
        Integer origin = origins.get(stored.origin);
        if (origin == null || (value == null && !head.keepsRemovals())) {
            throw new IllegalArgumentException("no entry of this checkpoint: " + Key.wrap(key));
        }
        if (inBlock == 0) {
            if (blocks % PAGE_BLOCKS == 0) {
                directory.writePrefixedBytes(key);
            }
            index.writePrefixedBytes(key);
            last = new byte[0];
        }
        int mismatch = Arrays.mismatch(last, key);
        int shared = mismatch < 0 ? key.length : mismatch;
        block.writeByte(flags(stored));
        block.writeVarint(shared);
        block.writePrefixedBytes(key, shared, key.length - shared);
        if (value != null) {
            block.writePrefixedBytes(value);
        }
        block.writeVarint(stored.version);
        block.writeLong(stored.stamp);
        block.writeVarint(origin);
        block.writeVarint(stored.counter);
        block.writeVarint(head.sequence() - stored.sequence);
        if (stored instanceof Frontier) {
            writeFrontier(stored);
        }
        last = key;
        inBlock++;
        if (block.length() >= BLOCK_BYTES) {
            endBlock();
        }
    }

    private int flags(Stored stored) {
        int flags = stored.isTombstone() ? CheckpointHead.REMOVED : 0;
        if (stored instanceof Frontier) {
            if (!head.keepsFrontiers()) {
                throw new IllegalArgumentException("no entry of this checkpoint: it has siblings");
            }
            flags |= stored.floor() == stored.stamp ? 0 : CheckpointHead.FLOOR;
            flags |= stored.isContested() ? CheckpointHead.SIBLINGS : 0;
            flags |= stored.isMerged() ? CheckpointHead.MERGED : 0;
        }
        return flags;
    }

    private void writeFrontier(Stored stored) {
        if (stored.floor() != stored.stamp) {
            block.writeLong(stored.floor());
        }
        if (stored.isMerged()) {
            writeValue(stored.siblings().get(0).value);
        }
        if (stored.isContested()) {
            block.writeVarint(stored.siblings().size() - 1L);
            stored.siblings().stream().skip(1).forEach(this::writeSibling);
        }
    }

    private void writeSibling(Stored sibling) {
        Integer origin = origins.get(sibling.origin);
        if (origin == null) {
            throw new IllegalArgumentException("no origin of this checkpoint: " + sibling.origin);
        }
        writeValue(sibling.value);
        block.writeVarint(sibling.version);
        block.writeLong(sibling.stamp);
        block.writeVarint(origin);
        block.writeVarint(sibling.counter);
    }

    private void writeValue(byte @Nullable [] value) {
        block.writeByte(value == null ? 1 : 0);
        if (value != null) {
            block.writePrefixedBytes(value);
        }
    }

    private void endBlock() {
        if (inBlock > 0) {
            index.writeVarint(block.length());
            index.writeVarint(inBlock);
            blocks++;
            inPageBytes += block.length();
            inPage += inBlock;
            inBlock = 0;
            flush();
            if (blocks % PAGE_BLOCKS == 0) {
                endPage();
            }
        }
    }

    private void endPage() {
        if (inPage > 0) {
            directory.writeVarint(index.length() - pageAt);
            directory.writeVarint(inPageBytes);
            directory.writeVarint(inPage);
            pageAt = index.length();
            inPageBytes = 0;
            inPage = 0;
        }
    }

    /** The records that are carried on; all entries have been added. */
    final class Carried implements WalRecordVisitor {
        private final long at;
        private long count;

        private Carried(long at) {
            this.at = at;
        }

        @Override
        public boolean visit(
                long sequence,
                int typeCode,
                WalRecordStatus status,
                long timestamp,
                byte[] buffer,
                int offset,
                int length) {
            block.writeVarint(typeCode);
            block.writeLong(timestamp);
            block.writeVarint(sequence);
            block.writePrefixedBytes(buffer, offset, length);
            count++;
            if (block.length() >= BLOCK_BYTES) {
                flush();
            }
            return true;
        }

        /** Ends the checkpoint, which may be published then. */
        void end() {
            flush();
            long indexAt = target.length();
            target.write(index.array(), 0, index.length());
            long directoryAt = target.length();
            target.write(directory.array(), 0, directory.length());
            new CheckpointTail(at, count, indexAt, blocks, directoryAt, PAGE_BLOCKS, directory.length()).write(block);
            flush();
        }
    }

    /** Ends the entries. */
    Carried carried() {
        endBlock();
        endPage();
        return new Carried(target.length());
    }

    private void flush() {
        target.write(block.array(), 0, block.length());
        if (block.array().length > MAX_KEPT_BUFFER) {
            block = new ByteWriter(2 * BLOCK_BYTES);
        }
        block.reset();
    }
}

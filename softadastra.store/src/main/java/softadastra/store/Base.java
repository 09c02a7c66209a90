package softadastra.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.MalformedDataException;
import softadastra.core.Utf8;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalRecordVisitor;

/**
 * The entries of a checkpoint, where they lie: found by the index of its blocks, and verified when they are read.
 *
 * <p>Thread-safe. Each read throws CORRUPTION naming file and byte offset for what does not verify, IO_ERROR, and INVALID_STATE
 * once this is closed.
 */
final class Base implements AutoCloseable {

    private final WalCheckpointReader reader;
    private final CheckpointHead head;
    private final CheckpointTail tail;
    private final List<Origin> origins;
    private final BlockIndex index;

    private Base(WalCheckpointReader reader) {
        this.reader = reader;
        CheckpointHead.Read read = CheckpointHead.read(reader);
        head = read.head();
        tail = CheckpointTail.read(reader, read);
        origins = head.origins();
        index = BlockIndex.open(reader, tail, read.end());
        long entries = index.entries();
        if (entries < head.entries() || (entries > head.entries() && !head.keepsRemovals())) {
            throw CheckpointHead.damaged("its index is of other entries", null);
        }
    }

    /** Opens a checkpoint. */
    static Base open(WalCheckpoint checkpoint) {
        WalCheckpointReader reader = checkpoint.open();
        try {
            Base base = new Base(reader);
            long sequence = base.head.sequence();
            if (sequence < checkpoint.beginSequence() - 1 || sequence > checkpoint.endSequence()) {
                throw CheckpointHead.damaged(
                        "it is of sequence " + sequence + ", and the log has it for " + checkpoint.beginSequence()
                                + " to " + checkpoint.endSequence(),
                        null);
            }
            return base;
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    CheckpointHead head() {
        return head;
    }

    int blocks() {
        return index.blocks();
    }

    /** What stands under a key, maybe a tombstone; null for nothing. */
    @Nullable
    Stored get(byte[] key) {
        int block = index.blockOf(key);
        if (block < 0) {
            return null;
        }
        Entries entries = block(block);
        while (entries.next()) {
            int order = Arrays.compareUnsigned(entries.key(), key);
            if (order >= 0) {
                return order == 0 ? entries.stored() : null;
            }
        }
        return null;
    }

    /** The entries of a block, read at once. */
    Entries block(int block) {
        byte[] bytes = CheckpointHead.bytes(reader, index.position(block), index.length(block));
        byte[] to = block + 1 < index.blocks() ? index.firstKey(block + 1) : null;
        return new Entries(bytes, index.count(block), index.firstKey(block), to);
    }

    /** A walk over the entries whose keys are not below one, in order. */
    Walk from(byte[] key) {
        return new Walk(key);
    }

    /** Hands over the records that the store does not know and carries on. */
    void carried(WalRecordVisitor target) {
        long position = tail.carriedAt();
        CarriedReader records = new CarriedReader(reader, position, tail.indexAt());
        for (long i = 0; i < tail.carriedCount(); i++) {
            records.next(target);
        }
        records.expectEnd();
    }

    boolean hasCarried() {
        return tail.carriedCount() > 0;
    }

    @Override
    public void close() {
        reader.close();
    }

    /** The entries of a block, one after the other. For one thread. */
    final class Entries {
        private final ByteReader in;
        private final byte[] first;
        private final byte @Nullable [] to;
        private long left;
        private byte[] key = {};
        private @Nullable Stored stored;

        private Entries(byte[] block, long count, byte[] first, byte @Nullable [] to) {
            this.in = new ByteReader(block);
            this.left = count;
            this.first = first;
            this.to = to;
        }

        /** Goes to the next one, if there is one. */
        boolean next() {
            try {
                if (left == 0) {
                    in.expectEnd();
                    return false;
                }
                left--;
                read();
                return true;
            } catch (MalformedDataException e) {
                throw CheckpointHead.damaged("a block is malformed", e);
            }
        }

        private void read() {
            int position = in.position();
            int flags = in.readByte();
            if (!isKnown(flags)) {
                throw in.malformed("entry of an unknown kind", position);
            }
            int shared = (int) in.readVarint(key.length);
            byte[] rest = in.readPrefixedBytes(Key.MAX_BYTES - shared);
            byte[] next = Arrays.copyOf(key, shared + rest.length);
            System.arraycopy(rest, 0, next, shared, rest.length);
            boolean inPlace = stored == null ? Arrays.equals(next, first) : Arrays.compareUnsigned(key, next) < 0;
            if (!inPlace || next.length == 0 || !Utf8.isWellFormed(next) || isBehind(next)) {
                throw in.malformed("key that does not belong there", position);
            }
            key = next;
            boolean removed = (flags & CheckpointHead.REMOVED) != 0;
            Stored read = readStored(removed ? null : in.readPrefixedBytes(Value.MAX_BYTES));
            long sequence = head.sequence() - in.readVarint(head.sequence());
            if ((flags & ~CheckpointHead.REMOVED) != 0) {
                read = readFrontier(read, flags, position);
            }
            read.sequence = sequence;
            stored = read;
        }

        private boolean isKnown(int flags) {
            int known = head.keepsRemovals() ? CheckpointHead.REMOVED : 0;
            if (head.keepsFrontiers()) {
                known |= CheckpointHead.FLOOR | CheckpointHead.SIBLINGS | CheckpointHead.MERGED;
            }
            return (flags & ~known) == 0
                    && (flags & (CheckpointHead.SIBLINGS | CheckpointHead.MERGED)) != CheckpointHead.MERGED;
        }

        /** Reads who wrote a value, and when. */
        private Stored readStored(byte @Nullable [] value) {
            int position = in.position();
            long version = in.readVarint(Long.MAX_VALUE);
            long stamp = in.readLong();
            long index = in.readVarint(Integer.MAX_VALUE);
            if (version < 1 || index >= origins.size()) {
                throw in.malformed("version " + version + " of origin " + index, position);
            }
            return new Stored(value, version, stamp, origins.get((int) index), in.readVarint(Long.MAX_VALUE));
        }

        private Stored readFrontier(Stored shown, int flags, int position) {
            long floor = (flags & CheckpointHead.FLOOR) != 0 ? in.readLong() : shown.stamp;
            boolean merged = (flags & CheckpointHead.MERGED) != 0;
            byte[] last = merged ? readValue() : shown.value;
            List<Stored> siblings = new ArrayList<>();
            siblings.add(new Stored(last, shown.version, shown.stamp, shown.origin, shown.counter));
            if ((flags & CheckpointHead.SIBLINGS) != 0) {
                for (int i = in.readCount(); i > 0; i--) {
                    siblings.add(readStored(readValue()));
                }
                if (siblings.size() < 2) {
                    throw in.malformed("entry with no siblings", position);
                }
            }
            Stored read = merged ? Frontier.merged(siblings, shown.value, floor) : Frontier.of(siblings, floor);
            if (read.counter != shown.counter || !read.origin.equals(shown.origin)) {
                throw in.malformed("entry that is not the last of its siblings", position);
            }
            return read;
        }

        private byte @Nullable [] readValue() {
            int position = in.position();
            int removed = in.readByte();
            if (removed > 1) {
                throw in.malformed("value of kind " + removed, position);
            }
            return removed == 1 ? null : in.readPrefixedBytes(Value.MAX_BYTES);
        }

        private boolean isBehind(byte[] next) {
            return to != null && Arrays.compareUnsigned(next, to) >= 0;
        }

        byte[] key() {
            return key;
        }

        Stored stored() {
            Stored current = stored;
            if (current == null) {
                throw new IllegalStateException("before the first entry");
            }
            return current;
        }
    }

    /** See {@link #from}. For one thread. */
    final class Walk {
        private int block;
        private @Nullable Entries entries;

        /** Whether {@link #entries} stands on an entry that is yet to be taken. */
        private boolean waiting;

        private Walk(byte[] key) {
            block = Math.max(index.blockOf(key), 0);
            byte[] at = key();
            while (at != null && Arrays.compareUnsigned(at, key) < 0) {
                take();
                at = key();
            }
        }

        /** The key of the next entry, null at the end. */
        byte @Nullable [] key() {
            while (!waiting) {
                Entries current = entries;
                if (current != null && current.next()) {
                    waiting = true;
                } else if (block < index.blocks()) {
                    entries = block(block++);
                } else {
                    return null;
                }
            }
            Entries current = entries;
            return current == null ? null : current.key();
        }

        /** Goes on behind the next entry. */
        void take() {
            waiting = false;
        }

        Stored stored() {
            Entries current = entries;
            if (current == null) {
                throw new IllegalStateException("before the first entry");
            }
            return current.stored();
        }
    }
}

package softadastra.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpointReader;

/**
 * What a store writes at the head of a checkpoint, before the entries: what they come to, and who wrote them.
 *
 * <pre>
 * checkpoint = head  block*  carried  index  directory  tail           all numbers little-endian; varint as in {@link ByteWriter}
 *
 * head    = magic:i64 "SAstorec"  version:u16 (1)  zero:u16  features:u32  length:u32  sequence:i64  entries:i64  bytes:i64
 *           remote:i64  count:varint  { node:utf8  epoch:i64  counter:varint } * count  { logEpoch:i64  epoch:i64 }
 * block   = { flags:u8  shared:varint  rest:bytes  value:bytes  version:varint  stamp:i64  origin:varint  counter:varint
 *             age:varint  [floor:i64]  [last]  [count:varint  sibling * count] } *
 * last    = removed:u8  value:bytes (not removed)
 * sibling = removed:u8  value:bytes (not removed)  version:varint  stamp:i64  origin:varint  counter:varint
 * carried = { typeCode:varint  timestamp:i64  sequence:varint  payload:bytes } *
 * index   = { first:bytes  length:varint  entries:varint } * blocks
 * directory = { first:bytes  indexLength:varint  length:varint  entries:varint } * pages
 * tail    = carriedAt:i64  carriedCount:i64  indexAt:i64  blocks:i64  directoryAt:i64  pageBlocks:i64
 *
 * features : bits that a reader must know; bit 0: there may be removals among the entries; bit 1: there is a directory, and the
 *            tail's last two numbers; bit 2: there may be entries with a floor or siblings; bit 3: the head ends with a renewal;
 *            bit 4: of what counts as held some may have been left out
 * length   : of what follows it in the head
 * bytes    : of all keys and values; with a length, a varint, before them where they stand alone
 * counter  : of the last operation of each origin, 0 if none is held with all before it; the store's own comes last, if it has
 *            one
 * shared   : how many bytes the key has in common with the one before it in the block; rest is what follows
 * origin   : an index into the head's list
 * flags    : bit 0: the key was removed; there is no value then, and it is counted in the index only. Bit 1: floor, above which
 *            the next stamp of the key must be. Bit 2: siblings, in order, the last one first and left out. Bit 3, with bit 2: the
 *            value is what they were merged to, and last is the value of the last one
 * age      : how far the entry's sequence is below the checkpoint's
 * pages    : the index by so many blocks, pageBlocks; the last page may have fewer. Of each, the directory has the first key, its
 *            bytes in the index, and the bytes and entries of its blocks
 * carried  : records that the store does not know and a reader may pass over
 * </pre>
 *
 * <p>The entries are in the order of their keys. The log checks every byte it hands out, so there are no sums here.
 *
 * @param sequence the last sequence whose effects are in it; none of a later one is
 * @param entries how many entries it has
 * @param bytes the bytes of all keys and values
 * @param remote how many of the entries came from other nodes
 * @param counters the last counter of each origin, in the order in which they first occurred
 * @param keepsRemovals whether it remembers which keys were removed
 * @param keepsFrontiers whether entries may have more to them than one operation
 * @param leavesOut whether some of what counts as held may have been left out
 * @param renewal the epoch of operations, where that is not the log's
 */
record CheckpointHead(
        long sequence,
        long entries,
        long bytes,
        long remote,
        Map<Origin, Long> counters,
        boolean keepsRemovals,
        boolean keepsFrontiers,
        boolean leavesOut,
        Optional<Renewal> renewal) {

    private static final long MAGIC = 0x6365726f74734153L;
    private static final int VERSION = 1;
    private static final int REMOVALS = 1;
    private static final int DIRECTORY = 2;
    private static final int FRONTIERS = 4;
    private static final int RENEWED = 8;
    private static final int LEFT_OUT = 16;
    private static final int KNOWN = REMOVALS | DIRECTORY | FRONTIERS | RENEWED | LEFT_OUT;

    /** The flag of an entry whose key was removed. */
    static final int REMOVED = 1;

    /** The flag of an entry with a floor. */
    static final int FLOOR = 2;

    /** The flag of an entry with siblings. */
    static final int SIBLINGS = 4;

    /** The flag of an entry whose siblings were merged. */
    static final int MERGED = 8;

    private static final int FIXED = 20;
    private static final int MAX_LENGTH = 1 << 28;

    void write(ByteWriter out) {
        out.writeLong(MAGIC);
        out.writeShort(VERSION);
        out.writeShort(0);
        out.writeInt((keepsRemovals ? REMOVALS : 0)
                | DIRECTORY
                | (keepsFrontiers ? FRONTIERS : 0)
                | (renewal.isPresent() ? RENEWED : 0)
                | (leavesOut ? LEFT_OUT : 0));
        int lengthAt = out.length();
        out.writeInt(0);
        out.writeLong(sequence);
        out.writeLong(entries);
        out.writeLong(bytes);
        out.writeLong(remote);
        out.writeVarint(counters.size());
        counters.forEach((origin, counter) -> {
            out.writeUtf8(origin.node().value());
            out.writeLong(origin.epoch());
            out.writeVarint(counter);
        });
        renewal.ifPresent(renewed -> {
            out.writeLong(renewed.logEpoch());
            out.writeLong(renewed.epoch());
        });
        out.setInt(lengthAt, out.length() - lengthAt - Integer.BYTES);
    }

    /** The origins, in the order of their indexes. */
    List<Origin> origins() {
        return new ArrayList<>(counters.keySet());
    }

    /**
     * A head that was read.
     *
     * @param end where it ends
     * @param hasDirectory whether the index has a directory
     */
    record Read(CheckpointHead head, long end, boolean hasDirectory) {}

    /**
     * Reads the head.
     *
     * @throws SoftadastraException HISTORY_GONE if no store wrote the checkpoint; UNSUPPORTED_VERSION if a newer release did;
     *     CORRUPTION; IO_ERROR
     */
    static Read read(WalCheckpointReader reader) {
        if (reader.length() < FIXED + CheckpointTail.LEAST_LENGTH) {
            throw foreign();
        }
        ByteReader in = new ByteReader(bytes(reader, 0, FIXED));
        if (in.readLong() != MAGIC) {
            throw foreign();
        }
        int version = in.readShort();
        in.skip(Short.BYTES);
        int features = in.readInt();
        if (version != VERSION || (features & ~KNOWN) != 0) {
            throw new SoftadastraException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "unsupported store checkpoint version " + version + " with features "
                            + Integer.toHexString(features) + ": this release reads version " + VERSION);
        }
        int length = in.readInt();
        if (length < 0 || length > Math.min(MAX_LENGTH, reader.length() - FIXED)) {
            throw damaged("its head has a length of " + length, null);
        }
        try {
            CheckpointHead head = read(new ByteReader(bytes(reader, FIXED, length)), features);
            return new Read(head, (long) FIXED + length, (features & DIRECTORY) != 0);
        } catch (MalformedDataException e) {
            throw damaged("its head is malformed", e);
        }
    }

    private static CheckpointHead read(ByteReader in, int features) {
        long sequence = in.readLong();
        long entries = in.readLong();
        long bytes = in.readLong();
        long remote = in.readLong();
        int count = in.readCount();
        Map<Origin, Long> counters = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            int position = in.position();
            Result<NodeId> node = NodeId.of(in.readUtf8(NodeId.MAX_LENGTH));
            if (node.isErr()) {
                throw in.malformed(node.error().message(), position);
            }
            Origin origin = new Origin(node.value(), in.readLong());
            long counter = in.readVarint(Long.MAX_VALUE);
            if (counters.put(origin, counter) != null) {
                throw in.malformed("counter " + counter + " of " + origin, position);
            }
        }
        Optional<Renewal> renewal = (features & RENEWED) == 0
                ? Optional.empty()
                : Optional.of(new Renewal(in.readLong(), in.readLong(), 0));
        in.expectEnd();
        return new CheckpointHead(
                sequence,
                entries,
                bytes,
                remote,
                counters,
                (features & REMOVALS) != 0,
                (features & FRONTIERS) != 0,
                (features & LEFT_OUT) != 0,
                renewal);
    }

    static byte[] bytes(WalCheckpointReader reader, long position, int length) {
        byte[] bytes = new byte[length];
        reader.read(position, bytes, 0, length);
        return bytes;
    }

    private static SoftadastraException foreign() {
        return new SoftadastraException(
                ErrorCode.HISTORY_GONE,
                "failed to open store: its log begins behind a checkpoint that no store has written; open the log with what"
                        + " wrote that");
    }

    /** Refuses a checkpoint whose bytes verify and make no sense. */
    static SoftadastraException damaged(String reason, @Nullable Throwable cause) {
        return SoftadastraError.of(ErrorCode.CORRUPTION, "corrupted store checkpoint: " + reason, cause)
                .toException();
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/**
 * The file that is appended to, and the spare that comes after it. Not thread-safe: guarded by its log's lock, except {@link
 * #createSpare}, which its caller sees to run alone.
 *
 * <p>A spare is made under its final name: zeros, forced, and its directory forced. Starting it is then one header and one
 * force. Sizes double from {@value #FIRST_BYTES} to {@value #STEADY_BYTES} bytes, so that small logs stay small; from there on
 * they are a small share of what the log holds, so that what is held in advance is a small part of it, and a log of any size
 * has some hundreds of files.
 *
 * <p>Zeros make a force cheap, since it finds all of the file in its place, and they make sure that the disk has room. Where next
 * to nothing is forced they are only written twice. Such a log's spares are sparse: holes read as zeros, and one is made in no
 * time. They hold nothing in advance, so they may be larger; their room is taken by each write, and if there is none, from the
 * disk's reserve, without which no spare is sparse.
 */
final class Segments implements AutoCloseable {

    /** A segment that is full. */
    private record Older(long ordinal, long firstSequence, long bytes) {}

    static final long FIRST_BYTES = 256 << 10;

    static final long STEADY_BYTES = 8 << 20;

    /** A segment is at most this part of a large log. */
    private static final int SHARE = 16;

    /** Kept free in each segment for the frames that end or close it. */
    static final long RESERVED = Frame.bytes(0) + Frame.bytes(Frame.CONTINUED_BODY);

    private static final byte[] ZEROS = new byte[256 << 10];

    private final Storage storage;
    private final WalIdentity identity;
    private final long maxBytes;
    private final SecureRandom random = new SecureRandom();
    private final DiskReserve reserve;

    private @Nullable StorageFile file;
    private @Nullable SegmentHeader header;
    private long spareOrdinal;
    /** Read for statistics while the housekeeper makes the spare. */
    private volatile long spareBytes;

    private volatile boolean spareSparse;

    private final Deque<Older> older = new ArrayDeque<>();
    private long olderBytes;

    Segments(Storage storage, WalIdentity identity, long maxBytes) {
        this.storage = storage;
        this.identity = identity;
        this.maxBytes = maxBytes;
        this.reserve = new DiskReserve(storage, Math.min(FIRST_BYTES, maxBytes));
    }

    /** Whether the log may work on them with threads of its own. */
    boolean allowsBackgroundWork() {
        return storage.allowsBackgroundWork();
    }

    /**
     * Goes on in a segment that exists.
     *
     * @param keepSpare whether the spare is known to be whole and must not go, since the last segment says that it exists;
     *     of any other nothing is known, and it is made anew when it is needed
     */
    void resume(LogLayout layout, boolean keepSpare) throws IOException {
        reserve.find();
        SegmentFile last = layout.last();
        file = storage.open(last.name(), Storage.Access.WRITE);
        header = last.requireHeader();
        layout.spare().ifPresent(found -> {
            spareOrdinal = found.ordinal();
            spareBytes = keepSpare ? found.bytes() : 0;
            // It may be, and is treated as if it were.
            spareSparse = keepSpare;
        });
        if (header.sparse() && !reserve.isThere()) {
            // The last owner has used it up: there may be no room for the holes.
            reserve.setUsed();
        }
        for (int i = 0; i < layout.segments().size() - 1; i++) {
            SegmentFile segment = layout.segments().get(i);
            addOlder(segment.requireHeader(), layout.limit(i), segment.bytes());
        }
    }

    /** The file that is appended to. */
    StorageFile file() {
        return present(file);
    }

    /** The header of the file that is appended to. */
    SegmentHeader header() {
        return present(header);
    }

    /** Where the last frame of records in the current segment must end. */
    long capacity() {
        return header().fileBytes() - RESERVED;
    }

    long count() {
        return older.size() + 1L;
    }

    long firstSequence() {
        Older first = older.peekFirst();
        return first == null ? header().firstSequence() : first.firstSequence();
    }

    long firstOrdinal() {
        Older first = older.peekFirst();
        return first == null ? header().ordinal() : first.ordinal();
    }

    /** The ordinal of the segment that holds a sequence, or will hold it; of the first if it is below. */
    long ordinalOf(long sequence) {
        long ordinal = firstOrdinal();
        for (Older segment : older) {
            if (segment.firstSequence() <= sequence) {
                ordinal = segment.ordinal();
            }
        }
        return header().firstSequence() <= sequence ? header().ordinal() : ordinal;
    }

    private void addOlder(SegmentHeader full, long end, long fileBytes) {
        long bytes = full.sparse() ? end : fileBytes;
        older.addLast(new Older(full.ordinal(), full.firstSequence(), bytes));
        olderBytes += bytes;
    }

    /** Gives up the segments whose records are all below a sequence; answers their names, in order. */
    List<String> release(long keepFrom) {
        List<String> names = new ArrayList<>();
        // One that starts there stays even if it is empty: it may be the one that the checkpoint names.
        for (Older first = older.peekFirst();
                first != null && first.firstSequence() < keepFrom && endsBelow(keepFrom);
                first = older.peekFirst()) {
            older.removeFirst();
            olderBytes -= first.bytes();
            names.add(SegmentFile.name(first.ordinal()));
        }
        return names;
    }

    /** Whether the first of the full segments has no record at a sequence or above. */
    private boolean endsBelow(long sequence) {
        Iterator<Older> from = older.iterator();
        from.next();
        long next = from.hasNext() ? from.next().firstSequence() : header().firstSequence();
        return next <= sequence;
    }

    /**
     * The size of all segments, the spare and the reserve included, without holes.
     *
     * @param end where the frames of the current segment end
     */
    long bytes(long end) {
        return heldBytes(end) + (spareSparse ? 0 : spareBytes) + reserve.bytesHeld();
    }

    private long heldBytes(long end) {
        return header == null ? 0 : olderBytes + (header.sparse() ? end : header.fileBytes());
    }

    DiskReserve reserve() {
        return reserve;
    }

    /** Whether the log has outgrown its first segment, or is about to. */
    boolean isMoreThanTiny() {
        return header().ordinal() > 1 || spareBytes > 0;
    }

    long spareBytes() {
        return spareBytes;
    }

    /** Whether the spare is there, with room for a frame; one with holes does not count while the disk is full. */
    boolean hasSpareFor(long frame) {
        return spareBytes > 0 && spareBytes >= smallest(frame) && !(spareSparse && reserve.isUsed());
    }

    /** Whether the current segment is not to be written while the disk is full, since it has holes. */
    boolean needsRoom() {
        return reserve.isUsed() && header().sparse();
    }

    private static long smallest(long frame) {
        return SegmentHeader.BYTES + frame + RESERVED;
    }

    long nextOrdinal() {
        return header == null ? 1 : header.ordinal() + 1;
    }

    /** The size that the next segment is to have, with room for a frame. */
    long nextBytes(long frame) {
        long held = heldBytes(header == null ? 0 : header.fileBytes());
        return Math.max(Math.min(usualBytes(nextOrdinal(), held), maxBytes), smallest(frame));
    }

    /** As {@link #nextBytes}, with holes, behind frames that end somewhere in the current segment. */
    long nextSparseBytes(long frame, long end) {
        return Math.max(Math.min(sparseBytes(nextOrdinal(), heldBytes(end)), maxBytes), smallest(frame));
    }

    /** The size of a segment that comes behind so many bytes of others. */
    static long usualBytes(long ordinal, long held) {
        long doubled = FIRST_BYTES << Math.min(ordinal - 1, 20);
        return Math.max(Math.min(doubled, STEADY_BYTES), Long.highestOneBit(held / SHARE));
    }

    /** As {@link #usualBytes}, with holes: at most as much again as is there. */
    static long sparseBytes(long ordinal, long held) {
        long doubled = FIRST_BYTES << Math.min(ordinal - 1, 20);
        return Math.max(usualBytes(ordinal, held), Math.min(doubled, Long.highestOneBit(held)));
    }

    /**
     * As {@link #createSpare(long, long)}, which may use up the reserve if it is urgent, and else sees that there is one before.
     *
     * @param sparse whether it may have holes in place of zeros
     */
    void createSpare(long frame, long wanted, boolean urgent, boolean sparse) throws IOException {
        if (!urgent) {
            if (reserve.isUsed()) {
                // What is left of it is for what makes room, and must not go into a spare.
                reserve.make();
            } else {
                reserve.makeIfThereIsRoom();
            }
        }
        try {
            createSpare(frame, wanted, sparse);
        } catch (IOException e) {
            if (!urgent || StorageErrors.code(e) != ErrorCode.NO_SPACE || !reserve.release()) {
                throw e;
            }
            // A small one, so that something is left of it.
            createSpareOf(least(frame), false);
        }
    }

    private long least(long frame) {
        return Math.max(Math.min(FIRST_BYTES, maxBytes), smallest(frame));
    }

    /**
     * Makes sure that the next segment's file is there, zero-filled and durable, with room for a frame. Where there is no space
     * for the size it should have, a small one is made.
     *
     * <p>If this fails, nothing of the log has changed, and it can be tried again.
     *
     * @param wanted its {@link #nextBytes}
     */
    void createSpare(long frame, long wanted) throws IOException {
        createSpare(frame, wanted, false);
    }

    private void createSpare(long frame, long wanted, boolean sparse) throws IOException {
        long least = least(frame);
        if (spareBytes >= wanted && (sparse || !spareSparse)) {
            return;
        }
        try {
            createSpareOf(wanted, sparse);
        } catch (IOException e) {
            if (least == wanted || StorageErrors.code(e) != ErrorCode.NO_SPACE) {
                throw e;
            }
            createSpareOf(least, false);
        }
    }

    private void createSpareOf(long bytes, boolean sparse) throws IOException {
        long ordinal = nextOrdinal();
        String name = SegmentFile.name(ordinal);
        if (spareOrdinal == ordinal || storage.list().contains(name)) {
            storage.delete(name);
            spareOrdinal = 0;
            spareBytes = 0;
        }
        try (StorageFile spare = storage.open(name, Storage.Access.CREATE)) {
            spareOrdinal = ordinal;
            if (sparse) {
                // The header's place is taken, so that starting it needs no room.
                spare.write(0, ZEROS, 0, SegmentHeader.BYTES);
                spare.write(bytes - 1, ZEROS, 0, 1);
            } else {
                for (long at = 0; at < bytes; at += ZEROS.length) {
                    spare.write(at, ZEROS, 0, (int) Math.min(ZEROS.length, bytes - at));
                }
            }
            spare.force();
        } catch (IOException | RuntimeException | Error e) {
            discardSpare(name, e);
            throw e;
        }
        storage.forceDirectory();
        spareSparse = sparse;
        spareBytes = bytes;
    }

    /** Deletes the spare, of a log that is sealed and will not be written to; one that cannot be deleted does no harm. */
    void deleteSpare() {
        if (spareOrdinal != 0) {
            spareBytes = 0;
            try {
                storage.delete(SegmentFile.name(spareOrdinal));
                spareOrdinal = 0;
            } catch (IOException e) {
                // It is in nobody's way: the next owner replaces it.
            }
        }
    }

    // Half a spare would hold space that a full disk lacks.
    private void discardSpare(String name, Throwable reason) {
        try {
            if (spareOrdinal != 0) {
                storage.delete(name);
                spareOrdinal = 0;
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /**
     * Starts the spare as the segment that is appended to. Everything before it must be durable.
     *
     * @param end where the frames of the current segment end; what lies behind is cut off by this
     * @param chain the header CRC of the last frame
     */
    void start(long firstSequence, long end, int chain, long highestTimestamp) throws IOException {
        long ordinal = nextOrdinal();
        SegmentHeader next = SegmentHeader.create(
                identity.logId(),
                identity.epoch(),
                ordinal,
                firstSequence,
                random.nextInt(),
                chain,
                end,
                spareBytes,
                spareSparse,
                highestTimestamp);
        StorageFile opened = storage.open(SegmentFile.name(ordinal), Storage.Access.WRITE);
        try {
            byte[] block = next.encode();
            opened.write(0, block, 0, block.length);
            opened.force();
        } catch (IOException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
        StorageFile before = file;
        if (before != null) {
            addOlder(header(), end, header().fileBytes());
        }
        file = opened;
        header = next;
        spareOrdinal = 0;
        spareBytes = 0;
        spareSparse = false;
        if (before != null) {
            before.close();
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the log has no segment yet");
        }
        return value;
    }
}

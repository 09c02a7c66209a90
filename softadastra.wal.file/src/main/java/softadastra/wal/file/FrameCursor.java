package softadastra.wal.file;

import java.io.IOException;
import java.util.zip.CRC32C;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.storage.StorageFile;

/** Goes through the frames of one segment, verifying each. Not thread-safe. */
final class FrameCursor {

    private static final int BUFFER_BYTES = 256 << 10;

    /** Why there is no further frame. */
    enum Problem {
        /** None: the limit is reached. */
        NONE,
        /** Too few bytes are left for a frame's header. */
        SHORT,
        /** The header does not verify. */
        HEADER,
        /** The header verifies and the body does not. */
        BODY,
        /** Both verify, and it is not the frame that belongs here. */
        MISPLACED,
        /** It verifies, and is of a kind that this release does not know. */
        UNKNOWN_KIND
    }

    private final StorageFile file;
    private final int salt;
    private final long limit;
    private final CRC32C crc = new CRC32C();
    private final HeaderCrc headerCrc = new HeaderCrc();

    private final int bufferBytes;
    private byte[] buffer = {};
    private long bufferStart;
    private int bufferLength;

    private long next = SegmentHeader.BYTES;
    private long nextSequence;
    private int chain;
    private Problem problem = Problem.NONE;

    private long offset;
    private int at;
    private int body;
    private int kind;
    private int count;

    /**
     * A cursor before the first frame.
     *
     * @param limit where the segment's frames end, or the end of the file where that is not known
     */
    FrameCursor(StorageFile file, SegmentHeader header, long limit) {
        this(file, header, limit, BUFFER_BYTES);
    }

    /** A cursor that reads so many bytes at a time. */
    FrameCursor(StorageFile file, SegmentHeader header, long limit, int bufferBytes) {
        this.bufferBytes = bufferBytes;
        this.file = file;
        this.salt = header.salt();
        this.limit = limit;
        this.nextSequence = header.firstSequence();
        this.chain = header.crc();
    }

    /** Goes to a place of its segment where it was before, without what is in front. */
    void goTo(ReadPositions.Position position) {
        next = position.offset();
        offset = next;
        nextSequence = position.nextSequence();
        chain = position.chain();
    }

    /** The place behind the current frame. */
    ReadPositions.Position position() {
        return new ReadPositions.Position(salt, next, nextSequence, chain);
    }

    /** Goes to the next frame; false at the end, or where {@link #problem} says. */
    boolean advance() throws IOException {
        if (problem != Problem.NONE || next == limit) {
            return false;
        }
        problem = examine();
        if (problem != Problem.NONE) {
            return false;
        }
        next = offset + Frame.bytes(body);
        nextSequence += count;
        chain = LittleEndian.getInt(buffer, at + Frame.HEADER_CRC_AT);
        return true;
    }

    /**
     * Looks, where a frame does not verify, for the next one that does, wherever it starts, and goes to it. Its header CRC has
     * the segment's salt and its offset in it, so it stands where it was written; which frames are missing before it, its
     * sequence tells.
     *
     * @param through the highest sequence it may hold
     * @return false if there is none; the cursor stands as it did
     */
    boolean resync(long through) throws IOException {
        long stoppedAt = offset;
        Problem stopped = problem;
        int claimed = body;
        for (offset = next; limit - offset >= Frame.HEADER_BYTES; offset += Frame.ALIGNMENT) {
            if (!load(Frame.HEADER_BYTES)) {
                break;
            }
            // Most of what is passed over is told by one byte, without a checksum.
            byte seen = buffer[at + Frame.KIND_AT];
            if (seen >= Frame.SINGLE
                    && seen <= Frame.CONTINUED
                    && examineHeader() == Problem.NONE
                    && firstSequence() >= nextSequence
                    && examineBody() == Problem.NONE
                    && lastSequence() <= through) {
                problem = Problem.NONE;
                next = offset + Frame.bytes(body);
                nextSequence = firstSequence() + count;
                chain = LittleEndian.getInt(buffer, at + Frame.HEADER_CRC_AT);
                return true;
            }
        }
        offset = stoppedAt;
        problem = stopped;
        body = claimed;
        return false;
    }

    /** Forgets what was read ahead, and why there was no further frame: there may be one by now. */
    void refresh() {
        problem = Problem.NONE;
        bufferLength = 0;
    }

    private Problem examine() throws IOException {
        offset = next;
        Problem found = examineHeader();
        if (found != Problem.NONE) {
            return found;
        }
        if (firstSequence() != nextSequence || LittleEndian.getInt(buffer, at + Frame.CHAIN_AT) != chain) {
            return Problem.MISPLACED;
        }
        return examineBody();
    }

    private Problem examineHeader() throws IOException {
        if (limit - offset < Frame.HEADER_BYTES || !load(Frame.HEADER_BYTES)) {
            return Problem.SHORT;
        }
        if (LittleEndian.getInt(buffer, at + Frame.HEADER_CRC_AT) != headerCrc.of(buffer, at, salt, offset)) {
            return Problem.HEADER;
        }
        kind = buffer[at + Frame.KIND_AT];
        body = LittleEndian.getInt(buffer, at + Frame.LENGTH_AT);
        if (kind < Frame.SINGLE || kind > Frame.CONTINUED || buffer[at + Frame.FLAGS_AT] != 0) {
            return Problem.UNKNOWN_KIND;
        }
        boolean fits = body >= 0 && body <= Frame.MAX_BODY && Frame.bytes(body) <= limit - offset;
        return fits ? Problem.NONE : Problem.MISPLACED;
    }

    private Problem examineBody() throws IOException {
        long bytes = Frame.bytes(body);
        if (!load((int) bytes)) {
            return Problem.SHORT;
        }
        crc.reset();
        crc.update(buffer, at + Frame.HEADER_BYTES, (int) bytes - Frame.HEADER_BYTES);
        if ((int) crc.getValue() != LittleEndian.getInt(buffer, at + Frame.BODY_CRC_AT)) {
            return Problem.BODY;
        }
        count = count();
        return count < 0 ? Problem.MISPLACED : Problem.NONE;
    }

    /** How many records the frame has, -1 if it is not well formed. */
    private int count() {
        if (Frame.isBookkeeping(kind)) {
            return body == (kind == Frame.CONTINUED ? Frame.CONTINUED_BODY : 0) ? 0 : -1;
        }
        if (kind == Frame.SINGLE) {
            int type = LittleEndian.getShort(buffer, at + Frame.TYPE_AT);
            return type >= 1 && type <= WalRecordType.MAX_CODE ? 1 : -1;
        }
        BatchBody records = new BatchBody(buffer, at + Frame.HEADER_BYTES, body);
        int walked = 0;
        while (records.next()) {
            walked++;
        }
        return records.complete() && walked > 0 ? walked : -1;
    }

    /** Makes so many bytes from the current offset on available at {@link #at}; false if the file ends before. */
    private boolean load(int length) throws IOException {
        long from = offset - bufferStart;
        if (from < 0 || from + length > bufferLength) {
            if (length > buffer.length) {
                buffer = new byte[(int) Math.max(length, Math.min(bufferBytes, limit - offset))];
            }
            int wanted = (int) Math.min(buffer.length, limit - offset);
            bufferLength = file.read(offset, buffer, 0, wanted);
            bufferStart = offset;
            from = 0;
        }
        at = (int) from;
        return bufferLength - at >= length;
    }

    /**
     * Hands the records of the current frame to a visitor.
     *
     * @param from leaves out records with a lower sequence
     * @param through leaves out records with a higher one
     * @param durable records up to this are COMMITTED, others PENDING
     * @return how many were handed over, or {@code -1 - count} if the visitor wants no more
     */
    long visit(WalRecordVisitor visitor, long from, long through, long durable) {
        long sequence = firstSequence();
        if (kind == Frame.SINGLE) {
            if (sequence < from || sequence > through) {
                return 0;
            }
            int type = LittleEndian.getShort(buffer, at + Frame.TYPE_AT);
            boolean more = visitor.visit(
                    sequence, type, status(sequence, durable), timestamp(), buffer, at + Frame.HEADER_BYTES, body);
            return more ? 1 : -2;
        }
        long visited = 0;
        if (kind == Frame.BATCH) {
            BatchBody records = new BatchBody(buffer, at + Frame.HEADER_BYTES, body);
            for (; records.next(); sequence++) {
                if (sequence < from || sequence > through) {
                    continue;
                }
                visited++;
                if (!visitor.visit(
                        sequence,
                        records.typeCode(),
                        status(sequence, durable),
                        timestamp(),
                        buffer,
                        records.offset(),
                        records.length())) {
                    return -1 - visited;
                }
            }
        }
        return visited;
    }

    private static WalRecordStatus status(long sequence, long durable) {
        return sequence <= durable ? WalRecordStatus.COMMITTED : WalRecordStatus.PENDING;
    }

    Problem problem() {
        return problem;
    }

    /** Where the current frame starts; behind the last one, where the next would. */
    long offset() {
        return offset;
    }

    /** Where the frame after the current one starts. */
    long end() {
        return next;
    }

    /** The sequence that the next record has. */
    long nextSequence() {
        return nextSequence;
    }

    /** The header CRC of the current frame, or the CRC of the segment's header before the first. */
    int chain() {
        return chain;
    }

    int kind() {
        return kind;
    }

    /** How many records the current frame has. */
    int records() {
        return count;
    }

    long firstSequence() {
        return LittleEndian.getLong(buffer, at + Frame.SEQUENCE_AT);
    }

    /** The last sequence of the current frame; for bookkeeping, the last before it. */
    long lastSequence() {
        return firstSequence() + count - 1;
    }

    long timestamp() {
        return LittleEndian.getLong(buffer, at + Frame.TIMESTAMP_AT);
    }

    /** The last sequence that the current frame says is durable. */
    long syncedThrough() {
        return Frame.syncedThrough(firstSequence(), LittleEndian.getInt(buffer, at + Frame.LAG_AT));
    }

    /** The size of the next segment's file, as a {@link Frame#CONTINUED} says it. */
    long continuedBytes() {
        return LittleEndian.getLong(buffer, at + Frame.HEADER_BYTES);
    }

    /** Where the body of a frame that does not verify would end, its padding left out. */
    long claimedBodyEnd() {
        return offset + Frame.HEADER_BYTES + body;
    }
}

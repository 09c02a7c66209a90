package softadastra.wal.file;

import java.io.IOException;
import java.util.Arrays;
import softadastra.wal.spi.storage.StorageFile;

/**
 * Tells the end of a log, a torn tail and corruption apart, where a frame does not verify.
 *
 * <p>Segments are zero-filled and forced before their use, and never used twice. What a crash leaves of an unforced write is
 * therefore the bytes as written or the old zeros, by whole 512-byte sectors, or with zeros from some byte of a sector to its
 * end. So an invalid frame at sequence <i>s</i> is
 *
 * <ul>
 *   <li><b>the end</b> if nothing but zeros follows;
 *   <li><b>corruption</b> if a later frame of this segment claims that <i>s</i> is durable;
 *   <li><b>corruption</b> too if no such zeros explain what is there: a torn write does not look like that;
 *   <li>else a <b>torn tail</b>.
 * </ul>
 *
 * <p>What cannot be told apart: damage to the last unproven frames that leaves zeros where a tear would (a cleared sector, or
 * a flipped bit in a frame whose payload itself holds a sector of zeros) passes for a torn tail; it is reported and kept
 * aside either way. A whole last segment that reads as zeros passes for one that was never started. A log that was closed, or that has been idle for 100 ms, has no unproven frames.
 */
final class TailJudge {

    private static final int SECTOR = 512;
    private static final int CHUNK = 256 << 10;
    private static final byte[] ZEROS = new byte[SECTOR];

    enum Verdict {
        END,
        TORN,
        CORRUPT
    }

    /**
     * A judgement.
     *
     * @param bytes how many bytes from the place on are not zero or lie before such
     * @param reason for corruption, why
     */
    record Judgement(Verdict verdict, long bytes, String reason) {}

    private final StorageFile file;
    private final SegmentHeader header;
    private final long fileBytes;

    TailJudge(StorageFile file, SegmentHeader header, long fileBytes) {
        this.file = file;
        this.header = header;
        this.fileBytes = fileBytes;
    }

    /** Judges what stands where a cursor over this segment stopped. */
    Judgement judge(FrameCursor cursor) throws IOException {
        long offset = cursor.problem() == FrameCursor.Problem.NONE ? cursor.end() : cursor.offset();
        long lastNonZero = lastNonZero(file, offset, fileBytes);
        if (lastNonZero < 0) {
            return new Judgement(Verdict.END, 0, "");
        }
        long bytes = lastNonZero + 1 - offset;
        long proof = laterProof(offset, lastNonZero, cursor.nextSequence());
        if (proof >= 0) {
            return corrupt(bytes, "a later frame at byte offset " + proof + " says it was durable");
        }
        return switch (cursor.problem()) {
            case UNKNOWN_KIND -> corrupt(bytes, "the frame verifies but its kind or flags are unknown");
            case MISPLACED -> corrupt(bytes, "the frame verifies but does not follow the one before it");
            // The padding is left out: it is zero anyway, so zeros there explain nothing.
            case BODY ->
                zeroPiece(offset + Frame.HEADER_BYTES, cursor.claimedBodyEnd())
                        ? new Judgement(Verdict.TORN, bytes, "")
                        : corrupt(bytes, "the checksum of its body does not match, and no torn write explains that");
            case HEADER ->
                zeroPiece(offset, offset + Frame.HEADER_BYTES)
                        ? new Judgement(Verdict.TORN, bytes, "")
                        : corrupt(bytes, "the checksum of its header does not match, and no torn write explains that");
            // Fewer bytes than a header, or the segment's end: nothing of ours was ever written there.
            case SHORT, NONE -> corrupt(bytes, "bytes follow the last frame that no write explains");
        };
    }

    private static Judgement corrupt(long bytes, String reason) {
        return new Judgement(Verdict.CORRUPT, bytes, reason);
    }

    /** Where the last byte that is not zero stands, between two offsets; -1 if there is none. */
    static long lastNonZero(StorageFile file, long from, long to) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(0, to - from))];
        for (long end = to; end > from; ) {
            int length = (int) Math.min(CHUNK, end - from);
            int read = file.read(end - length, chunk, 0, length);
            int last = lastNonZero(chunk, read);
            if (last >= 0) {
                return end - length + last;
            }
            end -= length;
        }
        return -1;
    }

    /** Most of it is zeros, and sectors of these are compared many times as fast as bytes. */
    private static int lastNonZero(byte[] bytes, int length) {
        int end = length;
        while (end >= SECTOR && Arrays.equals(bytes, end - SECTOR, end, ZEROS, 0, SECTOR)) {
            end -= SECTOR;
        }
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return end - 1;
    }

    /** Where a later frame's header verifies and claims that a sequence is durable; -1 if there is none. */
    private long laterProof(long from, long lastNonZero, long sequence) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, lastNonZero - from) + Frame.HEADER_BYTES];
        HeaderCrc crc = new HeaderCrc();
        for (long start = from + Frame.ALIGNMENT; start <= lastNonZero; start += CHUNK) {
            int read = file.read(start, chunk, 0, chunk.length);
            for (int at = 0; at < CHUNK && at + Frame.HEADER_BYTES <= read; at += Frame.ALIGNMENT) {
                if (claims(chunk, at, sequence)
                        && LittleEndian.getInt(chunk, at + Frame.HEADER_CRC_AT)
                                == crc.of(chunk, at, header.salt(), start + at)) {
                    return start + at;
                }
            }
        }
        return -1;
    }

    private static boolean claims(byte[] bytes, int at, long sequence) {
        int kind = bytes[at + Frame.KIND_AT];
        if (kind < Frame.SINGLE || kind > Frame.CONTINUED || bytes[at + Frame.FLAGS_AT] != 0) {
            return false;
        }
        long first = LittleEndian.getLong(bytes, at + Frame.SEQUENCE_AT);
        return first > sequence
                && Frame.syncedThrough(first, LittleEndian.getInt(bytes, at + Frame.LAG_AT)) >= sequence;
    }

    /** Whether a part of the file has a sector's share that is all zeros, or zeros up to the end of a sector. */
    private boolean zeroPiece(long from, long to) throws IOException {
        byte[] sector = new byte[SECTOR];
        for (long start = from - from % SECTOR; start < to; start += SECTOR) {
            int read = file.read(start, sector, 0, SECTOR);
            int first = (int) Math.max(0, from - start);
            int end = (int) Math.min(SECTOR, to - start);
            boolean zeroToSectorEnd = end - 1 < read && allZero(sector, end - 1, read);
            if (allZero(sector, first, Math.min(end, read)) || zeroToSectorEnd) {
                return true;
            }
        }
        return false;
    }

    private static boolean allZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}

package softadastra.wal.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import softadastra.wal.spi.storage.StorageFile;

/**
 * The first block of a segment file. All numbers are little-endian. The CRC is the one that stands in the block, which the
 * first frame of the segment chains to: it also covers what a newer minor version may have put where this one has zeros.
 *
 * <pre>
 * offset size
 *      0    8  magic "SADWAL" CR LF
 *      8    2  major version: a reader of another major version refuses the file
 *     10    2  minor version
 *     12    4  compatible features: unknown bits may be ignored. Bit 0: the file was made with holes in place of zeros
 *     16    4  incompatible features: unknown bits refuse the file
 *     20    4  size of this block, 4096: where the first frame starts
 *     24   16  id of the log
 *     40    8  ordinal of this segment, 1 for the first
 *     48    8  first sequence it may hold
 *     56    4  salt, random: part of every frame's header CRC
 *     60    4  header CRC of the predecessor's last frame (its own CRC below, if it has none; 0 for the first segment)
 *     64    8  ordinal of the predecessor, 0 for the first segment
 *     72    8  last sequence of the predecessor, all of it durable
 *     80    8  length of the predecessor: what lies behind was cut off and means nothing
 *     88    8  size of this file
 *     96    8  highest timestamp in the log before this segment
 *    104    8  epoch of the log when the segment was started
 *    112    1  length of the provider's name
 *    113   32  the provider's name, ASCII
 *    145  363  zeros
 *    508    4  CRC-32C of bytes 0 to 507
 *    512  512  a copy of bytes 0 to 511
 *   1024 3072  zeros
 * </pre>
 *
 * <p>All that counts stands in the first 512-byte sector, so that a crash leaves it whole, or as zeros, or with zeros from
 * some byte on, which may be a byte of the CRC: a block whose CRC does not match and that no such zeros explain was damaged,
 * not torn. A file that starts with zeros is a spare, made ahead of its use; nothing but zeros is behind it.
 *
 * <p>The copy is for salvage alone ({@link #readCopy}): without a header, and its salt, no frame of the segment could be
 * verified, and one bad sector would cost all of them. Nobody else reads a log whose first header is damaged.
 */
record SegmentHeader(
        UUID logId,
        long epoch,
        long ordinal,
        long firstSequence,
        int salt,
        int chain,
        long predecessor,
        long predecessorLastSequence,
        long predecessorLength,
        long fileBytes,
        boolean sparse,
        long highestTimestamp,
        int crc) {

    static final int BYTES = FirstBlock.BYTES;

    private static final int SECTOR = FirstBlock.SECTOR;
    private static final byte[] ZEROS = new byte[BYTES];
    private static final int SPARSE = 1;
    private static final int CRC_AT = FirstBlock.CRC_AT;
    private static final int NAME_AT = 113;
    private static final byte[] MAGIC = {'S', 'A', 'D', 'W', 'A', 'L', '\r', '\n'};

    /** What the first block of a file turned out to be. */
    sealed interface Reading permits Valid, Spare, Torn, Damaged, Unsupported {}

    /** A header that verifies; of the bytes behind it, the last {@code strayBytes} are not all what was written. */
    record Valid(SegmentHeader header, int strayBytes) implements Reading {}

    /** Zeros: a file made ahead of its use. */
    record Spare() implements Reading {}

    /** A header whose first write a crash cut short; no frame was ever behind it. */
    record Torn() implements Reading {}

    /** Not what was written. */
    record Damaged(String reason) implements Reading {}

    /** Written by a release that this one cannot read. */
    record Unsupported(String reason) implements Reading {}

    byte[] encode() {
        byte[] block = FirstBlock.begin(MAGIC, sparse ? SPARSE : 0);
        LittleEndian.putLong(block, 24, logId.getMostSignificantBits());
        LittleEndian.putLong(block, 32, logId.getLeastSignificantBits());
        LittleEndian.putLong(block, 40, ordinal);
        LittleEndian.putLong(block, 48, firstSequence);
        LittleEndian.putInt(block, 56, salt);
        LittleEndian.putInt(block, 60, chain);
        LittleEndian.putLong(block, 64, predecessor);
        LittleEndian.putLong(block, 72, predecessorLastSequence);
        LittleEndian.putLong(block, 80, predecessorLength);
        LittleEndian.putLong(block, 88, fileBytes);
        LittleEndian.putLong(block, 96, highestTimestamp);
        LittleEndian.putLong(block, 104, epoch);
        byte[] name = FileWalProvider.NAME.getBytes(StandardCharsets.US_ASCII);
        block[NAME_AT - 1] = (byte) name.length;
        System.arraycopy(name, 0, block, NAME_AT, name.length);
        LittleEndian.putInt(block, CRC_AT, FirstBlock.crc(block, 0));
        copy(block);
        return block;
    }

    /** Puts the copy of a block's first sector behind it. */
    private static void copy(byte[] block) {
        System.arraycopy(block, 0, block, SECTOR, SECTOR);
    }

    /** Writes the header of a segment once more, as it is, and its copy, which a crash may have kept from the disk. */
    static void rewrite(StorageFile file) throws IOException {
        byte[] block = new byte[BYTES];
        int length = file.read(0, block, 0, BYTES);
        copy(block);
        file.write(0, block, 0, length);
    }

    /** A header of this release, with its CRC. */
    static SegmentHeader create(
            UUID logId,
            long epoch,
            long ordinal,
            long firstSequence,
            int salt,
            int chain,
            long predecessorLength,
            long fileBytes,
            boolean sparse,
            long highestTimestamp) {
        SegmentHeader header = new SegmentHeader(
                logId,
                epoch,
                ordinal,
                firstSequence,
                salt,
                chain,
                ordinal - 1,
                firstSequence - 1,
                predecessorLength,
                fileBytes,
                sparse,
                highestTimestamp,
                0);
        return decode(header.encode());
    }

    static Reading read(byte[] block, int length) {
        if (firstNonZero(block, 0, length) == length) {
            return new Spare();
        }
        if (length < SECTOR || !FirstBlock.verifies(block, 0)) {
            return isCutShort(block, length) ? new Torn() : new Damaged("the checksum of its header does not match");
        }
        if (!FirstBlock.startsWith(block, MAGIC)) {
            return new Damaged("it does not start with the magic of a WAL segment");
        }
        Optional<String> unsupported = FirstBlock.unsupported(block);
        if (unsupported.isPresent()) {
            return new Unsupported(unsupported.get());
        }
        return new Valid(decode(block), length - firstStray(block, length));
    }

    /** What the copy in a block says, for who may read a segment whose first header is damaged. */
    static Reading readCopy(byte[] block, int length) {
        if (length < 2 * SECTOR) {
            return new Damaged("its header has no copy");
        }
        byte[] swapped = block.clone();
        System.arraycopy(block, SECTOR, swapped, 0, SECTOR);
        return read(swapped, length);
    }

    /** Whether a crash explains the block: a first sector of which less than all was written, and of the copy anything. */
    private static boolean isCutShort(byte[] block, int length) {
        boolean copyWritten = length >= 2 * SECTOR && FirstBlock.verifies(block, SECTOR);
        return endsInZeros(block, 0)
                && (copyWritten || endsInZeros(block, SECTOR))
                && firstNonZero(block, Math.min(2 * SECTOR, length), length) == length;
    }

    /** Whether a sector is what was written up to some byte, and zeros from there on; the byte may be one of the CRC's. */
    private static boolean endsInZeros(byte[] block, int at) {
        int stored = LittleEndian.getInt(block, at + CRC_AT);
        int written = FirstBlock.crc(block, at);
        boolean prefix = stored == 0;
        for (int bits = Byte.SIZE; bits < Integer.SIZE; bits += Byte.SIZE) {
            prefix |= stored == (written & ((1 << bits) - 1));
        }
        return prefix;
    }

    /** Where the first byte stands, behind a header, that was not written so: a crash may have left zeros for the copy. */
    private static int firstStray(byte[] block, int length) {
        int end = Math.min(2 * SECTOR, length);
        int copied = Arrays.mismatch(block, SECTOR, end, block, 0, end - SECTOR);
        return firstNonZero(block, copied < 0 ? end : SECTOR + copied, length);
    }

    private static SegmentHeader decode(byte[] block) {
        return new SegmentHeader(
                new UUID(LittleEndian.getLong(block, 24), LittleEndian.getLong(block, 32)),
                LittleEndian.getLong(block, 104),
                LittleEndian.getLong(block, 40),
                LittleEndian.getLong(block, 48),
                LittleEndian.getInt(block, 56),
                LittleEndian.getInt(block, 60),
                LittleEndian.getLong(block, 64),
                LittleEndian.getLong(block, 72),
                LittleEndian.getLong(block, 80),
                LittleEndian.getLong(block, 88),
                (FirstBlock.compatibleFeatures(block) & SPARSE) != 0,
                LittleEndian.getLong(block, 96),
                LittleEndian.getInt(block, CRC_AT));
    }

    private static int firstNonZero(byte[] block, int from, int to) {
        int first = Arrays.mismatch(block, from, to, ZEROS, 0, to - from);
        return first < 0 ? to : from + first;
    }
}

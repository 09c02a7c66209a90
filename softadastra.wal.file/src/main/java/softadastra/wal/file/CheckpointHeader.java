package softadastra.wal.file;

import java.util.Optional;
import java.util.UUID;

/**
 * The first block of a checkpoint's file. All numbers are little-endian.
 *
 * <pre>
 * offset size
 *      0    8  magic "SADCKP" CR LF
 *      8    2  major version: a reader of another major version refuses the file
 *     10    2  minor version
 *     12    4  compatible features: unknown bits may be ignored
 *     16    4  incompatible features: unknown bits refuse the file
 *     20    4  size of this block, 4096: where the first block of content starts
 *     24   16  id of the log
 *     40    8  ordinal of this checkpoint, 1 for the first
 *     48    8  begin: the content has the effects of all records below this sequence
 *     56    8  end: it may have those of records up to this one; the log was durable to there
 *     64    8  length of the content
 *     72    8  ordinal of the segment that starts with begin: the first one of the log
 *     80    8  highest timestamp in the log when this was published
 *     88    8  epoch of the log when this was published
 *     96    4  salt, random: part of every content block's CRC
 *    100    4  size of a content block with its CRC, 16384
 *    104  404  zeros
 *    508    4  CRC-32C of bytes 0 to 507
 *    512 3584  zeros
 * </pre>
 *
 * <p>The content follows in blocks of 16384 bytes, of which the last 4 are a CRC-32C over the salt (4 bytes), the block's
 * number from 0 (8 bytes), and the 16380 bytes before it. The last block is as much shorter as there is less content.
 *
 * <p>The file is written under another name, this block last, and renamed when all of it is durable; so there is no half a
 * checkpoint, and one that does not verify was damaged.
 */
record CheckpointHeader(
        UUID logId,
        long ordinal,
        long begin,
        long end,
        long length,
        long segmentOrdinal,
        long highestTimestamp,
        long epoch,
        int salt) {

    static final int BYTES = FirstBlock.BYTES;
    static final int BLOCK_BYTES = 16 << 10;
    static final int BLOCK_CONTENT = BLOCK_BYTES - Integer.BYTES;
    private static final byte[] MAGIC = {'S', 'A', 'D', 'C', 'K', 'P', '\r', '\n'};

    /** What the first block of a file turned out to be. */
    sealed interface Reading permits Valid, Damaged, Unsupported {}

    /** A header that verifies; {@code strayBytes} of the zeros behind it are not zero. */
    record Valid(CheckpointHeader header, int strayBytes) implements Reading {}

    /** Not what was written. */
    record Damaged(String reason) implements Reading {}

    /** Written by a release that this one cannot read. */
    record Unsupported(String reason) implements Reading {}

    /** The size of the file of a checkpoint with so much content. */
    static long fileBytes(long length) {
        long blocks = (length + BLOCK_CONTENT - 1) / BLOCK_CONTENT;
        return BYTES + length + blocks * Integer.BYTES;
    }

    byte[] encode() {
        byte[] block = FirstBlock.begin(MAGIC, 0);
        LittleEndian.putLong(block, 24, logId.getMostSignificantBits());
        LittleEndian.putLong(block, 32, logId.getLeastSignificantBits());
        LittleEndian.putLong(block, 40, ordinal);
        LittleEndian.putLong(block, 48, begin);
        LittleEndian.putLong(block, 56, end);
        LittleEndian.putLong(block, 64, length);
        LittleEndian.putLong(block, 72, segmentOrdinal);
        LittleEndian.putLong(block, 80, highestTimestamp);
        LittleEndian.putLong(block, 88, epoch);
        LittleEndian.putInt(block, 96, salt);
        LittleEndian.putInt(block, 100, BLOCK_BYTES);
        LittleEndian.putInt(block, FirstBlock.CRC_AT, FirstBlock.crc(block, 0));
        return block;
    }

    static Reading read(byte[] block, int length) {
        if (length < FirstBlock.SECTOR || !FirstBlock.verifies(block, 0)) {
            return new Damaged("the checksum of its header does not match");
        }
        if (!FirstBlock.startsWith(block, MAGIC)) {
            return new Damaged("it does not start with the magic of a WAL checkpoint");
        }
        Optional<String> unsupported = FirstBlock.unsupported(block);
        if (unsupported.isPresent()) {
            return new Unsupported(unsupported.get());
        }
        int stray = 0;
        for (int i = FirstBlock.SECTOR; i < length && stray == 0; i++) {
            stray = block[i] == 0 ? 0 : length - i;
        }
        return new Valid(decode(block), stray);
    }

    private static CheckpointHeader decode(byte[] block) {
        return new CheckpointHeader(
                new UUID(LittleEndian.getLong(block, 24), LittleEndian.getLong(block, 32)),
                LittleEndian.getLong(block, 40),
                LittleEndian.getLong(block, 48),
                LittleEndian.getLong(block, 56),
                LittleEndian.getLong(block, 64),
                LittleEndian.getLong(block, 72),
                LittleEndian.getLong(block, 80),
                LittleEndian.getLong(block, 88),
                LittleEndian.getInt(block, 96));
    }
}

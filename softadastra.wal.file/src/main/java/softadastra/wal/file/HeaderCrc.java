package softadastra.wal.file;

import java.util.zip.CRC32C;

/**
 * Computes the CRC of frame headers: over the header up to the CRC itself, the segment's salt, and the frame's offset in the
 * file. Not thread-safe.
 */
final class HeaderCrc {

    private static final int SALT_AT = Frame.HEADER_CRC_AT;
    private static final int OFFSET_AT = SALT_AT + Integer.BYTES;

    private final CRC32C crc = new CRC32C();

    // All that is summed, in one piece: one call over 48 bytes takes a fraction of a call and twelve bytes one by one.
    private final byte[] covered = new byte[OFFSET_AT + Long.BYTES];

    /** The CRC of a header that stands at {@code at} in an array and at {@code offset} in its file. */
    int of(byte[] bytes, int at, int salt, long offset) {
        System.arraycopy(bytes, at, covered, 0, Frame.HEADER_CRC_AT);
        LittleEndian.putInt(covered, SALT_AT, salt);
        LittleEndian.putLong(covered, OFFSET_AT, offset);
        crc.reset();
        crc.update(covered, 0, covered.length);
        return (int) crc.getValue();
    }
}

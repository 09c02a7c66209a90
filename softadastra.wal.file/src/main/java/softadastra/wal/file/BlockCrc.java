package softadastra.wal.file;

import java.util.zip.CRC32C;

/** The CRC of a checkpoint's content block, which belongs to one place of one file. Not thread-safe. */
final class BlockCrc {

    private final CRC32C crc = new CRC32C();
    private final byte[] place = new byte[Integer.BYTES + Long.BYTES];

    BlockCrc(int salt) {
        LittleEndian.putInt(place, 0, salt);
    }

    int of(long number, byte[] block, int offset, int length) {
        LittleEndian.putLong(place, Integer.BYTES, number);
        crc.reset();
        crc.update(place);
        crc.update(block, offset, length);
        return (int) crc.getValue();
    }
}

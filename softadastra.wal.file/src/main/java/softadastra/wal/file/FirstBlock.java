package softadastra.wal.file;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;

/**
 * The first block of a file, as it was read; and what the first blocks of segments and checkpoints have in common: magic,
 * versions, features and their size in front, and a CRC over all of it at the end of the first sector.
 */
final class FirstBlock {

    static final int BYTES = 4096;
    static final int SECTOR = 512;
    static final int CRC_AT = 508;
    static final int MAJOR = 1;
    static final int MINOR = 0;

    private final byte[] bytes;
    private final int length;
    private final long fileBytes;

    private FirstBlock(byte[] bytes, int length, long fileBytes) {
        this.bytes = bytes;
        this.length = length;
        this.fileBytes = fileBytes;
    }

    /** Reads the first block of a file, as far as it goes. */
    static FirstBlock read(Storage storage, String name) throws IOException {
        byte[] block = new byte[BYTES];
        try (StorageFile file = storage.open(name, Storage.Access.READ)) {
            long size = file.size();
            return new FirstBlock(block, file.read(0, block, 0, block.length), size);
        }
    }

    /** The block, with zeros where the file has no bytes. */
    byte[] bytes() {
        return bytes;
    }

    /** How much of it the file has. */
    int length() {
        return length;
    }

    /** The size of the file. */
    long fileBytes() {
        return fileBytes;
    }

    /** A block that has nothing but what is common. */
    static byte[] begin(byte[] magic, int compatibleFeatures) {
        byte[] block = new byte[BYTES];
        System.arraycopy(magic, 0, block, 0, magic.length);
        LittleEndian.putShort(block, 8, MAJOR);
        LittleEndian.putShort(block, 10, MINOR);
        LittleEndian.putInt(block, 12, compatibleFeatures);
        LittleEndian.putInt(block, 20, BYTES);
        return block;
    }

    static int compatibleFeatures(byte[] block) {
        return LittleEndian.getInt(block, 12);
    }

    static boolean startsWith(byte[] block, byte[] magic) {
        return Arrays.equals(block, 0, magic.length, magic, 0, magic.length);
    }

    /** Why this release cannot read the file, if it cannot. */
    static Optional<String> unsupported(byte[] block) {
        int major = LittleEndian.getShort(block, 8);
        int features = LittleEndian.getInt(block, 16);
        if (major == MAJOR && features == 0) {
            return Optional.empty();
        }
        return Optional.of("it has format version " + major + "." + LittleEndian.getShort(block, 10)
                + " with required features 0x" + Integer.toHexString(features) + ", and this release reads version "
                + MAJOR + " with none");
    }

    /** The CRC of a sector that starts somewhere in a block, the place of the CRC left out. */
    static int crc(byte[] block, int at) {
        CRC32C crc = new CRC32C();
        crc.update(block, at, CRC_AT);
        return (int) crc.getValue();
    }

    /** Whether the CRC in a sector is that of its content. */
    static boolean verifies(byte[] block, int at) {
        return LittleEndian.getInt(block, at + CRC_AT) == crc(block, at);
    }
}

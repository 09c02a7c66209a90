package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The content of a file as a row of sectors, the unit that a disk writes as a whole. A sector is never changed, only
 * replaced, so that copies share them. What lies beyond the length is kept, as a disk does, and cannot be read.
 */
final class Sectors {

    /** The bytes of a sector. */
    static final int SIZE = 512;

    /** The one sector that is all zeros: a file of zeros takes no memory, and is told by identity. */
    static final byte[] ZEROS = new byte[SIZE];

    private final List<byte[]> sectors;
    private long length;

    Sectors() {
        this(List.of(), 0);
    }

    private Sectors(List<byte[]> sectors, long length) {
        this.sectors = new ArrayList<>(sectors);
        this.length = length;
    }

    Sectors copy() {
        return new Sectors(sectors, length);
    }

    long length() {
        return length;
    }

    void setLength(long value) {
        length = value;
    }

    /** How many sectors have ever been written; those behind are zeros. */
    int count() {
        return sectors.size();
    }

    byte[] sector(int index) {
        return index < sectors.size() ? sectors.get(index) : ZEROS;
    }

    void replace(int index, byte[] sector) {
        while (sectors.size() <= index) {
            sectors.add(ZEROS);
        }
        sectors.set(index, sector);
    }

    int read(long position, byte[] target, int offset, int wanted) {
        int count = (int) Math.min(wanted, Math.max(0, length - position));
        int done = 0;
        while (done < count) {
            long at = position + done;
            int within = (int) (at % SIZE);
            int part = Math.min(count - done, SIZE - within);
            System.arraycopy(sector((int) (at / SIZE)), within, target, offset + done, part);
            done += part;
        }
        return count;
    }

    /** A sector with some of its bytes replaced; {@link #ZEROS} itself if nothing else is left. */
    static byte[] overlaid(byte[] old, int within, byte[] source, int offset, int count) {
        if (old == ZEROS && Arrays.equals(source, offset, offset + count, ZEROS, 0, count)) {
            return ZEROS;
        }
        byte[] sector = old.clone();
        System.arraycopy(source, offset, sector, within, count);
        return canonical(sector);
    }

    static byte[] canonical(byte[] sector) {
        return Arrays.equals(sector, ZEROS) ? ZEROS : sector;
    }

    /** A hash of the readable content. */
    long fingerprint() {
        long hash = Hash.mix(length);
        int last = (int) Math.min(sectors.size(), (length + SIZE - 1) / SIZE);
        for (int i = 0; i < last; i++) {
            byte[] sector = sectors.get(i);
            if (sector != ZEROS) {
                int readable = (int) Math.min(SIZE, length - (long) i * SIZE);
                hash = Hash.mix(hash + Hash.of(sector, readable) * (i + 1));
            }
        }
        return hash;
    }
}

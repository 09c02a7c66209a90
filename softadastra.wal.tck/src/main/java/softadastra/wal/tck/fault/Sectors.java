package softadastra.wal.tck.fault;

import java.util.Arrays;

/**
 * The content of a file as a row of sectors, the unit that a disk writes as a whole. A sector is never changed, only
 * replaced, and the row is copied at the first replacement only, so that copies cost next to nothing. What lies beyond the
 * length is kept, as a disk does, and cannot be read.
 */
final class Sectors {

    /** The bytes of a sector. */
    static final int SIZE = 512;

    /** The one sector that is all zeros: a file of zeros takes no memory, and is told by identity. */
    static final byte[] ZEROS = new byte[SIZE];

    private byte[][] sectors;
    private int count;
    private long length;

    /** Another copy may have the same row. */
    private boolean shared;

    /** The sum of what each sector adds to the fingerprint. */
    private long sum;

    Sectors() {
        this(new byte[0][], 0, 0, 0);
    }

    private Sectors(byte[][] sectors, int count, long length, long sum) {
        this.sectors = sectors;
        this.count = count;
        this.length = length;
        this.sum = sum;
    }

    /** A copy; several threads may take one at the same time. */
    Sectors copy() {
        Sectors copy = new Sectors(sectors, count, length, sum);
        copy.shared = true;
        shared = true;
        return copy;
    }

    long length() {
        return length;
    }

    void setLength(long value) {
        length = value;
    }

    /** How many sectors have ever been written; those behind are zeros. */
    int count() {
        return count;
    }

    byte[] sector(int index) {
        return index < count ? sectors[index] : ZEROS;
    }

    void replace(int index, byte[] sector) {
        byte[] old = sector(index);
        if (old == sector && index < count) {
            return;
        }
        if (shared || index >= sectors.length) {
            int room = index < sectors.length ? sectors.length : Math.max(index + 1, 2 * sectors.length);
            sectors = Arrays.copyOf(sectors, room);
            shared = false;
        }
        if (index >= count) {
            Arrays.fill(sectors, count, index, ZEROS);
            count = index + 1;
        }
        sectors[index] = sector;
        sum += term(index, sector) - term(index, old);
    }

    int read(long position, byte[] target, int offset, int wanted) {
        int readable = (int) Math.min(wanted, Math.max(0, length - position));
        int done = 0;
        while (done < readable) {
            long at = position + done;
            int within = (int) (at % SIZE);
            int part = Math.min(readable - done, SIZE - within);
            System.arraycopy(sector((int) (at / SIZE)), within, target, offset + done, part);
            done += part;
        }
        return readable;
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

    private static long term(int index, byte[] sector) {
        return sector == ZEROS ? 0 : Hash.mix(Hash.of(sector, SIZE) + index);
    }

    /** A hash of the length and of all sectors; what lies beyond the length must be zeros. */
    long fingerprint() {
        return Hash.mix(length) + sum;
    }
}

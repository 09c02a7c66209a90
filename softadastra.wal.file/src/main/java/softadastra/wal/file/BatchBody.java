package softadastra.wal.file;

import softadastra.wal.spi.WalRecordType;

/** Goes through the records of a batch frame's body; never outside it. Not thread-safe. */
final class BatchBody {

    private final byte[] bytes;
    private final int end;
    private int at;
    private long left;
    private boolean broken;

    private int typeCode;
    private int offset;
    private int length;

    BatchBody(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
        this.left = varint();
    }

    /** Goes to the next record; false at the end or where the body is not well formed. */
    boolean next() {
        if (broken || left == 0) {
            return false;
        }
        typeCode = varint();
        length = varint();
        if (broken || typeCode == 0 || typeCode > WalRecordType.MAX_CODE || length > end - at) {
            broken = true;
            return false;
        }
        offset = at;
        at += length;
        left--;
        return true;
    }

    /** Whether all records were there and nothing else. */
    boolean complete() {
        return !broken && left == 0 && at == end;
    }

    int typeCode() {
        return typeCode;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    private int varint() {
        int value = 0;
        for (int shift = 0; shift < Integer.SIZE - 1 && at < end; shift += 7) {
            byte next = bytes[at++];
            int bits = next & 0x7F;
            if (bits > Integer.MAX_VALUE >>> shift) {
                break;
            }
            value |= bits << shift;
            if (next >= 0) {
                return value;
            }
        }
        broken = true;
        return 0;
    }
}

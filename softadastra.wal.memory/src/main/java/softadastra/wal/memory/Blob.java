package softadastra.wal.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Bytes in pieces, so that many of them need no single large array. Grows; not thread-safe until it no longer does. */
final class Blob {

    private static final int PIECE = 64 << 10;

    private final List<byte[]> pieces = new ArrayList<>();
    private long length;

    long length() {
        return length;
    }

    void add(byte[] source, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, source.length);
        int done = 0;
        while (done < count) {
            int at = (int) (length % PIECE);
            if (at == 0) {
                pieces.add(new byte[PIECE]);
            }
            int part = Math.min(count - done, PIECE - at);
            System.arraycopy(source, offset + done, pieces.get(pieces.size() - 1), at, part);
            done += part;
            length += part;
        }
    }

    void copy(long position, byte[] target, int offset, int count) {
        Objects.checkFromIndexSize(position, count, length);
        Objects.checkFromIndexSize(offset, count, target.length);
        int done = 0;
        while (done < count) {
            long from = position + done;
            int at = (int) (from % PIECE);
            int part = Math.min(count - done, PIECE - at);
            System.arraycopy(pieces.get((int) (from / PIECE)), at, target, offset + done, part);
            done += part;
        }
    }
}

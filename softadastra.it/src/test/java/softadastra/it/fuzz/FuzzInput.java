package softadastra.it.fuzz;

import java.util.Arrays;

/** Takes an input apart from its start; beyond its end there are zeros. */
final class FuzzInput {

    private final byte[] bytes;
    private int at;

    FuzzInput(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    boolean isEmpty() {
        return at >= bytes.length;
    }

    /** The next byte, 0 to 255. */
    int next() {
        return isEmpty() ? 0 : bytes[at++] & 0xFF;
    }

    /** The next two bytes, 0 to 65535. */
    int nextShort() {
        int low = next();
        return low | (next() << 8);
    }

    long nextLong() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << 8) | next();
        }
        return value;
    }

    /** The next bytes, fewer if there are no more. */
    byte[] take(int atMost) {
        int end = Math.min(bytes.length, at + atMost);
        byte[] taken = Arrays.copyOfRange(bytes, at, end);
        at = end;
        return taken;
    }

    /** Everything that is left. */
    byte[] rest() {
        return take(bytes.length);
    }
}

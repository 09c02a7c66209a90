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

    /** Everything that is left. */
    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
        at = bytes.length;
        return rest;
    }
}

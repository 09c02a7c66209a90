package softadastra.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongToIntFunction;

/**
 * Makes the records of every work: a key of 16 bytes, {@code user:%011d}, and a value of 100 bytes that belongs to that key
 * alone, in one array that is used again for the next. Making one costs a few nanoseconds. Not thread-safe.
 */
final class RecordSource {

    static final int KEY_BYTES = 16;
    static final int VALUE_BYTES = 100;
    static final int BYTES = KEY_BYTES + VALUE_BYTES;

    private static final int KEY_DIGITS = 11;

    /** How many records one source has; the next source's come behind. */
    static final long RANGE = 1_000_000_000;

    private static final VarHandle MARK = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final byte[] PATTERN = pattern();

    private final byte[] bytes = PATTERN.clone();
    private final byte[] value = new byte[VALUE_BYTES];
    private long next;
    private int edition;

    /** A source of its own range, so that the records of several differ. */
    RecordSource(int source) {
        next = source * RANGE;
        byte[] key = "user:%011d".formatted(next).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(key, 0, bytes, 0, KEY_BYTES);
        bytes[KEY_BYTES - 1]--;
    }

    /** The next record, key and value. The array is valid until the one after. */
    byte[] next() {
        int digit = KEY_BYTES - 1;
        while (bytes[digit] == '9') {
            bytes[digit--] = '0';
        }
        bytes[digit]++;
        MARK.set(bytes, KEY_BYTES, mix(next++) + edition);
        return bytes;
    }

    /** From now on each value is another one than in the editions before, the first of which is 0. */
    void setEdition(int number) {
        edition = number;
    }

    /** Makes the record of a number, of this source's range or not. The array is valid until the next one is made. */
    byte[] at(long number) {
        long left = number;
        for (int digit = KEY_BYTES - 1; digit >= KEY_BYTES - KEY_DIGITS; digit--) {
            bytes[digit] = (byte) ('0' + left % 10);
            left /= 10;
        }
        next = number;
        MARK.set(bytes, KEY_BYTES, mix(next++) + edition);
        return bytes;
    }

    /** The record that was made last. The array is valid until the next one is made. */
    byte[] record() {
        return bytes;
    }

    /** The key of the record that was made last. */
    byte[] keyBytes() {
        return Arrays.copyOf(bytes, KEY_BYTES);
    }

    /** The key of the record that was made last, as text. */
    @SuppressWarnings("deprecation") // The one constructor that takes ASCII as it is, and costs nothing.
    String key() {
        return new String(bytes, 0, 0, KEY_BYTES);
    }

    /** The next record's key, as text; its value is then {@link #value()}. */
    String nextKey() {
        next();
        return key();
    }

    /** The value of the record that was made last. The array is valid until the next call. */
    byte[] value() {
        System.arraycopy(bytes, KEY_BYTES, value, 0, VALUE_BYTES);
        return value;
    }

    /** Makes a key and its value one record again. */
    static void join(byte[] key, byte[] value, byte[] record) {
        WrongResultException.require(record.length, key.length + value.length, "length of an entry");
        System.arraycopy(key, 0, record, 0, key.length);
        System.arraycopy(value, 0, record, key.length, value.length);
    }

    /**
     * The number of a record, which must be one that a source made.
     *
     * @throws WrongResultException if any byte is not as it was made
     */
    static long number(byte[] buffer, int offset, int length) {
        return number(buffer, offset, length, number -> 0);
    }

    /** As {@link #number(byte[], int, int)}, where a record must be of a certain edition. */
    static long number(byte[] buffer, int offset, int length, LongToIntFunction editionOf) {
        WrongResultException.require(BYTES, length, "length of a record");
        long number = 0;
        for (int i = offset + KEY_BYTES - KEY_DIGITS; i < offset + KEY_BYTES; i++) {
            number = number * 10 + (buffer[i] - '0');
        }
        int fixed = KEY_BYTES + Long.BYTES;
        if (mark(buffer, offset) != mix(number) + editionOf.applyAsInt(number)
                || !Arrays.equals(buffer, offset + fixed, offset + BYTES, PATTERN, fixed, BYTES)
                || !Arrays.equals(buffer, offset, offset + 5, PATTERN, 0, 5)) {
            throw new WrongResultException("record " + number + " is not as it was written");
        }
        return number;
    }

    /** Eight bytes of a record that depend on its number. */
    static long mark(byte[] buffer, int offset) {
        return (long) MARK.get(buffer, offset + KEY_BYTES);
    }

    private static long mix(long number) {
        long mixed = (number + 1) * 0x9E3779B97F4A7C15L;
        return mixed ^ mixed >>> 32;
    }

    private static byte[] pattern() {
        byte[] pattern = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            pattern[i] = (byte) mix(i);
        }
        System.arraycopy("user:".getBytes(StandardCharsets.US_ASCII), 0, pattern, 0, 5);
        return pattern;
    }
}

package softadastra.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Strict UTF-8: text that has none is refused, and so are bytes that are none; nothing is replaced.
 *
 * <p>The JDK's own conversions put {@code ?} or U+FFFD in place of what they cannot convert, so that two different keys
 * could become one. Here unpaired surrogates, overlong forms, encoded surrogates and code points beyond U+10FFFF are
 * errors, as in RFC 3629; so text and bytes correspond one to one.
 */
public final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /**
     * Encodes text.
     *
     * @param text the text
     * @return its UTF-8 bytes
     * @throws SoftadastraException with {@link ErrorCode#ENCODE_FAILED} where the text has an unpaired surrogate
     */
    public static byte[] encode(String text) {
        int unpaired = indexOfUnpairedSurrogate(text);
        if (unpaired >= 0) {
            throw new SoftadastraException(
                    ErrorCode.ENCODE_FAILED, "failed to encode text: unpaired surrogate at index " + unpaired);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Whether text has a UTF-8 form, that is, no unpaired surrogate.
     *
     * @param text the text
     * @return true where {@link #encode} succeeds
     */
    public static boolean isWellFormed(String text) {
        return indexOfUnpairedSurrogate(text) < 0;
    }

    /**
     * Finds the first unpaired surrogate.
     *
     * @param text the text
     * @return its index, or -1 where there is none
     */
    public static int indexOfUnpairedSurrogate(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    /**
     * Decodes a whole array.
     *
     * @param bytes the UTF-8 bytes
     * @return the text
     * @throws MalformedDataException where the bytes are not well-formed UTF-8, with the offset in the array
     */
    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /**
     * Decodes a part of an array.
     *
     * @param bytes the array
     * @param offset where the UTF-8 bytes begin
     * @param length how many they are
     * @return the text
     * @throws MalformedDataException where the bytes are not well-formed UTF-8, with the offset in the array
     * @throws IndexOutOfBoundsException where the part is not inside the array
     */
    public static String decode(byte[] bytes, int offset, int length) {
        int malformed = indexOfMalformed(bytes, offset, length);
        if (malformed >= 0) {
            throw new MalformedDataException("malformed UTF-8", malformed);
        }
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }

    /**
     * Whether bytes are well-formed UTF-8.
     *
     * @param bytes the bytes
     * @return true where {@link #decode(byte[])} succeeds
     */
    public static boolean isWellFormed(byte[] bytes) {
        return indexOfMalformed(bytes, 0, bytes.length) < 0;
    }

    /** The index of the first byte of the first ill-formed sequence, or -1. */
    private static int indexOfMalformed(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int end = offset + length;
        int i = offset;
        while (i < end) {
            if (end - i >= Long.BYTES && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
                i += Long.BYTES;
            } else {
                int size = sequenceLength(bytes, i, end);
                if (size == 0) {
                    return i;
                }
                i += size;
            }
        }
        return -1;
    }

    /** The length of the well-formed sequence at an index, or 0 where there is none: table 3-7 of the Unicode standard. */
    private static int sequenceLength(byte[] bytes, int index, int end) {
        int lead = bytes[index] & 0xFF;
        if (lead < 0x80) {
            return 1;
        }
        if (lead < 0xC2 || lead > 0xF4 || end - index < 2) {
            return 0;
        }
        int second = bytes[index + 1] & 0xFF;
        if (lead < 0xE0) {
            return isContinuation(second) ? 2 : 0;
        }
        if (end - index < 3 || !isContinuation(bytes[index + 2])) {
            return 0;
        }
        if (lead < 0xF0) {
            int least = lead == 0xE0 ? 0xA0 : 0x80;
            int most = lead == 0xED ? 0x9F : 0xBF;
            return second >= least && second <= most ? 3 : 0;
        }
        if (end - index < 4 || !isContinuation(bytes[index + 3])) {
            return 0;
        }
        int least = lead == 0xF0 ? 0x90 : 0x80;
        int most = lead == 0xF4 ? 0x8F : 0xBF;
        return second >= least && second <= most ? 4 : 0;
    }

    private static boolean isContinuation(int b) {
        return (b & 0xC0) == 0x80;
    }
}

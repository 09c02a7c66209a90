package softadastra.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Reads the binary forms that {@link ByteWriter} writes, and nothing else: every value has exactly one encoding, and
 * anything else is a {@link MalformedDataException}.
 *
 * <p>No read passes the end; a varint that is longer than needed is refused, and so is malformed UTF-8; a length is
 * compared with what is there before anything is allocated. Offsets in exceptions count from the beginning of the data,
 * not of the array.
 *
 * <p>Not safe for use by several threads. The array is not copied, and must not change while it is read.
 */
public final class ByteReader {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LAST_VARINT_SHIFT = 63;

    private byte[] array;
    private int begin;
    private int end;
    private int index;

    /**
     * A reader of a whole array.
     *
     * @param bytes the data
     */
    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /**
     * A reader of a part of an array.
     *
     * @param bytes the array
     * @param offset where the data begins
     * @param length how many bytes it has
     */
    public ByteReader(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.array = bytes;
        this.begin = offset;
        this.index = offset;
        this.end = offset + length;
    }

    /**
     * Starts over with other data, so that one reader serves many records.
     *
     * @param bytes the array
     * @param offset where the data begins
     * @param length how many bytes it has
     */
    public void reset(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.array = bytes;
        this.begin = offset;
        this.index = offset;
        this.end = offset + length;
    }

    /**
     * Reads one byte.
     *
     * @return the byte, 0 to 255
     */
    public int readByte() {
        require(1);
        return array[index++] & 0xFF;
    }

    /**
     * Reads 2 bytes, little-endian.
     *
     * @return the number, 0 to 65535
     */
    public int readShort() {
        require(Short.BYTES);
        int value = (short) SHORTS.get(array, index) & 0xFFFF;
        index += Short.BYTES;
        return value;
    }

    /**
     * Reads 4 bytes, little-endian.
     *
     * @return the number
     */
    public int readInt() {
        require(Integer.BYTES);
        int value = (int) INTS.get(array, index);
        index += Integer.BYTES;
        return value;
    }

    /**
     * Reads 8 bytes, little-endian.
     *
     * @return the number
     */
    public long readLong() {
        require(Long.BYTES);
        long value = (long) LONGS.get(array, index);
        index += Long.BYTES;
        return value;
    }

    /**
     * Reads an unsigned varint.
     *
     * @return its 64 bits; negative where it is 2<sup>63</sup> or more
     */
    public long readVarint() {
        if (index < end && array[index] >= 0) {
            return array[index++];
        }
        return readLongVarint();
    }

    /** Reads a varint of two bytes and more, apart from the common case so that that one is inlined. */
    private long readLongVarint() {
        int start = index;
        long value = 0;
        for (int shift = 0; shift <= LAST_VARINT_SHIFT; shift += 7) {
            require(1);
            long b = array[index++];
            value |= (b & 0x7F) << shift;
            if (b >= 0) {
                if (b == 0 && shift > 0) {
                    throw refuse("varint is not minimal", start);
                }
                if (shift == LAST_VARINT_SHIFT && b > 1) {
                    throw refuse("varint exceeds 64 bits", start);
                }
                return value;
            }
        }
        throw refuse("varint exceeds 64 bits", start);
    }

    /**
     * Reads an unsigned varint that must not exceed a limit.
     *
     * @param limit the largest number that is accepted, 0 or more
     * @return the number, 0 to {@code limit}
     */
    public long readVarint(long limit) {
        int start = index;
        long value = readVarint();
        if (Long.compareUnsigned(value, limit) > 0) {
            throw refuse("number exceeds " + limit, start);
        }
        return value;
    }

    /**
     * Reads a varint that is a number of things that follow, each of at least one byte; so a count that exceeds the bytes
     * that are left is refused, before anything is allocated for it.
     *
     * @return the count
     */
    public int readCount() {
        int start = index;
        long count = readVarint();
        if (Long.compareUnsigned(count, remaining()) > 0) {
            throw refuse("length exceeds the data", start);
        }
        return (int) count;
    }

    /**
     * Reads a zigzag varint.
     *
     * @return the signed number
     */
    public long readZigZag() {
        long value = readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    /**
     * Reads a given number of bytes.
     *
     * @param count how many
     * @return a copy
     */
    public byte[] readBytes(int count) {
        int start = take(count);
        return Arrays.copyOfRange(array, start, start + count);
    }

    /**
     * Reads bytes that follow their length.
     *
     * @param maxLength the largest length that is accepted
     * @return a copy
     */
    public byte[] readPrefixedBytes(int maxLength) {
        return readBytes(readLength(maxLength));
    }

    /**
     * Reads UTF-8 text that follows its length.
     *
     * @param maxLength the largest length in bytes that is accepted
     * @return the text
     */
    public String readUtf8(int maxLength) {
        int count = readLength(maxLength);
        int start = take(count);
        try {
            return Utf8.decode(array, start, count);
        } catch (MalformedDataException e) {
            throw refuse(e.reason(), e.offset());
        }
    }

    /**
     * Passes over bytes without looking at them.
     *
     * @param count how many
     */
    public void skip(int count) {
        take(count);
    }

    /**
     * The array that is read from, for uses without a copy together with {@link #arrayIndex()}.
     *
     * @return the array itself
     */
    public byte[] array() {
        return array;
    }

    /**
     * Where in {@link #array()} the next byte is.
     *
     * @return an index of the array
     */
    public int arrayIndex() {
        return index;
    }

    /**
     * How many bytes were read.
     *
     * @return bytes from the beginning of the data
     */
    public int position() {
        return index - begin;
    }

    /**
     * How many bytes are left.
     *
     * @return bytes to the end of the data
     */
    public int remaining() {
        return end - index;
    }

    /** Makes sure that nothing is left: a decoder's last call. */
    public void expectEnd() {
        if (index != end) {
            throw refuse(remaining() + " unexpected bytes", index);
        }
    }

    /**
     * An exception for what a decoder finds wrong itself.
     *
     * @param reason what is wrong, in a few words
     * @param position where, as {@link #position()} answered it
     * @return a new exception, to be thrown
     */
    public MalformedDataException malformed(String reason, int position) {
        return new MalformedDataException(reason, position);
    }

    private int readLength(int maxLength) {
        int start = index;
        int length = readCount();
        if (length > maxLength) {
            throw refuse("length " + length + " exceeds " + maxLength, start);
        }
        return length;
    }

    /** Moves past the given number of bytes, and answers where they began. */
    @CanIgnoreReturnValue
    private int take(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("negative count: " + count);
        }
        require(count);
        int start = index;
        index += count;
        return start;
    }

    private void require(int count) {
        if (count > end - index) {
            throw refuse("unexpected end of data", end);
        }
    }

    private MalformedDataException refuse(String reason, int at) {
        return new MalformedDataException(reason, at - begin);
    }
}

package softadastra.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A growing buffer that binary forms are written into; {@link ByteReader} reads them back.
 *
 * <p>Fixed integers are little-endian. A varint is unsigned LEB128 of at most 10 bytes, always in its shortest form; a
 * zigzag varint maps small negative numbers to small varints. A length prefix is a varint.
 *
 * <p>Not safe for use by several threads. Meant to be reused: {@link #reset()} keeps the buffer, and {@link #array()}
 * with {@link #length()} gives the bytes without a copy.
 */
public final class ByteWriter {
    /** The largest length: what every JVM can allocate as one array. */
    public static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int DEFAULT_CAPACITY = 128;
    private static final int MAX_VARINT_BYTES = 10;

    private byte[] buffer;
    private int length;

    /** An empty writer with a small buffer. */
    public ByteWriter() {
        this(DEFAULT_CAPACITY);
    }

    /**
     * An empty writer.
     *
     * @param capacity how many bytes it holds before it grows
     */
    public ByteWriter(int capacity) {
        this.buffer = new byte[capacity];
    }

    /**
     * Writes one byte.
     *
     * @param value its low 8 bits are written
     */
    public void writeByte(int value) {
        ensure(1);
        buffer[length++] = (byte) value;
    }

    /**
     * Writes 2 bytes, little-endian.
     *
     * @param value its low 16 bits are written
     */
    public void writeShort(int value) {
        ensure(Short.BYTES);
        SHORTS.set(buffer, length, (short) value);
        length += Short.BYTES;
    }

    /**
     * Writes 4 bytes, little-endian.
     *
     * @param value what to write
     */
    public void writeInt(int value) {
        ensure(Integer.BYTES);
        INTS.set(buffer, length, value);
        length += Integer.BYTES;
    }

    /**
     * Writes 8 bytes, little-endian.
     *
     * @param value what to write
     */
    public void writeLong(long value) {
        ensure(Long.BYTES);
        LONGS.set(buffer, length, value);
        length += Long.BYTES;
    }

    /**
     * Writes an unsigned varint of 1 to 10 bytes.
     *
     * @param value the 64 bits, taken as unsigned: a negative number takes 10 bytes
     */
    public void writeVarint(long value) {
        ensure(MAX_VARINT_BYTES);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    /**
     * Writes a signed number as a zigzag varint of 1 to 10 bytes.
     *
     * @param value what to write; numbers near zero are short
     */
    public void writeZigZag(long value) {
        writeVarint((value << 1) ^ (value >> 63));
    }

    /**
     * Writes bytes, without their length.
     *
     * @param bytes what to write
     */
    public void writeBytes(byte[] bytes) {
        writeBytes(bytes, 0, bytes.length);
    }

    /**
     * Writes a part of an array, without its length.
     *
     * @param bytes the array
     * @param offset where the part begins
     * @param count how many bytes it has
     */
    public void writeBytes(byte[] bytes, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        ensure(count);
        System.arraycopy(bytes, offset, buffer, length, count);
        length += count;
    }

    /**
     * Writes bytes after their length.
     *
     * @param bytes what to write
     */
    public void writePrefixedBytes(byte[] bytes) {
        writePrefixedBytes(bytes, 0, bytes.length);
    }

    /**
     * Writes a part of an array after its length.
     *
     * @param bytes the array
     * @param offset where the part begins
     * @param count how many bytes it has
     */
    public void writePrefixedBytes(byte[] bytes, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        writeVarint(count);
        writeBytes(bytes, offset, count);
    }

    /**
     * Writes text as UTF-8 after its length in bytes.
     *
     * @param text what to write
     * @throws SoftadastraException with {@link ErrorCode#ENCODE_FAILED} where the text has an unpaired surrogate;
     *     nothing is written then
     */
    public void writeUtf8(String text) {
        writePrefixedBytes(Utf8.encode(text));
    }

    /**
     * Overwrites 4 bytes that were written before, little-endian: for a length or checksum that is known afterwards.
     *
     * @param position where, in bytes from the beginning
     * @param value what to write
     */
    public void setInt(int position, int value) {
        Objects.checkFromIndexSize(position, Integer.BYTES, length);
        INTS.set(buffer, position, value);
    }

    /**
     * Overwrites 8 bytes that were written before, little-endian.
     *
     * @param position where, in bytes from the beginning
     * @param value what to write
     */
    public void setLong(int position, long value) {
        Objects.checkFromIndexSize(position, Long.BYTES, length);
        LONGS.set(buffer, position, value);
    }

    /**
     * How many bytes were written.
     *
     * @return the length
     */
    public int length() {
        return length;
    }

    /**
     * The buffer itself; its first {@link #length()} bytes are what was written. It is replaced when it grows, and changes
     * with the next write.
     *
     * @return the buffer, not a copy
     */
    public byte[] array() {
        return buffer;
    }

    /**
     * What was written, as an array of its own.
     *
     * @return a copy
     */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, length);
    }

    /** Forgets what was written, and keeps the buffer for what comes next. */
    public void reset() {
        length = 0;
    }

    /**
     * Forgets what was written from a position on.
     *
     * @param newLength how many bytes to keep, at most {@link #length()}
     */
    public void truncate(int newLength) {
        length = Objects.checkIndex(newLength, length + 1);
    }

    private void ensure(int count) {
        if (count > buffer.length - length) {
            grow(count);
        }
    }

    private void grow(int count) {
        if (count > MAX_LENGTH - length) {
            throw new SoftadastraException(
                    ErrorCode.RECORD_TOO_LARGE, "failed to encode: more than " + MAX_LENGTH + " bytes");
        }
        long doubled = Math.max(2L * buffer.length, DEFAULT_CAPACITY);
        buffer = Arrays.copyOf(buffer, (int) Math.min(Math.max(doubled, (long) length + count), MAX_LENGTH));
    }
}

package softadastra.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import softadastra.core.MalformedDataException;
import softadastra.core.SoftadastraException;
import softadastra.core.Utf8;

/**
 * What an entry holds: bytes, possibly none, often text.
 *
 * <p>Any bytes and any text make a value; whether it may be stored is judged where it is stored. A store takes values of at
 * most {@value #MAX_BYTES} bytes, and none that was made from text with an unpaired surrogate, which has no UTF-8.
 *
 * <p>Immutable.
 */
public final class Value {

    /** The largest value that a store takes, in bytes: 64 MiB. */
    public static final int MAX_BYTES = 64 << 20;

    private static final int MAX_SHOWN_BYTES = 64;

    private final byte[] bytes;

    /** False where the value is text that has no UTF-8; the bytes only keep that text then. */
    private final boolean storable;

    private Value(byte[] bytes, boolean storable) {
        this.bytes = bytes;
        this.storable = storable;
    }

    /**
     * The value with the given bytes.
     *
     * @param bytes any bytes; they are copied
     * @return the value
     */
    public static Value of(byte[] bytes) {
        return new Value(bytes.clone(), true);
    }

    /**
     * The value that is the UTF-8 of the given text.
     *
     * @param text any text
     * @return the value
     */
    public static Value fromString(String text) {
        Objects.requireNonNull(text, "text");
        return Utf8.isWellFormed(text)
                ? new Value(text.getBytes(StandardCharsets.UTF_8), true)
                : new Value(Surrogates.encode(text), false);
    }

    /** The value with the given bytes, which must not change from now on. */
    static Value wrap(byte[] bytes) {
        return new Value(bytes, true);
    }

    /**
     * The value as text.
     *
     * @return the text whose UTF-8 the value is, or that it was made from
     * @throws SoftadastraException DECODE_FAILED if the value is not UTF-8: see {@link #isText()} and {@link #bytes()}
     */
    public String asString() {
        if (!storable) {
            return Surrogates.decode(bytes);
        }
        try {
            return Utf8.decode(bytes);
        } catch (MalformedDataException e) {
            throw new SoftadastraException(e.toError("failed to decode value as text"));
        }
    }

    /**
     * Whether the value is UTF-8.
     *
     * @return whether it is text
     */
    public boolean isText() {
        return Utf8.isWellFormed(bytes);
    }

    /**
     * The bytes of the value.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * How long the value is.
     *
     * @return its bytes, 0 or more
     */
    public int length() {
        return bytes.length;
    }

    /** Whether a store may take it, as far as its text goes. */
    boolean isStorable() {
        return storable;
    }

    /** The bytes themselves, not to be changed. */
    byte[] array() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Value that && storable == that.storable && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The text where the value is short text, else an abbreviation with the length in bytes. */
    @Override
    public String toString() {
        if (!isText()) {
            return "(" + bytes.length + " bytes)";
        }
        if (bytes.length <= MAX_SHOWN_BYTES) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        int end = MAX_SHOWN_BYTES;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8) + "... (" + bytes.length + " bytes)";
    }
}

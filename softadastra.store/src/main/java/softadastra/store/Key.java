package softadastra.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import softadastra.core.Utf8;

/**
 * The name of an entry: text, ordered by its UTF-8 bytes as unsigned numbers.
 *
 * <p>Any text makes a key, so that a key can be made before anything can fail; whether it may be used is judged where it is
 * used. A store takes keys of 1 to {@value #MAX_BYTES} bytes of UTF-8, so neither the empty text nor text with an unpaired
 * surrogate, which has no UTF-8.
 *
 * <p>Immutable.
 */
public final class Key implements Comparable<Key> {

    /** The largest key that a store takes, in bytes of UTF-8: 64 KiB. */
    public static final int MAX_BYTES = 64 << 10;

    /** UTF-8; where the text has none, the same scheme with unpaired surrogates encoded as if they were characters. */
    private final byte[] utf8;

    private Key(byte[] utf8) {
        this.utf8 = utf8;
    }

    /**
     * The key with the given text.
     *
     * @param text any text
     * @return the key
     */
    public static Key of(String text) {
        Objects.requireNonNull(text, "text");
        return new Key(Utf8.isWellFormed(text) ? text.getBytes(StandardCharsets.UTF_8) : Surrogates.encode(text));
    }

    /** The key with the given bytes, which must not change from now on. */
    static Key wrap(byte[] utf8) {
        return new Key(utf8);
    }

    /**
     * The text of the key, exactly as it was given.
     *
     * @return the text
     */
    public String asString() {
        return isWellFormed() ? new String(utf8, StandardCharsets.UTF_8) : Surrogates.decode(utf8);
    }

    /**
     * The key's UTF-8.
     *
     * @return a copy
     */
    public byte[] utf8() {
        return utf8.clone();
    }

    /**
     * How long the key is.
     *
     * @return bytes of UTF-8
     */
    public int length() {
        return utf8.length;
    }

    /**
     * Whether the key is the empty text, which no store takes.
     *
     * @return true for {@code Key.of("")}
     */
    public boolean isEmpty() {
        return utf8.length == 0;
    }

    /** Whether the text has UTF-8. */
    boolean isWellFormed() {
        return Utf8.isWellFormed(utf8);
    }

    /** The bytes themselves, not to be changed. */
    byte[] bytes() {
        return utf8;
    }

    /** Whether this key begins with all bytes of another one. */
    boolean startsWith(Key prefix) {
        int length = prefix.utf8.length;
        return utf8.length >= length && Arrays.equals(utf8, 0, length, prefix.utf8, 0, length);
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compareUnsigned(utf8, other.utf8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key that && Arrays.equals(utf8, that.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    /** The text of the key where it is short, else its beginning and its length in bytes: {@link #asString()} is all of it. */
    @Override
    public String toString() {
        return Words.abbreviated(asString(), utf8.length);
    }
}

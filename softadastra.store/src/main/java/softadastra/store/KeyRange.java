package softadastra.store;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys from one on and below another, in the order of keys: by their UTF-8 bytes, unsigned.
 *
 * <p>Immutable. Bounds may be any text; whether they could be keys does not matter.
 */
public final class KeyRange {

    private static final KeyRange ALL = new KeyRange(new byte[0], null);

    /** The least bytes that are in it. */
    private final byte[] from;

    /** The least bytes that are behind it; null for none. */
    private final byte @Nullable [] to;

    private KeyRange(byte[] from, byte @Nullable [] to) {
        this.from = from;
        this.to = to;
    }

    /**
     * All keys.
     *
     * @return the range
     */
    public static KeyRange all() {
        return ALL;
    }

    /**
     * The keys that begin with a text.
     *
     * @param text the text; empty for all keys
     * @return the range
     */
    public static KeyRange prefix(String text) {
        byte[] prefix = Key.of(text).bytes();
        if (prefix.length == 0) {
            return ALL;
        }
        // UTF-8 has no byte 0xFF, so the last one can be counted up.
        byte[] behind = prefix.clone();
        behind[behind.length - 1]++;
        return new KeyRange(prefix, behind);
    }

    /**
     * The keys from one on.
     *
     * @param from the first key that may be in it
     * @return the range
     */
    public static KeyRange from(Key from) {
        return new KeyRange(from.bytes(), null);
    }

    /**
     * The keys below one.
     *
     * @param to the first key behind the range
     * @return the range
     */
    public static KeyRange below(Key to) {
        return new KeyRange(new byte[0], to.bytes());
    }

    /**
     * The keys from one on and below another; none if these are not in that order.
     *
     * @param from the first key that may be in it
     * @param to the first key behind it
     * @return the range
     */
    public static KeyRange between(Key from, Key to) {
        return new KeyRange(from.bytes(), to.bytes());
    }

    /**
     * The keys that are in this range and in another one.
     *
     * @param other the other range
     * @return what they have in common
     */
    public KeyRange and(KeyRange other) {
        byte[] later = Arrays.compareUnsigned(from, other.from) >= 0 ? from : other.from;
        byte[] earlier = to;
        if (earlier == null || (other.to != null && Arrays.compareUnsigned(other.to, earlier) < 0)) {
            earlier = other.to;
        }
        return new KeyRange(later, earlier);
    }

    /**
     * Whether a key is in the range.
     *
     * @param key the key
     * @return whether it is
     */
    public boolean contains(Key key) {
        byte[] bytes = key.bytes();
        return Arrays.compareUnsigned(bytes, from) >= 0 && !isBehind(bytes);
    }

    byte[] fromBytes() {
        return from;
    }

    boolean isBehind(byte[] key) {
        return to != null && Arrays.compareUnsigned(key, to) >= 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRange that && Arrays.equals(from, that.from) && Arrays.equals(to, that.to);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(from), Arrays.hashCode(to));
    }

    /** The bounds as text, such as {@code [user:, user;)}. */
    @Override
    public String toString() {
        String end = to == null ? "" : Key.wrap(to).toString();
        return "[" + Key.wrap(from) + ", " + end + ")";
    }
}

package softadastra.bench;

import java.util.Arrays;

/** The bytes of a key, as the JDK's maps want it: ordered, unsigned, and hashed. */
class IndexKey implements Comparable<IndexKey> {

    final byte[] bytes;

    IndexKey(byte[] bytes) {
        this.bytes = bytes;
    }

    final boolean startsWith(byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public final int compareTo(IndexKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof IndexKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(bytes);
    }
}

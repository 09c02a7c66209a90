package softadastra.bench;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An entry as a store holds it in memory: key and value in one array, and what has to be known of the operation that wrote it.
 * Its fields are there for their bytes; nobody reads them.
 */
final class IndexEntry {

    final byte[] bytes;
    final int keyLength;
    final long version;
    final long stamp;
    final long counter;
    final long sequence;
    final @Nullable Object origin;

    IndexEntry(byte[] bytes, int keyLength, long sequence) {
        this.bytes = bytes;
        this.keyLength = keyLength;
        this.version = 1;
        this.stamp = sequence;
        this.counter = sequence;
        this.sequence = sequence;
        this.origin = null;
    }

    /** An entry of a record. */
    static IndexEntry of(byte[] record, long sequence) {
        return new IndexEntry(record.clone(), RecordSource.KEY_BYTES, sequence);
    }

    /** An entry that leaves its key to whoever holds it. */
    static IndexEntry withoutKey(byte[] record, long sequence) {
        return new IndexEntry(Arrays.copyOfRange(record, RecordSource.KEY_BYTES, record.length), 0, sequence);
    }

    /** Eight bytes of the value. */
    long mark() {
        return RecordSource.mark(bytes, keyLength - RecordSource.KEY_BYTES);
    }

    byte[] key() {
        return Arrays.copyOf(bytes, keyLength);
    }

    boolean hasKey(byte[] key) {
        return Arrays.equals(bytes, 0, keyLength, key, 0, key.length);
    }

    /** Where two keys differ first, the length of the shorter one if it begins the other, -1 if they are equal. */
    int mismatch(IndexEntry other) {
        return Arrays.mismatch(bytes, 0, keyLength, other.bytes, 0, other.keyLength);
    }

    boolean startsWith(byte[] prefix) {
        return keyLength >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    int compareKey(byte[] key) {
        return Arrays.compareUnsigned(bytes, 0, keyLength, key, 0, key.length);
    }
}

package softadastra.wal.spi;

import java.util.Arrays;
import java.util.Objects;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;

/**
 * Records to be appended as one: recovery finds all of them or none.
 *
 * <p>A batch is a buffer to fill, append, {@link #clear()} and fill again. It refers to the payloads it is given and does
 * not copy them; a log copies them when the batch is submitted, so they may change again from then on. Not thread-safe.
 */
public final class WalBatch {

    /**
     * The largest record, in bytes of payload: 80 MiB. More is never taken, in one record or in all of a batch. A batch of
     * several records is taken as long as it has that with 8 bytes added for each of them; what is in between is up to the
     * provider, which may have to say where each record ends.
     */
    public static final long MAX_BYTES = 80L << 20;

    private int[] typeCodes = new int[1];
    private byte[][] arrays = new byte[1][];
    private int[] offsets = new int[1];
    private int[] lengths = new int[1];
    private int size;
    private long bytes;
    private long timestamp;

    /** An empty batch. */
    public WalBatch() {}

    /** A batch of one record. */
    public static WalBatch of(int typeCode, byte[] payload) {
        return new WalBatch().add(typeCode, payload);
    }

    /** Adds a record. */
    public WalBatch add(WalRecordType type, byte[] payload) {
        return add(type.code(), payload);
    }

    /** Adds a record. */
    public WalBatch add(int typeCode, byte[] payload) {
        return add(typeCode, payload, 0, payload.length);
    }

    /**
     * Adds a record whose payload is part of an array.
     *
     * @throws SoftadastraException INVALID_ARGUMENT if the type code is outside 1 to {@link WalRecordType#MAX_CODE}
     * @throws IndexOutOfBoundsException if the part lies outside the array
     */
    public WalBatch add(int typeCode, byte[] array, int offset, int length) {
        WalRecordType.requireCode(typeCode);
        Objects.checkFromIndexSize(offset, length, array.length);
        if (size == typeCodes.length) {
            int capacity = Math.max(8, size * 2);
            typeCodes = Arrays.copyOf(typeCodes, capacity);
            arrays = Arrays.copyOf(arrays, capacity);
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }
        typeCodes[size] = typeCode;
        arrays[size] = array;
        offsets[size] = offset;
        lengths[size] = length;
        size++;
        bytes += length;
        return this;
    }

    /** Sets the timestamp of all its records. Without one, the log's own clock gives it. */
    public WalBatch at(HybridTimestamp timestamp) {
        return at(timestamp.packed());
    }

    /** Sets the timestamp of all its records, packed; 0 for the log's own clock. */
    public WalBatch at(long packedTimestamp) {
        this.timestamp = packedTimestamp;
        return this;
    }

    /** Empties the batch, its timestamp included. */
    public WalBatch clear() {
        Arrays.fill(arrays, 0, size, null);
        size = 0;
        bytes = 0;
        timestamp = 0;
        return this;
    }

    /** How many records it has. */
    public int size() {
        return size;
    }

    /** The bytes of all payloads together. */
    public long bytes() {
        return bytes;
    }

    /** The packed timestamp, 0 if none was set. */
    public long timestamp() {
        return timestamp;
    }

    /** The type code of record {@code index}. */
    public int typeCode(int index) {
        return typeCodes[checked(index)];
    }

    /** The array that the payload of record {@code index} is in. */
    public byte[] array(int index) {
        return arrays[checked(index)];
    }

    /** Where in its array the payload of record {@code index} starts. */
    public int offset(int index) {
        return offsets[checked(index)];
    }

    /** How many bytes the payload of record {@code index} has. */
    public int length(int index) {
        return lengths[checked(index)];
    }

    private int checked(int index) {
        return Objects.checkIndex(index, size);
    }

    @Override
    public String toString() {
        return "WalBatch[" + size + " records, " + bytes + " bytes]";
    }
}

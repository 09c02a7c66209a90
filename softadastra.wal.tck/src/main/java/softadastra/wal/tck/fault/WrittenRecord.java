package softadastra.wal.tck.fault;

import java.util.Arrays;

/**
 * A record as a workload appended it, or as a recovery found it.
 *
 * @param typeCode its type code
 * @param payload its bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared and printed by content, below
public record WrittenRecord(int typeCode, byte[] payload) {

    @Override
    public boolean equals(Object other) {
        return other instanceof WrittenRecord that && typeCode == that.typeCode && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * typeCode + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "WrittenRecord[typeCode=" + typeCode + ", payload=" + payload.length + " bytes of hash "
                + Arrays.hashCode(payload) + "]";
    }
}

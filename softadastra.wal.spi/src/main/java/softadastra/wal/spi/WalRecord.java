package softadastra.wal.spi;

import java.util.Arrays;
import java.util.Objects;
import softadastra.core.HybridTimestamp;

/**
 * One record of a log.
 *
 * @param sequence its place in the log: the first is 1, and there are no gaps
 * @param typeCode its open type code, 1 to {@link WalRecordType#MAX_CODE}
 * @param status how far it has come
 * @param timestamp when it was appended, as its writer's clock had it
 * @param payload its bytes. They are the receiver's own; no log keeps a reference to them
 */
// equals and hashCode below go by the payload's content.
@SuppressWarnings("ArrayRecordComponent")
public record WalRecord(
        long sequence, int typeCode, WalRecordStatus status, HybridTimestamp timestamp, byte[] payload) {

    public WalRecord {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(timestamp, "timestamp");
        Objects.requireNonNull(payload, "payload");
    }

    /** The type by name; {@link WalRecordType#UNKNOWN} for a code that has none. */
    public WalRecordType type() {
        return WalRecordType.ofCode(typeCode);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WalRecord that
                && sequence == that.sequence
                && typeCode == that.typeCode
                && status == that.status
                && timestamp.equals(that.timestamp)
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return Objects.hash(sequence, typeCode, status, timestamp) * 31 + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "WalRecord[sequence=" + sequence + ", type=" + type() + "(" + typeCode + "), status=" + status
                + ", timestamp=" + timestamp + ", payload=" + payload.length + " bytes]";
    }
}

package softadastra.wal.tck.fault;

import java.util.Arrays;

/**
 * A checkpoint as a workload wrote it, or as a recovery found it.
 *
 * @param beginSequence as {@link softadastra.wal.spi.WalCheckpoint#beginSequence}
 * @param endSequence as {@link softadastra.wal.spi.WalCheckpoint#endSequence}
 * @param content its bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared and printed by content, below
public record WrittenCheckpoint(long beginSequence, long endSequence, byte[] content) {

    @Override
    public boolean equals(Object other) {
        return other instanceof WrittenCheckpoint that
                && beginSequence == that.beginSequence
                && endSequence == that.endSequence
                && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(beginSequence) + Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "WrittenCheckpoint[begin=" + beginSequence + ", end=" + endSequence + ", content=" + content.length
                + " bytes of hash " + Arrays.hashCode(content) + "]";
    }
}

package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import softadastra.wal.spi.WalBatch;

/**
 * A batch as a workload appended it.
 *
 * @param lastSequence the sequence of its last record
 * @param records its records, in order
 */
public record WrittenBatch(long lastSequence, List<WrittenRecord> records) {

    /** A batch with its records. */
    public WrittenBatch {
        records = List.copyOf(records);
    }

    static WrittenBatch of(WalBatch batch) {
        List<WrittenRecord> records = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            int offset = batch.offset(i);
            records.add(new WrittenRecord(
                    batch.typeCode(i), Arrays.copyOfRange(batch.array(i), offset, offset + batch.length(i))));
        }
        return new WrittenBatch(0, records);
    }

    WrittenBatch endingAt(long sequence) {
        return new WrittenBatch(sequence, records);
    }

    /** The sequence of its first record. */
    public long firstSequence() {
        return lastSequence - records.size() + 1;
    }
}

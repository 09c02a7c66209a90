package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalLog;

/**
 * All that a log has.
 *
 * @param firstSequence the sequence of the first record
 * @param records its records, in order
 * @param checkpoint the checkpoint in force
 */
record FoundLog(long firstSequence, List<WrittenRecord> records, Optional<WrittenCheckpoint> checkpoint) {

    static final FoundLog EMPTY = new FoundLog(1, List.of(), Optional.empty());

    FoundLog {
        records = List.copyOf(records);
    }

    /**
     * Reads a log.
     *
     * @throws AssertionError if that fails, or the sequences have a gap
     */
    static FoundLog of(WalLog log) {
        long[] last = {0};
        List<WrittenRecord> records = new ArrayList<>();
        try {
            log.read(0, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                if (!records.isEmpty() && sequence != last[0] + 1) {
                    throw new AssertionError("sequence " + sequence + " after " + last[0]);
                }
                last[0] = sequence;
                records.add(new WrittenRecord(typeCode, Arrays.copyOfRange(buffer, offset, offset + length)));
                return true;
            });
            long first = records.isEmpty() ? log.firstSequence() : last[0] - records.size() + 1;
            return new FoundLog(first, records, log.checkpoint().map(FoundLog::read));
        } catch (SoftadastraException e) {
            throw new AssertionError("reading failed after sequence " + last[0] + ": " + e.error(), e);
        }
    }

    private static WrittenCheckpoint read(WalCheckpoint checkpoint) {
        try (WalCheckpointReader reader = checkpoint.open()) {
            byte[] content = new byte[Math.toIntExact(reader.length())];
            reader.read(0, content, 0, content.length);
            return new WrittenCheckpoint(checkpoint.beginSequence(), checkpoint.endSequence(), content);
        }
    }

    long lastSequence() {
        return firstSequence + records.size() - 1;
    }

    /** This, with further records. */
    FoundLog with(List<WrittenRecord> more) {
        List<WrittenRecord> all = new ArrayList<>(records);
        all.addAll(more);
        return new FoundLog(firstSequence, all, checkpoint);
    }
}

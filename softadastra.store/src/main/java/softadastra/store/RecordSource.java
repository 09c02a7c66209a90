package softadastra.store;

import java.util.function.Consumer;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalReader;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordVisitor;

/** The records of a log, whether it is open or only read. */
@FunctionalInterface
interface RecordSource {

    /**
     * Hands over the records in order, from a sequence on, until the visitor has enough.
     *
     * @param from the first sequence; 0 for the first one that there is
     * @throws SoftadastraException CORRUPTION, IO_ERROR, HISTORY_GONE
     */
    void read(long from, WalRecordVisitor visitor);

    /** What a log has that is open. */
    static RecordSource of(WalLog log) {
        return (from, visitor) -> {
            long unused = log.read(from, visitor);
        };
    }

    /** What a reader reads. It may be further on by the next call. */
    static RecordSource of(WalReader reader) {
        return (from, visitor) -> {
            boolean[] enough = new boolean[1];
            Consumer<WalRecord> consumer = entry -> {
                if (!enough[0]) {
                    byte[] payload = entry.payload();
                    enough[0] = !visitor.visit(
                            entry.sequence(),
                            entry.typeCode(),
                            entry.status(),
                            entry.timestamp().packed(),
                            payload,
                            0,
                            payload.length);
                }
            };
            long unused = (from == 0 ? reader.forEach(consumer) : reader.forEach(from, consumer)).orElseThrow();
        };
    }
}

package softadastra.wal.file;

import java.util.TreeMap;

/** The sequences from which on somebody holds the history. Guarded by its log's {@link LogHistory}. */
final class HistoryPins {

    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    void add(long sequence) {
        counts.merge(sequence, 1, Integer::sum);
    }

    void remove(long sequence) {
        counts.computeIfPresent(sequence, (at, count) -> count == 1 ? null : count - 1);
    }

    /** The lowest of them, {@code Long.MAX_VALUE} if there is none. */
    long lowest() {
        return counts.isEmpty() ? Long.MAX_VALUE : counts.firstKey();
    }
}

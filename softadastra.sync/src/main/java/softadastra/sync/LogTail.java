package softadastra.sync;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import softadastra.store.CausalContext;
import softadastra.store.OperationRecord;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/**
 * The operations of a store's log that were read last, with their contexts in full: members that are at about the same place of it,
 * and one that is sent something again, need not have it read for each of them. Bounded. For one thread.
 *
 * <p>What an operation's writer knew follows from its place in the log alone, so whoever read it, it is the same.
 */
final class LogTail {

    /** Of large operations only some are worth their memory. */
    private static final long MAX_BYTES = 4 << 20;

    private final StoreEngine store;
    private final int maxCount;
    private final TreeMap<Long, Read> operations = new TreeMap<>();

    /** What the log has at a sequence: an operation, or up to where some are left out. */
    record Read(Optional<OperationRecord> operation, CausalContext skipped) {

        /** About what an origin and a counter of a context take. */
        private static final long CONTEXT_BYTES = 64;

        private long size() {
            return operation.map(Read::size).orElse(0L);
        }

        private static long size(OperationRecord operation) {
            int value = operation.operation().value().map(Value::length).orElse(0);
            int origins = operation
                    .context()
                    .map(context -> context.counters().size())
                    .orElse(0);
            return operation.operation().key().length() + value + CONTEXT_BYTES * origins;
        }
    }

    /** All operations from this sequence on are here, up to the one before {@link #next}. */
    private long first = 1;

    private long next = 1;
    private long bytes;

    /** Remembers so many operations at most, or none. */
    LogTail(StoreEngine store, int maxCount) {
        this.store = store;
        this.maxCount = maxCount;
    }

    StoreEngine store() {
        return store;
    }

    /** The sequence behind all that is remembered. */
    long next() {
        return next;
    }

    /** Whether what the log has at a sequence is known. */
    boolean covers(long sequence) {
        return first <= sequence && sequence < next;
    }

    /** The operations from a sequence on. */
    SortedMap<Long, Read> from(long sequence) {
        return operations.tailMap(sequence);
    }

    /**
     * Takes note of an operation that was read.
     *
     * @param after where the reading was: from there to the operation there is no other one
     * @param sequence the sequence of the operation
     */
    void add(long after, long sequence, OperationRecord operation) {
        add(after, sequence, new Read(Optional.of(operation), CausalContext.EMPTY));
    }

    /** The same, of operations that are left out. */
    void addSkip(long after, long sequence, CausalContext skipped) {
        add(after, sequence, new Read(Optional.empty(), skipped));
    }

    private void add(long after, long sequence, Read read) {
        if (after < next) {
            // Somebody who is far behind reads what was let go, or never known.
            return;
        }
        if (after > next) {
            operations.clear();
            bytes = 0;
            first = after;
        }
        operations.put(sequence, read);
        bytes += read.size();
        next = sequence + 1;
        Iterator<Map.Entry<Long, Read>> oldest = operations.entrySet().iterator();
        while (operations.size() > maxCount || (bytes > MAX_BYTES && !operations.isEmpty())) {
            Map.Entry<Long, Read> gone = oldest.next();
            bytes -= gone.getValue().size();
            first = gone.getKey() + 1;
            oldest.remove();
        }
    }

    /** Takes note that there is no operation from where a reading was to another sequence. */
    void skip(long after, long sequence) {
        if (after == next) {
            next = sequence;
        }
    }
}

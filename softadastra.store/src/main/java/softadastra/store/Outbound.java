package softadastra.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalLog;

/**
 * One pass over the operations of this node that are retained for others, in the order of the log: those which {@link
 * History#local()} counts. Of before the history that the log holds, these are the operations whose values are current.
 *
 * <p>A log in memory lets history go while writers go on. So the pass first gets hold of the log's records, and only then
 * looks for the values of before; what is written meanwhile is not part of it.
 */
final class Outbound {

    private final WalLog log;
    private final Versions versions;
    private final History history;
    private final OperationVisitor visitor;
    private boolean begun;
    private boolean enough;
    private long count;

    Outbound(WalLog log, Versions versions, History history, OperationVisitor visitor) {
        this.log = log;
        this.versions = versions;
        this.history = history;
        this.visitor = visitor;
    }

    /** Makes the pass; how many operations were handed over. */
    long run() {
        while (true) {
            long first = log.firstSequence();
            try {
                readFrom(first);
                return count;
            } catch (SoftadastraException e) {
                if (begun || e.code() != ErrorCode.HISTORY_GONE) {
                    throw e;
                }
                // A writer was faster, and the log begins later now.
            }
        }
    }

    private void readFrom(long first) {
        long read = history.forEach(first, (sequence, record) -> {
            handOverBefore(first);
            if (!enough && record.isLocal()) {
                handOver(sequence, record);
            }
            return !enough;
        });
        if (read == 0) {
            handOverBefore(first);
        }
    }

    private void handOverBefore(long first) {
        if (begun) {
            return;
        }
        begun = true;
        Iterator<Map.Entry<Key, Stored>> values = currentBefore(first).iterator();
        while (!enough && values.hasNext()) {
            Map.Entry<Key, Stored> next = values.next();
            handOver(next.getValue().sequence, record(next.getKey(), next.getValue()));
        }
    }

    private List<Map.Entry<Key, Stored>> currentBefore(long first) {
        List<Map.Entry<Key, Stored>> found = new ArrayList<>();
        if (first > 1) {
            MergedWalk slots = new MergedWalk(versions, new byte[0]);
            for (Slot slot = slots.next(); slot != null; slot = slots.next()) {
                Stored seen = versions.visible(slot);
                if (seen != null && seen.sequence < first && versions.isLocal(seen.origin)) {
                    found.add(Map.entry(Key.wrap(slot.key), seen));
                }
            }
            found.sort(Comparator.comparingLong(entry -> entry.getValue().sequence));
        }
        return found;
    }

    private static OperationRecord record(Key key, Stored stored) {
        byte[] bytes = stored.value;
        if (bytes == null) {
            throw new IllegalArgumentException("a tombstone is no current value");
        }
        Value value = Value.wrap(bytes);
        return OperationRecord.local(
                new OperationId(stored.origin, stored.counter),
                HybridTimestamp.ofPacked(stored.stamp),
                stored.version,
                stored.version == 1 ? Operation.put(key, value) : Operation.update(key, value));
    }

    private void handOver(long sequence, OperationRecord record) {
        count++;
        enough = !visitor.visit(sequence, record);
    }
}

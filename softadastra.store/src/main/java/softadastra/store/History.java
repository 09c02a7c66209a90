package softadastra.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordType;

/** The operations of a store as its log has them, for those who hand them on. */
final class History {

    private final WalLog log;
    private final Versions versions;

    History(WalLog log, Versions versions) {
        this.log = log;
        this.versions = versions;
    }

    /** Hands over the operations from a sequence on, up to the last one that is visible when the call began. */
    long forEach(long fromSequence, OperationVisitor visitor) {
        long through = versions.reached().sequence();
        NodeId node = log.identity().node();
        OperationEnvelope envelope = new OperationEnvelope();
        long[] count = new long[1];
        long[] reached = {Math.max(fromSequence, log.firstSequence()) - 1};
        log.read(fromSequence, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            if (sequence > through) {
                return false;
            }
            reached[0] = sequence;
            if (typeCode == WalRecordType.HELD.code()) {
                Raise raise = Raise.read(sequence, buffer, offset, length);
                if (raise.isSkip()) {
                    visitor.skipped(sequence, CausalContext.of(raise.counters()));
                }
                return true;
            }
            if (!OperationType.isOperation(typeCode)) {
                return true;
            }
            Replay.read(envelope, sequence, typeCode, timestamp, buffer, offset, length);
            if (envelope.isSurvivor()) {
                // What happened before it is not here, so it says nothing of what happened.
                return true;
            }
            count[0]++;
            boolean more = visitor.visit(sequence, envelope.toRecord(node));
            reached[0] = more ? sequence : through;
            return more;
        });
        requireReached(reached[0], through);
        return count[0];
    }

    /** A log that has failed has let go what it had taken and not written. */
    static void requireReached(long reached, long through) {
        if (reached < through) {
            throw new SoftadastraException(
                    ErrorCode.IO_ERROR,
                    "failed to read operations " + (reached + 1) + " to " + through
                            + ": the log has failed, and does not have them");
        }
    }

    /**
     * How many operations of this node are retained, by epoch, oldest first.
     *
     * <p>A log that holds all its records answers from the counters alone. Where the log has let history go, the operations of
     * before are retained as far as their values are current: those are counted in the index.
     */
    List<RetainedOperations> local() {
        while (true) {
            try {
                return localSince(log.firstSequence());
            } catch (SoftadastraException e) {
                if (e.code() != ErrorCode.HISTORY_GONE) {
                    throw e;
                }
                // A writer was faster, and the log begins later now.
            }
        }
    }

    private List<RetainedOperations> localSince(long first) {
        // The beginning is read before the counters: otherwise a writer may move it beyond them in between.
        OperationId oldest = first <= 1 ? null : firstLocal(first);
        Map<Origin, Long> last = new LinkedHashMap<>();
        versions.counters().forEach((origin, counter) -> {
            if (versions.isLocal(origin) && counter > 0) {
                last.put(origin, counter);
            }
        });
        Map<Origin, Long> retained = first <= 1 ? last : retainedSince(first, oldest, last);
        List<RetainedOperations> answer = new ArrayList<>();
        last.forEach((origin, counter) ->
                answer.add(new RetainedOperations(origin, counter, retained.getOrDefault(origin, 0L))));
        return answer;
    }

    private Map<Origin, Long> retainedSince(long first, @Nullable OperationId oldest, Map<Origin, Long> last) {
        Map<Origin, Long> retained = new LinkedHashMap<>();
        boolean reached = false;
        for (Map.Entry<Origin, Long> entry : last.entrySet()) {
            if (oldest != null && entry.getKey().equals(oldest.origin())) {
                reached = true;
                // Below zero where the oldest that the log has is not visible yet.
                retained.put(entry.getKey(), Math.max(0, entry.getValue() - oldest.counter() + 1));
            } else if (reached) {
                retained.put(entry.getKey(), entry.getValue());
            }
        }
        MergedWalk slots = new MergedWalk(versions, new byte[0]);
        for (Slot slot = slots.next(); slot != null; slot = slots.next()) {
            Stored stored = versions.visible(slot);
            if (stored != null && versions.isLocal(stored.origin) && isBefore(stored, oldest, first)) {
                retained.merge(stored.origin, 1L, Long::sum);
            }
        }
        return retained;
    }

    private static boolean isBefore(Stored stored, @Nullable OperationId oldest, long first) {
        if (oldest != null && stored.origin.equals(oldest.origin())) {
            return stored.counter < oldest.counter();
        }
        return stored.sequence < first;
    }

    /** The first operation of this node that the log holds, from a sequence on. */
    private @Nullable OperationId firstLocal(long fromSequence) {
        NodeId node = log.identity().node();
        OperationEnvelope envelope = new OperationEnvelope();
        AtomicReference<@Nullable OperationId> found = new AtomicReference<>();
        log.read(fromSequence, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            if (OperationType.isOperation(typeCode)) {
                Replay.read(envelope, sequence, typeCode, timestamp, buffer, offset, length);
                if (envelope.isLocal()) {
                    found.set(new OperationId(envelope.origin(node), envelope.counter()));
                    return false;
                }
            }
            return true;
        });
        return found.get();
    }
}

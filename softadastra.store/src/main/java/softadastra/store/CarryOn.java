package softadastra.store;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalRecordVisitor;

/**
 * Has a checkpoint carry on what the last one did, and what has come since: records that the store does not know, one by one, and
 * notes as their owner sums them up; without an owner, one by one too.
 */
final class CarryOn {

    private final CheckpointEncoder.Carried target;
    private final @Nullable NoteSummary summary;
    private final BooleanSupplier isClosed;
    private final Runnable requireOpen;

    // Of the last note: a summary stands where that did.
    private long lastNote;
    private long lastTimestamp;

    CarryOn(
            CheckpointEncoder.Carried target,
            @Nullable NoteSummary summary,
            BooleanSupplier isClosed,
            Runnable requireOpen) {
        this.target = target;
        this.summary = summary;
        this.isClosed = isClosed;
        this.requireOpen = requireOpen;
    }

    /** Carries on everything up to a sequence. */
    void run(WalLog log, long through) {
        WalRecordVisitor each = this::visit;
        long behind = 0;
        WalCheckpoint last = log.checkpoint().orElse(null);
        if (last != null) {
            try (Base base = Base.open(last)) {
                base.carried(each);
                behind = base.head().sequence();
            }
        }
        read(log, behind, through);
        if (summary != null && lastNote > 0) {
            summary.writeTo((typeCode, payload) -> {
                Replication.requireNote(typeCode);
                boolean unused = target.visit(
                        lastNote, typeCode, WalRecordStatus.COMMITTED, lastTimestamp, payload, 0, payload.length);
            });
        }
    }

    private void read(WalLog log, long behind, long through) {
        long[] done = {behind};
        while (done[0] < through) {
            try {
                // A log in memory may have let go what nobody reads.
                long from = Math.max(done[0] + 1, log.firstSequence());
                long unused = log.read(from, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
                    done[0] = sequence;
                    boolean isCarried = sequence <= through && WalRecordType.isSkippable(typeCode);
                    boolean more = !isCarried || visit(sequence, typeCode, status, timestamp, buffer, offset, length);
                    return more && sequence < through && !isClosed.getAsBoolean();
                });
                requireOpen.run();
                return;
            } catch (SoftadastraException e) {
                if (e.code() != ErrorCode.HISTORY_GONE) {
                    throw e;
                }
            }
        }
    }

    private boolean visit(
            long sequence,
            int typeCode,
            WalRecordStatus status,
            long timestamp,
            byte[] buffer,
            int offset,
            int length) {
        if (summary == null || !Replication.isNote(typeCode)) {
            return target.visit(sequence, typeCode, status, timestamp, buffer, offset, length);
        }
        summary.visit(sequence, typeCode, Arrays.copyOfRange(buffer, offset, offset + length));
        lastNote = sequence;
        lastTimestamp = timestamp;
        return true;
    }
}

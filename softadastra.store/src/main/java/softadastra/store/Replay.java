package softadastra.store;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalRecordStatus;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalRecordVisitor;

/**
 * Rebuilds the state from the log's records, in order. It applies what each operation's record says came of it, and decides
 * nothing: the same log gives the same state, whatever the clock, the policy or the release.
 *
 * <p>Without an object for each record beside what the index keeps. Used by one thread.
 */
final class Replay implements WalRecordVisitor {

    private final Versions versions;
    private final Rebuild rebuild;
    private final NodeId node;
    private final LongConsumer progress;
    private final OperationEnvelope envelope = new OperationEnvelope();
    private final Map<Origin, Origin> origins = new HashMap<>();
    private Origin last;
    private long operations;
    /** NOOP records that stand for no missing operation yet. */
    private long noops;

    private long skipped;
    private long skippable;
    private long bytes;
    private long lastSequence;
    private long lastTimestamp;

    /** Whether to stop before the first record that has to do with another node, once. */
    private boolean pauses;

    /** The sequence of the record that it has stopped before, and that is to be visited again; 0 if it has not. */
    private long pausedAt;

    /**
     * Begins a replay.
     *
     * @param versions what to apply to
     * @param progress is told how many records are done, after each
     */
    Replay(Versions versions, LongConsumer progress) {
        this.versions = versions;
        this.rebuild = versions.rebuild();
        this.node = versions.self().node();
        this.progress = progress;
        this.last = versions.self();
        origins.put(last, last);
    }

    /**
     * Applies the records of a log from a sequence on.
     *
     * <p>It stops before the first record that makes the store remember removals: what was decided from there on may rest on removals
     * before it, which are brought back first.
     */
    void run(RecordSource records, long from) {
        pauses = !rebuild.keepsRemovals();
        records.read(from, this);
        if (pausedAt > 0) {
            Revival.run(records, versions, pausedAt);
            records.read(pausedAt, this);
        }
    }

    long operations() {
        return operations;
    }

    long skipped() {
        return skipped;
    }

    /** How many records were passed over that a checkpoint carries on. */
    long skippable() {
        return skippable;
    }

    /** The bytes of all payloads. */
    long bytes() {
        return bytes;
    }

    /** The last sequence, 0 if there was none. */
    long lastSequence() {
        return lastSequence;
    }

    /** The latest timestamp, packed; 0 if there was none. */
    long lastTimestamp() {
        return lastTimestamp;
    }

    @Override
    public boolean visit(
            long sequence,
            int typeCode,
            WalRecordStatus status,
            long timestamp,
            byte[] buffer,
            int offset,
            int length) {
        boolean operation = OperationType.isOperation(typeCode);
        if (operation) {
            read(envelope, sequence, typeCode, timestamp, buffer, offset, length);
        }
        if (pauses && (operation ? !envelope.isLocal() || envelope.isSurvivor() : ofOthers(typeCode))) {
            pauses = false;
            pausedAt = sequence;
            return false;
        }
        lastSequence = sequence;
        if (HybridTimestamp.comparePacked(timestamp, lastTimestamp) > 0) {
            lastTimestamp = timestamp;
        }
        bytes += length;
        if (operation) {
            apply(sequence);
            operations++;
        } else if (typeCode == WalRecordType.HELD.code()) {
            rebuild.keepRemovals();
            rebuild.raised(Raise.read(sequence, buffer, offset, length), sequence);
            skipped++;
        } else if (typeCode == WalRecordType.EPOCH.code()) {
            rebuild.keepRemovals();
            rebuild.renewed(Renewal.read(sequence, buffer, offset, length), sequence);
            skipped++;
        } else {
            WalRecordType.requireUnderstood(sequence, typeCode);
            noops += typeCode == WalRecordType.NOOP.code() ? 1 : 0;
            skippable += WalRecordType.isSkippable(typeCode) ? 1 : 0;
            if (Replication.isNote(typeCode)) {
                rebuild.keepRemovals();
            }
            skipped++;
        }
        progress.accept(operations + skipped);
        return true;
    }

    private static boolean ofOthers(int typeCode) {
        return typeCode == WalRecordType.HELD.code()
                || typeCode == WalRecordType.EPOCH.code()
                || Replication.isNote(typeCode);
    }

    private void apply(long sequence) {
        Origin origin = origin();
        if (envelope.isLocal() && !envelope.isSurvivor()) {
            requireNoGap(sequence, origin);
        } else {
            rebuild.keepRemovals();
        }
        byte[] key = envelope.body().key().bytes();
        Stored written =
                new Stored(envelope.body().value(), envelope.version(), envelope.stamp(), origin, envelope.counter());
        if (envelope.effect() == Effect.WON && envelope.outcome().equals(Outcome.NONE)) {
            written.sequence = sequence;
            // The version is the writer's.
            rebuild.apply(key, written, hadValue(envelope.body().type(), key));
        } else if (Recorded.hasLeftSomething(envelope.effect(), envelope.outcome())) {
            Stored standing = rebuild.standing(key);
            Stored left = Recorded.left(sequence, envelope.effect(), envelope.outcome(), written, standing);
            left.sequence = sequence;
            rebuild.apply(key, left, Stored.live(standing) != null);
        }
        if (envelope.isSurvivor()) {
            rebuild.survived(origin, sequence);
        } else {
            rebuild.recovered(origin, envelope.counter(), sequence);
        }
    }

    /**
     * Whether a key had a value before the operation that was read. The type says so, but for a removal in a log that has had to
     * do with another node: that may be of a key without a value here.
     */
    private boolean hadValue(OperationType type, byte[] key) {
        return switch (type) {
            case PUT -> false;
            case UPDATE -> true;
            case DELETE -> !rebuild.keepsRemovals() || Stored.live(rebuild.standing(key)) != null;
        };
    }

    /** The origin of the operation that was read; one object for all that are equal. */
    private Origin origin() {
        if (!envelope.isLocal()
                || last.epoch() != envelope.epoch()
                || !last.node().equals(node)) {
            last = origins.computeIfAbsent(envelope.origin(node), origin -> origin);
        }
        return last;
    }

    /**
     * Refuses a log in which an operation of its own is missing. A repair says that it is: it has put a NOOP record in the place
     * of each that was lost.
     */
    private void requireNoGap(long sequence, Origin origin) {
        long before = rebuild.recoveredCounter(origin);
        long missing = envelope.counter() - before - 1;
        if (missing > 0 && missing <= noops) {
            noops -= missing;
        } else if (missing != 0) {
            throw new SoftadastraException(SoftadastraError.of(
                    ErrorCode.CORRUPTION,
                    "corrupted WAL record at sequence " + sequence + ": operation " + envelope.counter() + " of "
                            + origin + " follows operation " + before));
        }
    }

    /** Reads an operation, or refuses it by its sequence. */
    static void read(
            OperationEnvelope envelope,
            long sequence,
            int typeCode,
            long timestamp,
            byte[] buffer,
            int offset,
            int length) {
        try {
            envelope.read(typeCode, timestamp, buffer, offset, length);
        } catch (MalformedDataException e) {
            throw new SoftadastraException(e.toError("failed to decode operation at sequence " + sequence));
        } catch (SoftadastraException e) {
            throw e.error().withContext("at sequence " + sequence).toException();
        }
    }
}

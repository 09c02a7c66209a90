package softadastra.store;

import java.util.Objects;
import java.util.Optional;
import softadastra.core.ByteWriter;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.MalformedDataException;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;

/**
 * An operation as a log holds it: who wrote it, when, knowing what, and what came of it. This is all that replay and sync
 * need; {@link OperationEnvelope} has its binary form.
 *
 * <p>The operations of all nodes are totally ordered by stamp, then origin, then counter.
 *
 * @param id who wrote it, and its number there
 * @param stamp when it was written, by the hybrid clock of its writer
 * @param version the version that its writer gave it: that of its key after it, or for a deletion the one that was removed; 1
 *     or more, but 0 is read for operations that lost
 * @param effect what it did where it is logged
 * @param context what its writer knew; empty in the log of its writer, where it is everything logged before
 * @param contextIsDelta whether {@code context} has only what changed since the operation before it of the same origin
 * @param operation what it does
 * @param outcome what came of it besides the effect, where it is logged
 */
@CheckReturnValue
public record OperationRecord(
        OperationId id,
        HybridTimestamp stamp,
        long version,
        Effect effect,
        Optional<CausalContext> context,
        boolean contextIsDelta,
        Operation operation,
        Outcome outcome) {

    private static final String FAILED = "failed to encode operation record: ";

    /**
     * Refuses null, and what no log may hold.
     *
     * @throws SoftadastraException INVALID_ARGUMENT if the version is below 1, for an operation that lost below 0; or the
     *     context is empty (so that the operation is local), and its effect is not {@link Effect#WON}, or it is said to be a delta;
     *     or effect and outcome do not go together
     */
    public OperationRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(stamp, "stamp");
        Objects.requireNonNull(effect, "effect");
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(outcome, "outcome");
        if (version < (effect == Effect.LOST ? 0 : 1)) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid operation record: version " + version + " of an operation that " + effect);
        }
        if (context.isEmpty() && (effect != Effect.WON || contextIsDelta)) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid operation record: a local operation has won, and has no context");
        }
        boolean local = context.isEmpty();
        if (!OutcomeCodec.agree(effect, outcome) || (local && !outcome.equals(Outcome.NONE))) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid operation record: " + effect + " with another effect's " + outcome);
        }
    }

    /**
     * A record of which there is nothing more to say than the effect does.
     *
     * @param id who wrote it, and its number there
     * @param stamp when it was written
     * @param version the version that its writer gave it
     * @param effect what it did where it is logged
     * @param context what its writer knew
     * @param contextIsDelta whether {@code context} has only what changed
     * @param operation what it does
     */
    public OperationRecord(
            OperationId id,
            HybridTimestamp stamp,
            long version,
            Effect effect,
            Optional<CausalContext> context,
            boolean contextIsDelta,
            Operation operation) {
        this(id, stamp, version, effect, context, contextIsDelta, operation, Outcome.NONE);
    }

    /**
     * An operation in the log of its writer.
     *
     * @param id who wrote it, and its number there
     * @param stamp when it was written
     * @param version the version of its key, 1 or more
     * @param operation what it does
     * @return the record
     */
    public static OperationRecord local(OperationId id, HybridTimestamp stamp, long version, Operation operation) {
        return new OperationRecord(id, stamp, version, Effect.WON, Optional.empty(), false, operation);
    }

    /**
     * An operation of another node.
     *
     * @param id who wrote it, and its number there
     * @param stamp when it was written
     * @param version the version that its writer gave it
     * @param effect what it did where it is logged
     * @param context what its writer knew, in full
     * @param operation what it does
     * @return the record
     */
    public static OperationRecord remote(
            OperationId id,
            HybridTimestamp stamp,
            long version,
            Effect effect,
            CausalContext context,
            Operation operation) {
        return new OperationRecord(id, stamp, version, effect, Optional.of(context), false, operation);
    }

    /**
     * Whether it is in the log of its writer.
     *
     * @return true where there is no context
     */
    public boolean isLocal() {
        return context.isEmpty();
    }

    /**
     * The code of the log records that hold it.
     *
     * @return the code
     */
    public int typeCode() {
        return operation.type().code();
    }

    /**
     * Encodes the record as the payload of a log record of {@link #typeCode()}.
     *
     * @param recordTimestamp the timestamp that the log record will have
     * @return the payload, or ENCODE_FAILED if key or value are none that a store takes
     */
    public Result<byte[]> encode(HybridTimestamp recordTimestamp) {
        Optional<String> problem = Limits.problemOf(operation);
        if (problem.isPresent()) {
            return Result.err(ErrorCode.ENCODE_FAILED, FAILED + problem.get());
        }
        ByteWriter out = new ByteWriter();
        OperationEnvelope.write(out, this, recordTimestamp.packed());
        return Result.ok(out.toByteArray());
    }

    /**
     * Decodes the payload of a log record. Strict: it has exactly one operation, of the type that the record says, in the one
     * encoding which that has.
     *
     * @param typeCode the log record's type code
     * @param recordTimestamp the log record's timestamp
     * @param payload the log record's payload
     * @param logNode the node that the log belongs to, which is the writer of the local operations in it
     * @return the record, or DECODE_FAILED naming the byte offset; UNSUPPORTED_VERSION if a newer release wrote it;
     *     UNSUPPORTED_OPERATION if the type code is no operation's
     */
    public static Result<OperationRecord> decode(
            int typeCode, HybridTimestamp recordTimestamp, byte[] payload, NodeId logNode) {
        if (!OperationType.isOperation(typeCode)) {
            return Result.err(
                    ErrorCode.UNSUPPORTED_OPERATION,
                    "unsupported operation: record type " + typeCode + " is no operation");
        }
        try {
            OperationEnvelope envelope = new OperationEnvelope();
            envelope.read(typeCode, recordTimestamp.packed(), payload, 0, payload.length);
            return Result.ok(envelope.toRecord(logNode));
        } catch (MalformedDataException e) {
            return Result.err(e.toError("failed to decode operation record"));
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        }
    }

    /** All that there is to say, the outcome only where it says something. */
    @Override
    public String toString() {
        String text = "OperationRecord[id=" + id + ", stamp=" + stamp + ", version=" + version + ", effect=" + effect
                + ", context=" + context + ", contextIsDelta=" + contextIsDelta + ", operation=" + operation;
        return text + (outcome.equals(Outcome.NONE) ? "]" : ", outcome=" + outcome + "]");
    }
}

package softadastra.store;

import java.util.Objects;
import java.util.Optional;
import softadastra.core.ByteWriter;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;

/**
 * Encodes operations into their binary form: the body alone, without identity and stamp, which {@link OperationRecord} puts
 * around it. {@link OperationDecoder} reads it back.
 */
public final class OperationEncoder {

    private OperationEncoder() {}

    /**
     * Encodes an operation. Each has one encoding, which opens for ever.
     *
     * @param operation the operation
     * @return its bytes, or ENCODE_FAILED if key or value are none that a store takes
     */
    @CheckReturnValue
    public static Result<byte[]> encode(Operation operation) {
        Objects.requireNonNull(operation, "operation");
        Optional<String> problem = Limits.problemOf(operation);
        if (problem.isPresent()) {
            return Result.err(ErrorCode.ENCODE_FAILED, "failed to encode operation: " + problem.get());
        }
        ByteWriter out = new ByteWriter();
        OperationBody.write(out, operation.type(), operation.key(), operation.valueBytes());
        return Result.ok(out.toByteArray());
    }
}

package softadastra.store;

import softadastra.core.ByteReader;
import softadastra.core.CheckReturnValue;
import softadastra.core.MalformedDataException;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;

/** Decodes what {@link OperationEncoder} encoded, and nothing else. */
public final class OperationDecoder {

    private OperationDecoder() {}

    /**
     * Decodes an operation. Strict: the bytes are exactly one operation in its one encoding, with nothing left over.
     *
     * @param bytes the binary form
     * @return the operation, or DECODE_FAILED naming the byte offset; UNSUPPORTED_VERSION if a newer release wrote it
     */
    @CheckReturnValue
    public static Result<Operation> decode(byte[] bytes) {
        try {
            OperationBody body = new OperationBody();
            body.read(new ByteReader(bytes));
            return Result.ok(body.toOperation());
        } catch (MalformedDataException e) {
            return Result.err(e.toError("failed to decode operation"));
        } catch (SoftadastraException e) {
            return Result.err(e.error());
        }
    }
}

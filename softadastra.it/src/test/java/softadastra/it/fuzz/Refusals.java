package softadastra.it.fuzz;

import java.util.Set;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;

/** The errors with which damaged bytes may be refused. An I/O error is none of them: the bytes could be read. */
final class Refusals {

    private static final Set<ErrorCode> EXPECTED = Set.of(
            ErrorCode.CORRUPTION,
            ErrorCode.DECODE_FAILED,
            ErrorCode.UNSUPPORTED_VERSION,
            ErrorCode.UNSUPPORTED_OPERATION,
            ErrorCode.NOT_FOUND,
            ErrorCode.INVALID_ARGUMENT,
            ErrorCode.PROVIDER_MISMATCH,
            ErrorCode.PROVIDER_MISSING,
            ErrorCode.HISTORY_GONE,
            ErrorCode.WRONG_NODE);

    private Refusals() {}

    /** Fails if that is no way to refuse bytes. */
    static void requireExpected(SoftadastraError error) {
        if (!EXPECTED.contains(error.code()) || error.message().isEmpty()) {
            throw new AssertionError("refused with " + error.code() + ": " + error.message());
        }
    }
}

package softadastra.store;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;

/**
 * The first failure that leaves open what the log holds. From then on a store is read-only until it is opened again: reads
 * go on with what was applied, and every write is refused with what happened.
 */
final class LogFailure {

    private static final String READ_ONLY = "the store is read-only since then: close it, and open it again";

    private final AtomicReference<@Nullable SoftadastraError> first = new AtomicReference<>();

    /** Notes a failure; the first one counts. */
    void set(Throwable thrown) {
        SoftadastraError error = thrown instanceof SoftadastraException known
                ? known.error()
                : SoftadastraError.of(ErrorCode.IO_ERROR, "failed to write to the store: " + thrown, thrown);
        first.compareAndSet(null, error.code() == ErrorCode.INDETERMINATE ? determinate(error) : error);
    }

    /** A write that is refused later is not indeterminate: the log never got it. */
    private static SoftadastraError determinate(SoftadastraError error) {
        ErrorCode code = error.cause() instanceof SoftadastraException known ? known.code() : ErrorCode.IO_ERROR;
        return SoftadastraError.of(code, error.message(), error.cause());
    }

    /** Refuses a write if there was a failure. */
    void refuseWrites() {
        SoftadastraError error = first.get();
        if (error != null) {
            throw error.withContext(READ_ONLY).toException();
        }
    }

    /** What a write is answered that the log had taken when it failed: nobody knows whether it is there after a reopen. */
    static SoftadastraException indeterminate(SoftadastraException e) {
        if (e.code() == ErrorCode.INDETERMINATE) {
            return e;
        }
        return SoftadastraError.of(ErrorCode.INDETERMINATE, e.error().message(), e)
                .withContext("whether the write is kept shows when the store is opened again")
                .toException();
    }
}

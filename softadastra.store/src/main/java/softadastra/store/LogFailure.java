package softadastra.store;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalLog;

/**
 * The first failure that leaves open what the log holds. From then on a store is read-only until it is opened again: reads
 * go on with what was applied, and every write is refused with what happened.
 */
final class LogFailure {

    private static final String READ_ONLY = "the store is read-only since then: close it, and open it again";

    private final AtomicReference<@Nullable SoftadastraError> first = new AtomicReference<>();

    /**
     * Notes a failure; the first one counts.
     *
     * @param thrown what a call of the log ended with
     * @param log the log, which knows best why it takes nothing more
     */
    void set(Throwable thrown, WalLog log) {
        if (first.get() == null) {
            first.compareAndSet(null, reason(thrown, log));
        }
    }

    /** Later writes are refused without the log having got them, so they are not indeterminate. */
    private static SoftadastraError reason(Throwable thrown, WalLog log) {
        if (thrown instanceof SoftadastraException known && known.code() != ErrorCode.INDETERMINATE) {
            return known.error();
        }
        try {
            log.flush();
        } catch (SoftadastraException refusal) {
            if (refusal.code() != ErrorCode.INDETERMINATE) {
                return refusal.error();
            }
        } catch (RuntimeException | Error e) {
            return unexplained(thrown);
        }
        return unexplained(thrown);
    }

    private static SoftadastraError unexplained(Throwable thrown) {
        return thrown instanceof SoftadastraException known
                ? SoftadastraError.of(ErrorCode.IO_ERROR, known.error().message(), known)
                : SoftadastraError.of(ErrorCode.IO_ERROR, "failed to write to the store: " + thrown, thrown);
    }

    /** Refuses a write if there was a failure. */
    void refuseWrites() {
        SoftadastraError error = told().orElse(null);
        if (error != null) {
            throw error.toException();
        }
    }

    /** What a write is refused with; empty while there was no failure. */
    Optional<SoftadastraError> told() {
        SoftadastraError error = first.get();
        if (error == null) {
            return Optional.empty();
        }
        String context = error.context().isEmpty() ? READ_ONLY : error.context() + "; " + READ_ONLY;
        return Optional.of(error.withContext(context));
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

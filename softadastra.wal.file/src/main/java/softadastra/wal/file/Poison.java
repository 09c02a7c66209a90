package softadastra.wal.file;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.storage.StorageErrors;

/**
 * The failure that ended a log, once there is one.
 *
 * <p>After a failed write or force nobody knows what reached the disk, and trying again would prove nothing: the kernel may
 * have marked the pages clean. So the first failure stays, what was under way is indeterminate, and everything later is
 * refused until the log is recovered or opened again, which verifies it anew. Guarded by its log's lock.
 */
final class Poison {

    private final String log;
    private @Nullable Throwable cause;
    private String operation = "";

    /** The poison of a log; its name is for who watches. */
    Poison(String log) {
        this.log = log;
    }

    boolean isSet() {
        return cause != null;
    }

    /** Takes note of a failure; the first one stays. Without fail, also where there is no memory left. */
    void set(String during, Throwable reason) {
        if (cause == null) {
            operation = during;
            cause = reason;
            tell();
        }
    }

    private void tell() {
        try {
            failure().ifPresent(error -> LogEvents.inUse().failed(log, error.display()));
        } catch (RuntimeException | Error e) {
            // Whoever watches can do without; whoever waits must be told.
        }
    }

    /** The failure, worded when it is asked for. */
    private Optional<SoftadastraError> failure() {
        return io().map(io -> StorageErrors.failed(operation, io));
    }

    private Optional<IOException> io() {
        Throwable reason = cause;
        if (reason == null) {
            return Optional.empty();
        }
        return Optional.of(reason instanceof IOException io ? io : new IOException(reason.toString(), reason));
    }

    /** Refuses what was under way when the log failed. */
    void refusePending() {
        // Each append comes by here, and what follows leaves something to the collector.
        if (cause == null) {
            return;
        }
        failure().ifPresent(error -> {
            throw SoftadastraError.of(ErrorCode.INDETERMINATE, error.message())
                    .withContext(error.context()
                            + "; whether the record is in the log is known once it is recovered or opened again")
                    .withCause(error.cause())
                    .toException();
        });
    }

    /** Refuses what comes after the failure. */
    void refuseNew(String refused) {
        if (cause == null) {
            return;
        }
        SoftadastraError error = failure().orElseThrow();
        throw StorageErrors.failed(refused, io().orElseThrow())
                .withContext("the log takes nothing since it " + error.message() + " (" + error.context()
                        + "); recover it, or open it again")
                .toException();
    }

    /** The failure itself, for {@code close}, which hides nothing. */
    void rethrow() {
        failure().ifPresent(error -> {
            throw error.toException();
        });
    }
}

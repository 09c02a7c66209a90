package softadastra.wal.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.storage.StorageErrors;

/**
 * The failure that ended a log, once there is one.
 *
 * <p>After a failed write or force nobody knows what reached the disk, and trying again would prove nothing: the kernel may
 * have marked the pages clean. So the first failure stays, what was under way is indeterminate, and everything later is
 * refused until the log is opened again, which verifies it anew. Guarded by its log's lock.
 */
final class Poison {

    private final String log;
    private @Nullable IOException cause;
    private @Nullable SoftadastraError failure;

    /** The poison of a log; its name is for who watches. */
    Poison(String log) {
        this.log = log;
    }

    boolean isSet() {
        return failure != null;
    }

    /** Takes note of a failure; the first one stays. */
    void set(String operation, Throwable reason) {
        if (failure == null) {
            IOException io = reason instanceof IOException e ? e : new IOException(reason.toString(), reason);
            cause = io;
            SoftadastraError error = StorageErrors.failed(operation, io);
            failure = error;
            LogEvents.inUse().failed(log, error.display());
        }
    }

    /** Refuses what was under way when the log failed. */
    void refusePending() {
        SoftadastraError error = failure;
        if (error != null) {
            throw SoftadastraError.of(ErrorCode.INDETERMINATE, error.message())
                    .withContext(
                            error.context() + "; whether the record is in the log is known once it is opened again")
                    .withCause(error.cause())
                    .toException();
        }
    }

    /** Refuses what comes after the failure. */
    void refuseNew(String operation) {
        SoftadastraError error = failure;
        if (error != null && cause != null) {
            throw StorageErrors.failed(operation, cause)
                    .withContext("the log takes nothing since it " + error.message() + " (" + error.context()
                            + "); recover it, or open it again")
                    .toException();
        }
    }

    /** The failure itself, for {@code close}, which hides nothing. */
    void rethrow() {
        SoftadastraError error = failure;
        if (error != null) {
            throw new SoftadastraException(error);
        }
    }
}

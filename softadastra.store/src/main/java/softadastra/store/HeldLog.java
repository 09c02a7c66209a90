package softadastra.store;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.Wal;

/**
 * The log that a store stands on.
 *
 * @param wal the log
 * @param owned whether the store has opened it, and closes it
 */
record HeldLog(Wal wal, boolean owned) {

    /** Runs what opens a store on it; where that fails, the log is not left open. */
    @CheckReturnValue
    Result<StoreEngine> opening(Supplier<Result<StoreEngine>> open) {
        try {
            Result<StoreEngine> store = open.get();
            if (store.isErr()) {
                closeAfter(store.error().cause());
            }
            return store;
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(@Nullable Throwable reason) {
        if (!owned) {
            return;
        }
        try {
            wal.close();
        } catch (RuntimeException e) {
            // The open has failed already, and its reason is the one to tell.
            if (reason != null) {
                reason.addSuppressed(e);
            }
        }
    }

    /** Flushes it, and closes it if it is owned. */
    void close(Commits commits) {
        if (owned) {
            wal.close();
            return;
        }
        try {
            wal.log().flush();
        } catch (SoftadastraException e) {
            // A log that its owner has closed already has been flushed.
            if (e.code() == ErrorCode.INVALID_STATE) {
                return;
            }
            throw e;
        }
        commits.requireSameGeneration();
    }
}

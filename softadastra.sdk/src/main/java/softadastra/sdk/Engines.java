package softadastra.sdk;

import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncListener;
import softadastra.wal.spi.WalConfig;

/**
 * What a client has open: a store, and the sync engine on it; opened and closed any number of times. Whatever is asked of them while
 * they are not open is answered INVALID_STATE "client is not open". Thread-safe.
 */
@CheckReturnValue
final class Engines implements AutoCloseable {

    private static final SoftadastraError NOT_OPEN = SoftadastraError.of(ErrorCode.INVALID_STATE, "client is not open");

    /** What one opening made; compared by identity, since they may be opened again. */
    static final class Open {
        final StoreEngine store;
        final SyncEngine sync;

        /** Whether nothing is left of it once it is closed. */
        private final boolean isVolatile;

        private Open(StoreEngine store, SyncEngine sync, boolean isVolatile) {
            this.store = store;
            this.sync = sync;
            this.isVolatile = isVolatile;
        }
    }

    /** Guards opening and closing; calls in between go without. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Set in a thread that tells a listener something: whoever closes may be waiting for that thread. */
    private final ThreadLocal<Boolean> telling = new ThreadLocal<>();

    private volatile @Nullable Open engines;

    /**
     * Opens them.
     *
     * @param needed what must be there of sync; looked for before the log is touched, so that nothing is left behind without it
     * @param sync opens the sync engine; the store is closed if it does not
     */
    Result<Unit> open(SyncConfig needed, StoreConfig config, Function<StoreEngine, Result<SyncEngine>> sync) {
        if (!lock()) {
            return Result.err(ErrorCode.INVALID_STATE, "client is being opened or closed by another thread");
        }
        try {
            if (engines != null) {
                return Result.err(ErrorCode.INVALID_STATE, "client is already open");
            }
            return needed.available()
                    .flatMap(ok -> StoreEngine.open(config))
                    .flatMap(store -> attach(store, sync, config.wal().medium() == WalConfig.Medium.VOLATILE));
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nobody else opens or closes; not within a listener, for which that one may wait: then false. */
    private boolean lock() {
        if (telling.get() != null) {
            return lock.tryLock();
        }
        lock.lock();
        return true;
    }

    /** The same listener, within which opening and closing wait for nobody. */
    SyncListener listener(SyncListener listener) {
        Objects.requireNonNull(listener, "listener");
        return event -> {
            boolean outermost = telling.get() == null;
            telling.set(true);
            try {
                listener.happened(event);
            } finally {
                if (outermost) {
                    telling.remove();
                }
            }
        };
    }

    private Result<Unit> attach(StoreEngine store, Function<StoreEngine, Result<SyncEngine>> sync, boolean isVolatile) {
        boolean attached = false;
        try {
            Result<Open> opened = sync.apply(store).map(engine -> new Open(store, engine, isVolatile));
            attached = opened.isOk();
            return opened.map(made -> {
                engines = made;
                return Unit.UNIT;
            });
        } finally {
            // Also if a transport or a discovery throws: nobody else could.
            if (!attached) {
                store.close();
            }
        }
    }

    boolean isOpen() {
        return engines != null;
    }

    /** Does something with them. */
    <T> Result<T> call(Function<Open, Result<T>> action) {
        Open open = engines;
        if (open == null) {
            return Result.err(NOT_OPEN);
        }
        Result<T> result;
        try {
            result = action.apply(open);
        } catch (SoftadastraException e) {
            result = Result.err(e.error());
        }
        return result.mapError(error -> seenBy(open, error));
    }

    /** Asks them something; an error is thrown. */
    <T> T ask(Function<Open, T> question) {
        return call(open -> Result.ok(question.apply(open))).orElseThrow();
    }

    /** A call that the closing overtook is told that, and not which part beneath noticed first. */
    private SoftadastraError seenBy(Open open, SoftadastraError error) {
        return error.code() == ErrorCode.INVALID_STATE && engines != open ? NOT_OPEN : error;
    }

    /** Closes them; those that are not open stay so. */
    @Override
    public void close() {
        if (!lock()) {
            // Whoever is at it goes on once the listener returns.
            return;
        }
        try {
            Open open = engines;
            if (open != null) {
                engines = null;
                // The step that sync is at needs the store.
                try {
                    closeSync(open);
                } finally {
                    open.store.close();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static void closeSync(Open open) {
        try {
            if (open.isVolatile) {
                // Nobody is to wait for what never comes back; who is not told until sync is closed finds out.
                Result<Unit> unused = open.sync.leave();
            }
        } finally {
            open.sync.close();
        }
    }
}

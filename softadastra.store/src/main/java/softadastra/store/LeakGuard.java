package softadastra.store;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Reports a store that became unreachable while it was open: its last writes may not have been flushed, and its log stays
 * locked until the process ends.
 *
 * <p>The guard must not refer to the store, or the store would never become unreachable.
 */
final class LeakGuard implements AutoCloseable {

    /** One thread for all stores; it holds on to none of them. */
    private static final Cleaner CLEANER = Cleaner.create();

    private final Cleaner.Cleanable cleanable;
    private final AtomicBoolean closed;

    /**
     * Watches a store until it is closed.
     *
     * @param store the store
     * @param report gets the message, once, on a thread of its own; must not refer to the store
     * @param message what to report; must not refer to the store
     */
    LeakGuard(Object store, Consumer<String> report, String message) {
        AtomicBoolean flag = new AtomicBoolean();
        this.closed = flag;
        this.cleanable = CLEANER.register(store, () -> {
            if (!flag.get()) {
                report.accept(message);
            }
        });
    }

    /** Reports through the platform's logging, as a warning. */
    static Consumer<String> log() {
        return message -> System.getLogger("softadastra.store").log(System.Logger.Level.WARNING, message);
    }

    /** The store was closed: there is nothing to report. */
    @Override
    public void close() {
        closed.set(true);
        cleanable.clean();
    }
}

package softadastra.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import softadastra.core.SoftadastraException;

/**
 * The threads of a store that {@link AlteredClasses} has not started: what they would do is done when the test says so, on the
 * test's own thread, up to where they would wait. So a run comes again from its seed.
 *
 * <p>One for each thread that tests.
 */
final class HeldThreads {

    /** Is thrown where a held thread would wait; neither an exception nor an error, so that nobody takes it for a failure. */
    static final class Waits extends Throwable {
        private static final long serialVersionUID = 1;

        Waits() {
            super("waits", null, false, false);
        }
    }

    private static final ThreadLocal<HeldThreads> CURRENT = ThreadLocal.withInitial(HeldThreads::new);

    private @Nullable Thread loader;
    private @Nullable Thread async;
    private @Nullable Thread checkpoints;
    private final List<Watcher> watchers = new ArrayList<>();

    /** What others do once a checkpoint has begun, and while it is written. */
    private Runnable onceBegun = () -> {};

    private Runnable whileWritten = () -> {};

    private HeldThreads() {}

    /** Those of the store that is open. */
    static HeldThreads current() {
        return CURRENT.get();
    }

    /** Forgets all: the store was closed. */
    void clear() {
        loader = null;
        async = null;
        checkpoints = null;
        watchers.clear();
        meanwhile(() -> {}, () -> {});
    }

    /** In place of starting a thread that loads a checkpoint. */
    static void holdLoader(Thread thread) {
        current().loader = thread;
    }

    /** In place of starting the thread that answers for writes nobody waits for. */
    static void holdAsync(Thread thread) {
        current().async = thread;
    }

    /** In place of starting the thread that writes checkpoints. */
    static void holdCheckpoints(Thread thread) {
        current().checkpoints = thread;
    }

    /** In place of starting a watch's thread. */
    static void holdWatcher(Watcher watcher) {
        current().watchers.add(watcher);
    }

    /** In place of waiting. */
    static void waits(Condition condition) {
        HeldThreads.<RuntimeException>unchecked(new Waits());
    }

    /** In place of parking. */
    static void waits(Object blocker) {
        HeldThreads.<RuntimeException>unchecked(new Waits());
    }

    @SuppressWarnings("unchecked") // so that it need not be declared where it is thrown
    private static <T extends Throwable> void unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Whether there is nothing left to load. */
    boolean isLoaded() {
        return loader == null;
    }

    /** In place of the warnings of the store. */
    static Consumer<String> noWarnings() {
        return warning -> {};
    }

    /** Loads the checkpoint, if that is yet to be done; whether there was anything to do. */
    boolean load() {
        Thread held = loader;
        loader = null;
        run(held);
        return held != null;
    }

    /** Answers for the writes that nobody waits for. */
    void answer() {
        run(async);
    }

    /** Sets what others do once the next checkpoint has begun, and while it is written. */
    void meanwhile(Runnable begun, Runnable written) {
        onceBegun = begun;
        whileWritten = written;
    }

    /** In place of what a checkpoint does once it has begun. */
    static long awaitAdded(Commits commits, long sequence) {
        Runnable others = current().onceBegun;
        current().onceBegun = () -> {};
        others.run();
        return commits.awaitAdded(sequence);
    }

    /** A checkpoint is being written. */
    static void writing() {
        Runnable others = current().whileWritten;
        current().whileWritten = () -> {};
        others.run();
    }

    /** Writes the checkpoints that are due. */
    void writeCheckpoints() {
        if (checkpoints != null) {
            // It would wait for that.
            boolean unused = load();
            run(checkpoints);
        }
    }

    @SuppressWarnings("DoNotCall") // on this thread is where it is to be done
    private static void run(@Nullable Thread held) {
        if (held != null) {
            try {
                held.run();
            } catch (Throwable e) {
                requireWaits(e);
            }
        }
    }

    private static void requireWaits(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        if (!(e instanceof Waits)) {
            throw new AssertionError(e);
        }
    }

    /** Has the watches tell what there is to be told. */
    void tell() {
        for (Watcher watcher : List.copyOf(watchers)) {
            tell(watcher);
        }
    }

    /** What {@link Watcher#run} does, which must not end where it would wait. */
    private static void tell(Watcher watcher) {
        try {
            while (!(boolean) call(watcher, "isEnded")) {
                call(watcher, "step");
            }
            watcher.run();
        } catch (SoftadastraException e) {
            watcher.end(e.error());
            watcher.run();
        } catch (Throwable e) {
            requireWaits(e);
        }
    }

    private static Object call(Watcher watcher, String name) throws Throwable {
        Method method = Watcher.class.getDeclaredMethod(name);
        method.setAccessible(true);
        try {
            return method.invoke(watcher);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}

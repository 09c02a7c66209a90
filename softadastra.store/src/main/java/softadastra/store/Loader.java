package softadastra.store;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the entries of a checkpoint into the index, block by block, on a daemon thread of its own, while the store is in use. It
 * takes the writers' lock for a few entries at a time.
 */
final class Loader implements Runnable {

    private static final int AT_ONCE = 32;

    private final Versions versions;
    private final Base base;
    private final Lock writers;
    private final Consumer<Throwable> failed;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    /**
     * Makes a loader.
     *
     * @param failed gets what ended it, if it cannot go on: damage, or an error of the disk
     */
    private Loader(Versions versions, Base base, Lock writers, Consumer<Throwable> failed) {
        this.versions = versions;
        this.base = base;
        this.writers = writers;
        this.failed = failed;
    }

    /** Begins to load, if there is anything to load; null if not. */
    static @Nullable Loader start(Versions versions, Lock writers, Consumer<Throwable> failed) {
        Unloaded rest = versions.unloaded();
        if (rest == null) {
            return null;
        }
        Loader loader = new Loader(versions, rest.base(), writers, failed);
        Thread thread = new Thread(loader, "softadastra-store-load");
        thread.setDaemon(true);
        thread.start();
        return loader;
    }

    @Override
    public void run() {
        try {
            for (int block = 0; block < base.blocks() && !stopped; block++) {
                load(base.block(block));
            }
            if (!stopped) {
                under(versions::loaded);
            }
        } catch (RuntimeException | Error e) {
            if (!stopped) {
                failure = e;
                failed.accept(e);
            }
        } finally {
            ended.countDown();
        }
    }

    private void load(Base.Entries block) {
        boolean[] more = {true};
        while (more[0] && !stopped) {
            under(() -> more[0] = versions.rebuild().load(block, AT_ONCE));
        }
    }

    private void under(Runnable step) {
        writers.lock();
        try {
            step.run();
        } finally {
            writers.unlock();
        }
    }

    /** Waits until it has ended, whether or not it loaded everything. */
    void await() throws InterruptedException {
        ended.await();
    }

    /** What ended it before everything was loaded, null if nothing did. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Has it end, and waits for that. */
    void stop() {
        stopped = true;
        boolean interrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

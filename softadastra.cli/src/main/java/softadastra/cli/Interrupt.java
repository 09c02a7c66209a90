package softadastra.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets long work end in order when the process is told to stop: the thread that does it is interrupted, and the process waits
 * for it, though not for ever.
 */
final class Interrupt implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean came;

    private Interrupt(Thread worker) {
        this.hook = new Thread(() -> stop(worker), "softadastra-stop");
    }

    /** Begins to wait for the process to be stopped. */
    static Interrupt of(Thread worker) {
        Interrupt interrupt = new Interrupt(worker);
        Runtime.getRuntime().addShutdownHook(interrupt.hook);
        return interrupt;
    }

    private void stop(Thread worker) {
        came = true;
        worker.interrupt();
        try {
            boolean unused = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process is being stopped. */
    boolean came() {
        return came;
    }

    /** The work has ended. */
    @Override
    public void close() {
        done.countDown();
        if (!came) {
            try {
                boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // It is being stopped just now, and the hook has nothing left to wait for.
                came = true;
            }
        }
    }
}

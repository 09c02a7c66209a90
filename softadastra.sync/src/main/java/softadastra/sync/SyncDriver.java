package softadastra.sync;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A thread that does one step after the other for as long as there is something to do, and then sleeps until there is: a local write,
 * a message, or the time to send something again.
 */
final class SyncDriver implements Runnable {

    private final LongSupplier step;
    private final BooleanSupplier behind;
    private final Thread thread = new Thread(this, "softadastra-sync");
    private volatile boolean pending;
    private volatile boolean written;
    private volatile boolean waiting;
    private volatile boolean stopped;

    /**
     * Makes a driver.
     *
     * @param step does a step, and answers in nanoseconds how long to sleep at most; negative to end
     * @param behind whether something was written that no step has seen
     */
    SyncDriver(LongSupplier step, BooleanSupplier behind) {
        this.step = step;
        this.behind = behind;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** There may be something to do. Returns at once. */
    void signal() {
        pending = true;
        wake();
    }

    /** Something was written, by a step maybe, and then there may be nothing to do. Returns at once. */
    void written() {
        written = true;
        wake();
    }

    private void wake() {
        if (waiting) {
            LockSupport.unpark(thread);
        }
    }

    /** Ends it, and waits until the step it is at has ended; unless that is the caller. */
    void stop() {
        stopped = true;
        signal();
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isRunning() {
        return thread.isAlive() && !stopped;
    }

    @Override
    public void run() {
        while (!stopped) {
            pending = false;
            written = false;
            long nanos = step.getAsLong();
            if (nanos < 0) {
                return;
            }
            // What was signalled since the step began is not slept over: whoever signals says so first, and looks
            // whether it sleeps then. So does who writes, once it is visible: what it is behind is looked at last.
            waiting = true;
            // An interrupt, which only a listener can have left here, would have it never sleep again.
            boolean unused = Thread.interrupted();
            if (!pending && !stopped && nanos > 0 && !(written && behind.getAsBoolean())) {
                LockSupport.parkNanos(this, nanos);
            }
            waiting = false;
        }
    }
}

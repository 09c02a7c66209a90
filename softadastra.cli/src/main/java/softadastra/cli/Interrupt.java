package softadastra.cli;

import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets long work end in order when the process is told to stop: the thread that does it is interrupted, and the process waits
 * for it, though not for ever.
 */
final class Interrupt implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;
    private static final long PATIENCE_TO_END_SECONDS = 60;

    private final CountDownLatch done = new CountDownLatch(1);
    private final long patienceSeconds;
    private final Thread hook;
    private volatile boolean came;
    private volatile OptionalInt exit = OptionalInt.empty();

    private Interrupt(Thread worker, long patienceSeconds) {
        this.patienceSeconds = patienceSeconds;
        this.hook = new Thread(() -> stop(worker), "softadastra-stop");
    }

    /** Begins to wait for the process to be stopped. */
    static Interrupt of(Thread worker) {
        return begin(new Interrupt(worker, PATIENCE_SECONDS));
    }

    /** As {@link #of}, for work whose regular end it is to be stopped: see {@link #exit}. */
    static Interrupt endingWith(Thread worker) {
        return begin(new Interrupt(worker, PATIENCE_TO_END_SECONDS));
    }

    private static Interrupt begin(Interrupt interrupt) {
        Runtime.getRuntime().addShutdownHook(interrupt.hook);
        return interrupt;
    }

    /** The exit code of the process, in place of the one that says which signal has stopped it. */
    void exit(int code) {
        exit = OptionalInt.of(code);
    }

    private void stop(Thread worker) {
        came = true;
        worker.interrupt();
        try {
            if (done.await(patienceSeconds, TimeUnit.SECONDS) && exit.isPresent()) {
                // Nothing else sets the code of a process that is being stopped.
                Runtime.getRuntime().halt(exit.getAsInt());
            }
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

package softadastra.wal.file;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that waits for its records to be durable, parked by itself, so that it goes on without the log's lock.
 *
 * <p>Whoever releases many wakes one of them, and each wakes two more as it goes. So all processors share the waking, and
 * nobody who has work to do wakes everybody first.
 */
final class GroupWaiter {

    private final Thread thread = Thread.currentThread();
    private final long patience;

    /** Those that are released together, and where this one stands; written before {@link #released}. */
    private List<GroupWaiter> together = List.of();

    private int place;
    private volatile boolean released;

    /**
     * The calling thread.
     *
     * @param patience how many nanoseconds it waits at most; 0 for as long as it takes
     */
    GroupWaiter(long patience) {
        this.patience = patience;
    }

    /**
     * Waits until it is released, or its patience or an interrupt ends the wait; only one with patience is interrupted.
     *
     * @return whether it was released
     */
    boolean await() {
        if (patience == 0) {
            awaitRelease();
            return true;
        }
        long start = System.nanoTime();
        long left = patience;
        while (!released) {
            if (left <= 0 || thread.isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(this, left);
            left = patience - (System.nanoTime() - start);
        }
        wakeNext();
        return true;
    }

    /** Waits until it is released. */
    void awaitRelease() {
        boolean interrupted = false;
        while (!released) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            thread.interrupt();
        }
        wakeNext();
    }

    private void wakeNext() {
        for (int next = 2 * place + 1; next <= 2 * place + 2 && next < together.size(); next++) {
            LockSupport.unpark(together.get(next).thread);
        }
    }

    boolean isReleased() {
        return released;
    }

    /** Releases this one. */
    void release() {
        released = true;
        LockSupport.unpark(thread);
    }

    /** Releases several, which then wake each other by this list. */
    static void releaseAll(List<GroupWaiter> waiters) {
        // From the last to the first: one that happens to be awake may wake the next ones as soon as it is released,
        // and they
        // would park again, for ever, if they were not released by then.
        for (int i = waiters.size() - 1; i >= 0; i--) {
            GroupWaiter waiter = waiters.get(i);
            waiter.together = waiters;
            waiter.place = i;
            waiter.released = true;
        }
        if (!waiters.isEmpty()) {
            LockSupport.unpark(waiters.get(0).thread);
        }
    }
}

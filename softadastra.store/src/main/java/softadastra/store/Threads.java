package softadastra.store;

/** What the JDK has no one call for. */
final class Threads {

    private Threads() {}

    /** Waits until a thread has ended; an interrupt meanwhile is left for the caller to find. */
    static void join(Thread thread) {
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
}

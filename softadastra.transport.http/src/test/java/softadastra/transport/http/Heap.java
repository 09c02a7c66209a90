package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.TimeUnit;

/** How much more of the heap is held than when this was made. */
final class Heap {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final long before = used();

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Looks until it is less than that: what was made between a collection and a look is nobody's, and what is held stays. */
    void awaitGrowthBelow(long bytes) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        long growth = used() - before;
        while (growth >= bytes) {
            if (System.nanoTime() - end > 0) {
                fail("memory grew by " + growth + " bytes");
            }
            Thread.sleep(100);
            growth = used() - before;
        }
    }
}

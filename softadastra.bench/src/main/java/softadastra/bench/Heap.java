package softadastra.bench;

import java.lang.management.ManagementFactory;

/** What the heap holds. */
final class Heap {

    private Heap() {}

    /** Bytes of the heap that are in use, once everything unreachable is gone. */
    static long used() {
        // Twice: what the first collection finds unreachable may hold on to more.
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

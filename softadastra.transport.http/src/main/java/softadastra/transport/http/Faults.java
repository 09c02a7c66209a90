package softadastra.transport.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what was thrown that nobody expected, and reports the first of a kind: where the heap is too small for what comes, say, each try
 * ends so, and between two of them all looks well. Thread-safe.
 */
final class Faults {
    private final LongAdder count;
    private final BiConsumer<String, @Nullable Throwable> report;
    private final Set<Class<?>> reported = ConcurrentHashMap.newKeySet();

    /** {@code report} gets a message, and what was thrown where that says more. */
    Faults(LongAdder count, BiConsumer<String, @Nullable Throwable> report) {
        this.count = count;
        this.report = report;
    }

    /** Reports through the platform's logging, as warnings. */
    static BiConsumer<String, @Nullable Throwable> log() {
        return (message, thrown) ->
                System.getLogger("softadastra.transport.http").log(System.Logger.Level.WARNING, message, thrown);
    }

    /** Throws nothing. */
    void note(Throwable fault) {
        count.increment();
        try {
            if (reported.add(fault.getClass())) {
                boolean memory = fault instanceof OutOfMemoryError;
                report.accept(
                        memory
                                ? "out of memory: the heap is too small for a message on its way; it is tried again"
                                : "a fault in the HTTP transport, which goes on and only counts others of its kind: "
                                        + fault,
                        memory ? null : fault);
            }
        } catch (RuntimeException | Error e) {
            // It is counted; without memory there is none for a report either.
            count.increment();
        }
    }
}

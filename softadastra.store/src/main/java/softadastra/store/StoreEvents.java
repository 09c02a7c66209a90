package softadastra.store;

import java.util.Optional;

/**
 * Tells the Java Flight Recorder what a store does. Where the module {@code jdk.jfr} is not there, or not read by this one, nobody
 * is told: a trimmed image needs no flight recorder.
 */
abstract class StoreEvents {

    /** One thing that takes time: begun, and ended. */
    interface Span {

        /** Nothing is recorded. */
        Span NONE = (sequence, count, bytes) -> {};

        /** Ends it, with the sequence that it led to, and how many operations or entries and bytes it was about. */
        void end(long sequence, long count, long bytes);
    }

    private static final StoreEvents NONE = new StoreEvents() {};

    private static final boolean AVAILABLE = isAvailable();

    private static boolean isAvailable() {
        Optional<Module> recorder = ModuleLayer.boot().findModule("jdk.jfr");
        return recorder.isPresent() && StoreEvents.class.getModule().canRead(recorder.get());
    }

    /** Whoever is to be told now. */
    static StoreEvents inUse() {
        return AVAILABLE ? StoreFlightRecorder.inUse(NONE) : NONE;
    }

    /** Takes note of a store that is open from now on, for those that are told of each now and then. */
    static void opened(StoreEngine store) {
        if (AVAILABLE) {
            OpenStores.add(store);
        }
    }

    /** Whether somebody wants to know of commits. */
    boolean wantsCommits() {
        return false;
    }

    /** A write is decided, logged and made visible. */
    Span commit(String store) {
        return Span.NONE;
    }

    /** A checkpoint, or a backup, is written. */
    Span checkpoint(String store) {
        return Span.NONE;
    }

    /** A store was opened; its report has how long that took. */
    void recovered(String store, StoreRecovery report) {}
}

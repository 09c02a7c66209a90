package softadastra.wal.file;

import java.util.Optional;
import softadastra.wal.spi.WalRecovery;

/**
 * Tells the Java Flight Recorder what a log does. Where the module {@code jdk.jfr} is not there, or not read by this one, nobody
 * is told: a trimmed image needs no flight recorder.
 */
abstract class LogEvents {

    /** One thing that takes time: begun, and ended. */
    interface Span {

        /** Nothing is recorded. */
        Span NONE = (records, bytes) -> {};

        /** Ends it, with how many records and bytes it was about. */
        void end(long records, long bytes);
    }

    private static final LogEvents NONE = new LogEvents() {};

    private static final boolean AVAILABLE = isAvailable();

    private static boolean isAvailable() {
        Optional<Module> recorder = ModuleLayer.boot().findModule("jdk.jfr");
        return recorder.isPresent() && LogEvents.class.getModule().canRead(recorder.get());
    }

    /** Whoever is to be told now. */
    static LogEvents inUse() {
        return AVAILABLE ? FlightRecorderEvents.inUse(NONE) : NONE;
    }

    /** A group is written, and forced. */
    Span commit(String log) {
        return Span.NONE;
    }

    /** A segment is ended, and the next one started. */
    Span rotation(String log) {
        return Span.NONE;
    }

    /** A checkpoint is published. */
    Span checkpoint(String log) {
        return Span.NONE;
    }

    /** A log was opened or recovered; its report has how long that took. */
    void recovered(String log, WalRecovery report) {}

    /** A log has failed. */
    void failed(String log, String reason) {}
}

package softadastra.wal.spi;

import java.time.Duration;
import java.util.List;

/**
 * What opening a log found and did.
 *
 * @param mode the mode it ran in
 * @param created whether the log was made by this open
 * @param clean whether the log had been closed, so that all of it was proven durable
 * @param firstSequence the first sequence the log holds, 1 for an empty one
 * @param lastSequence the last one, 0 for a log that never held any
 * @param records how many records verified
 * @param bytes how many bytes were read and verified
 * @param tornBytes how many bytes of a torn tail were cut off and kept aside
 * @param findings what was found, in the order of the log; empty if nothing was wrong
 * @param duration how long it took
 */
public record WalRecovery(
        RecoveryMode mode,
        boolean created,
        boolean clean,
        long firstSequence,
        long lastSequence,
        long records,
        long bytes,
        long tornBytes,
        List<WalFinding> findings,
        Duration duration) {

    public WalRecovery {
        findings = List.copyOf(findings);
    }
}

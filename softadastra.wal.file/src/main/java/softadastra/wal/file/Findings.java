package softadastra.wal.file;

import java.util.Optional;
import java.util.OptionalLong;
import softadastra.core.ErrorCode;
import softadastra.core.Severity;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalFinding;

/** Words findings and errors about a log, always the same way. */
final class Findings {

    private Findings() {}

    /** Acknowledged data is damaged, or may be. */
    static WalFinding corruption(long sequence, String file, long offset, String reason) {
        return new WalFinding(
                Severity.ERROR,
                "corrupted WAL record at sequence " + sequence + " and at byte offset " + offset + " of " + file + ": "
                        + reason,
                OptionalLong.of(sequence),
                Optional.of(file),
                OptionalLong.of(offset),
                0);
    }

    /** A write that a crash cut short, and that nobody had been told was done. */
    static WalFinding tornTail(long sequence, String file, long offset, long bytes) {
        return new WalFinding(
                Severity.WARNING,
                "torn tail at byte offset " + offset + " of " + file + ": " + bytes
                        + " bytes of unacknowledged writes after sequence " + (sequence - 1) + ", cut short by a crash",
                OptionalLong.of(sequence),
                Optional.of(file),
                OptionalLong.of(offset),
                bytes);
    }

    /** Damage where nothing is stored. */
    static WalFinding unusedDamage(String file, long offset, long bytes) {
        return new WalFinding(
                Severity.WARNING,
                "damaged unused bytes at byte offset " + offset + " of " + file
                        + ": they are not what was written; no record is concerned",
                OptionalLong.empty(),
                Optional.of(file),
                OptionalLong.of(offset),
                bytes);
    }

    static SoftadastraException failure(ErrorCode code, String message) {
        return SoftadastraError.of(code, message).toException();
    }
}

package softadastra.wal.file;

import java.util.Optional;
import java.util.OptionalLong;
import softadastra.core.ErrorCode;
import softadastra.core.Severity;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.LostSequences;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalMarker;

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

    /** Damage that was found before it was known how far the records in front of it go: to a sequence. */
    static WalFinding behind(long last, WalFinding finding) {
        if (finding.severity() == Severity.WARNING || finding.sequence().orElse(Long.MAX_VALUE) > last) {
            return finding;
        }
        String said = "at sequence " + finding.sequence().getAsLong() + " ";
        return new WalFinding(
                finding.severity(),
                finding.message().replace(said, "at sequence " + (last + 1) + " "),
                OptionalLong.of(last + 1),
                finding.file(),
                finding.offset(),
                finding.length());
    }

    /** A checkpoint is damaged. */
    static WalFinding damagedCheckpoint(String file, long offset, String reason) {
        return new WalFinding(
                Severity.ERROR,
                "corrupted WAL checkpoint at byte offset " + offset + " of " + file + ": " + reason,
                OptionalLong.empty(),
                Optional.of(file),
                OptionalLong.of(offset),
                0);
    }

    /** Records were asked for that are no longer held. */
    static SoftadastraException historyGone(long from, long first) {
        return failure(
                ErrorCode.HISTORY_GONE,
                "failed to read WAL from sequence " + from + ": history is gone; the first sequence left is " + first);
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

    /** Records are lost, in or with bytes that do not verify. */
    static WalFinding hole(LostSequences lost, String file, long offset, long length, String reason) {
        boolean one = lost.count() == 1;
        return new WalFinding(
                Severity.ERROR,
                "corrupted WAL record at sequence " + lost.from() + " and at byte offset " + offset + " of " + file
                        + ": " + reason + "; " + (one ? "sequence " : "sequences ") + lost
                        + (one ? " is lost" : " are lost"),
                OptionalLong.of(lost.from()),
                one ? OptionalLong.empty() : lost.through(),
                Optional.of(file),
                OptionalLong.of(offset),
                length);
    }

    /** Records are missing that nobody had been told were there: a crash cut their write short, and not what was behind it. */
    static WalFinding tornHole(LostSequences lost, String file, long offset, long length) {
        return new WalFinding(
                Severity.WARNING,
                "torn write at byte offset " + offset + " of " + file + ", cut short by a crash; sequences " + lost
                        + ", which nobody was told were written, are not there",
                OptionalLong.of(lost.from()),
                lost.through(),
                Optional.of(file),
                OptionalLong.of(offset),
                length);
    }

    /** Bytes that do not verify, between records none of which is missing. */
    static WalFinding harmlessHole(String file, long offset, long length, String reason) {
        return new WalFinding(
                Severity.WARNING,
                "damaged bookkeeping at byte offset " + offset + " of " + file + ": " + reason + "; no record is lost",
                OptionalLong.empty(),
                Optional.of(file),
                OptionalLong.of(offset),
                length);
    }

    /** The file that says who the log is cannot be believed, or is not there. */
    static WalFinding markerDamage(String reason) {
        return new WalFinding(
                Severity.ERROR,
                "corrupted WAL marker " + WalMarker.FILE + ": " + reason
                        + "; who the log belongs to is not known from it",
                OptionalLong.empty(),
                Optional.of(WalMarker.FILE),
                OptionalLong.of(0),
                0);
    }

    /** A segment is read by the copy of its header. */
    static WalFinding headerFromCopy(String file) {
        return new WalFinding(
                Severity.WARNING,
                "damaged header at byte offset 0 of " + file + ": its copy is whole, and no record is lost",
                OptionalLong.empty(),
                Optional.of(file),
                OptionalLong.of(0),
                SegmentHeader.BYTES);
    }

    /** A newer release wrote a file. */
    static SoftadastraException unsupported(String file, String reason) {
        return failure(
                ErrorCode.UNSUPPORTED_VERSION,
                "unsupported WAL " + file + ": " + reason + "; open it with the release that wrote it");
    }

    static SoftadastraException failure(ErrorCode code, String message) {
        return SoftadastraError.of(code, message).toException();
    }
}

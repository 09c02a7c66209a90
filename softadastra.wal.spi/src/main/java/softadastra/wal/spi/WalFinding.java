package softadastra.wal.spi;

import java.util.Optional;
import java.util.OptionalLong;
import softadastra.core.ErrorCode;
import softadastra.core.Severity;
import softadastra.core.SoftadastraError;

/**
 * Something that a recovery or a verification came across.
 *
 * @param severity {@link Severity#WARNING} for what lost nothing that was acknowledged (a torn tail), {@link
 *     Severity#ERROR} for corruption
 * @param message what it is, in a sentence; corruption starts with {@code corrupted WAL record at sequence 42 and at byte
 *     offset 8192 of <segment>}, with whichever of the two is known
 * @param sequence the record's sequence, where known; of several, the first
 * @param lastSequence the last sequence concerned, where there are several and it is known
 * @param file the file, where there is one
 * @param offset the byte offset in the file, where known
 * @param length how many bytes are concerned, 0 where unknown
 */
public record WalFinding(
        Severity severity,
        String message,
        OptionalLong sequence,
        OptionalLong lastSequence,
        Optional<String> file,
        OptionalLong offset,
        long length) {

    /** A finding about one record, or none. */
    public WalFinding(
            Severity severity,
            String message,
            OptionalLong sequence,
            Optional<String> file,
            OptionalLong offset,
            long length) {
        this(severity, message, sequence, OptionalLong.empty(), file, offset, length);
    }

    /** This finding as the error that refuses an open. */
    public SoftadastraError toError() {
        return SoftadastraError.of(ErrorCode.CORRUPTION, message);
    }
}

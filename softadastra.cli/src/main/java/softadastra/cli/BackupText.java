package softadastra.cli;

import java.util.Optional;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.store.StoreBackup;

/** Tells of a copy of a store: a backup, or what was restored of one. */
final class BackupText {

    private BackupText() {}

    /** Prints what was copied, or fails with a hint on what to do about the place that the error is about. */
    static Integer print(Io io, String from, String to, Result<StoreBackup> answer) {
        io.clearProgress();
        if (answer.isErr()) {
            throw new CommandFailure(answer.error(), hint(answer.error(), from, to));
        }
        StoreBackup copy = answer.value();
        if (io.isJson()) {
            io.line(new JsonObject()
                    .put("from", from)
                    .put("to", to)
                    .put("nodeId", copy.identity().node().value())
                    .put("logId", copy.identity().logId().toString())
                    .put("entries", copy.entries())
                    .put("lastSequence", copy.sequence())
                    .put("bytes", copy.bytes()));
        } else {
            io.line("copied " + Texts.visible(from) + " to " + Texts.visible(to) + ": "
                    + Texts.count(copy.entries(), "entry", "entries") + " up to sequence " + copy.sequence() + ", "
                    + copy.bytes() + " bytes");
        }
        return ExitCode.OK;
    }

    private static Optional<String> hint(SoftadastraError error, String from, String to) {
        return switch (error.code()) {
            // What is damaged is what was read.
            case CORRUPTION -> Optional.of("softadastra --wal " + Texts.shellWord(from) + " wal repair");
            case NOT_FOUND -> error.context().isEmpty() ? Errors.hint(error, from) : Optional.empty();
            default -> Errors.hint(error, to);
        };
    }
}

package softadastra.cli;

import java.io.File;
import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalInspector.Repair;
import softadastra.wal.spi.WalInspector.Verification;
import softadastra.wal.spi.WalProgress;

/**
 * Copies a whole log that nobody has open to another place, as backup and restore do. It is verified before, so that a copy
 * never stands for a log that is still to be repaired, and read back after. The copy has the same node, and an epoch of its own.
 */
final class LogCopy {
    private final SoftadastraCommand root;
    private final String verb;
    private final WalProgress progress;

    /** What copies is called so in messages: {@code back up}. */
    LogCopy(SoftadastraCommand root, String verb) {
        this.root = root;
        this.verb = verb;
        Progress bar = new Progress(root.io());
        this.progress = (task, done, total) -> bar.progress(task.startsWith("repair") ? "copy" : "verify", done, total);
    }

    /** Copies from one path to another, and prints what was copied. */
    Integer copy(String from, String to) {
        requireFree(to);
        // A salvage looks at all of it, and at once refuses what somebody has open.
        WalInspector log = orFail(WalInspector.open(root.configOf(from).withRecovery(RecoveryMode.SALVAGE)), from);
        Verification found = orFail(log.verify(progress), from);
        if (found.corrupted()) {
            throw new CommandFailure(
                    SoftadastraError.of(
                            ErrorCode.CORRUPTION,
                            "failed to " + verb + " " + Texts.visible(from) + ": " + first(found)),
                    Optional.of("softadastra --wal " + Texts.shellWord(from) + " wal repair"));
        }
        found.findings().forEach(finding -> root.io().warning(finding.message()));
        root.io().outputMatters();
        Repair copied = orFail(log.repair(root.configOf(to), progress), to);
        root.io().clearProgress();
        print(from, to, copied);
        return ExitCode.OK;
    }

    private void requireFree(String to) {
        File target = new File(to);
        String[] names = target.list();
        if (target.exists() && (names == null || names.length > 0)) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    "failed to " + verb + " to " + Texts.visible(to)
                            + ": something is there, and nothing is ever written over; choose a new path");
        }
    }

    private static String first(Verification found) {
        return found.findings().stream()
                .filter(WalText::isError)
                .map(WalFinding::message)
                .findFirst()
                .orElseThrow();
    }

    private static <T> T orFail(Result<T> answer, String path) {
        if (answer.isErr()) {
            Optional<String> hint = answer.error().code() == ErrorCode.LOCKED
                    ? Optional.of("a log is copied while nobody has it open")
                    : Errors.hint(answer.error(), path);
            throw new CommandFailure(answer.error(), hint);
        }
        return answer.value();
    }

    private void print(String from, String to, Repair copied) {
        Io io = root.io();
        if (io.isJson()) {
            io.line(new JsonObject()
                    .put("from", from)
                    .put("to", to)
                    .put("nodeId", copied.identity().node().value())
                    .put("logId", copied.identity().logId().toString())
                    .put("records", copied.records())
                    .put("bytes", copied.bytes())
                    .put("firstSequence", copied.firstSequence())
                    .put("lastSequence", copied.lastSequence()));
        } else {
            io.line("copied " + Texts.visible(from) + " to " + Texts.visible(to) + ": "
                    + Texts.count(copied.records(), "record", "records") + " up to sequence " + copied.lastSequence()
                    + ", " + copied.bytes() + " bytes");
        }
    }
}

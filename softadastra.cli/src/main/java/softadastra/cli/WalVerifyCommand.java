package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.wal.spi.WalInspector.Verification;

/** {@code wal verify}: reads and verifies every byte of a log. */
@Command(
        name = "verify",
        description = {
            "Reads and verifies every byte of the log, and changes nothing.",
            "Exit code 4 if acknowledged records are damaged. A torn tail, which is a write that a crash cut short before it",
            "was acknowledged, is reported and is not damage: the next command that writes cuts it off."
        })
final class WalVerifyCommand extends Subcommand {

    @Option(names = "--recovery", paramLabel = "MODE", description = Salvaging.OPTION)
    private Optional<Salvaging> recovery = Optional.empty();

    WalVerifyCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Verification found = inspector(recovery).verify(new Progress(io())).orElseThrow();
        io().clearProgress();
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("result", result(found))
                    .put("records", found.records())
                    .put("bytes", found.bytes())
                    .put("lastSequence", found.lastSequence())
                    .put("durableSequence", found.durableSequence())
                    .put(
                            "findings",
                            found.findings().stream().map(WalText::json).toList()));
        } else {
            found.findings().forEach(finding -> io().line(WalText.line(finding)));
            io().line("records : " + found.records());
            io().line("bytes : " + found.bytes());
            io().line("last sequence : " + found.lastSequence());
            io().line("durable sequence : " + found.durableSequence());
            io().line("result : " + result(found));
        }
        if (found.corrupted()) {
            io().hint(root().command("wal repair"));
            return ExitCode.CORRUPTION;
        }
        return ExitCode.OK;
    }

    private static String result(Verification found) {
        if (found.corrupted()) {
            return "corrupted";
        }
        return found.findings().isEmpty() ? "ok" : "ok with warnings";
    }
}

package softadastra.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.wal.spi.LostSequences;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;

/** {@code wal repair}: writes a new log of what is left of a damaged one. */
@Command(
        name = "repair",
        description = {
            "Writes a new log beside this one, made of everything in it that verifies, and says what was lost. This log is only",
            "read. Lost sequences are filled with records that mean nothing, so that every other keeps its sequence; the new",
            "log has the same node, and an id and an epoch of its own.",
            "Exit code 0 if nothing that was acknowledged is missing in the new log, 4 if something is."
        })
final class WalRepairCommand extends Subcommand {

    @Option(
            names = "--to",
            paramLabel = "DIR",
            description = "Where the new log goes (default: the log's path with '.repaired'). It must not exist.")
    private Optional<String> to = Optional.empty();

    WalRepairCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        String target = to.orElseGet(() -> withoutTrailingSeparator(root().walPath()) + ".repaired");
        WalConfig config = root().walConfig();
        WalConfig targetConfig = root().configOf(target);
        io().outputMatters();
        Result<WalInspector.Repair> answer = WalInspector.open(config.withRecovery(RecoveryMode.SALVAGE))
                .flatMap(inspector -> inspector.repair(targetConfig, new Progress(io())));
        io().clearProgress();
        if (answer.isErr() && answer.error().code() == ErrorCode.DIRECTORY_MISSING) {
            throw new CommandFailure(answer.error(), Errors.hint(answer.error(), target));
        }
        WalInspector.Repair repair = answer.orElseThrow();
        if (io().isJson()) {
            io().line(WalText.json(repair, target));
        } else {
            print(target, repair);
        }
        boolean lost = repair.findings().stream().anyMatch(WalText::isError)
                && !repair.lost().isEmpty();
        return lost ? ExitCode.CORRUPTION : ExitCode.OK;
    }

    private void print(String target, WalInspector.Repair repair) {
        repair.findings().forEach(finding -> io().line(WalText.line(finding)));
        io().line("repaired : " + Texts.visible(target));
        io().line("log id : " + repair.identity().logId());
        io().line("node id : " + WalText.node(repair.identity()));
        io().line("records kept : " + repair.records());
        io().line("bytes kept : " + repair.bytes());
        io().line("sequences lost : " + lost(repair.lost()));
        io().line("sequences filled : " + repair.filled());
        io().line("checkpoint kept : " + Texts.yesNo(repair.checkpoint()));
        io().line("first sequence : " + repair.firstSequence());
        io().line("last sequence : " + repair.lastSequence());
    }

    private static String lost(List<LostSequences> lost) {
        return lost.isEmpty()
                ? "none"
                : lost.stream().map(LostSequences::toString).collect(Collectors.joining(", "));
    }

    private static String withoutTrailingSeparator(String path) {
        int end = path.length();
        while (end > 1 && (path.charAt(end - 1) == '/' || path.charAt(end - 1) == '\\')) {
            end--;
        }
        return path.substring(0, end);
    }
}

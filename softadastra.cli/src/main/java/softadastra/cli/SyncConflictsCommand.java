package softadastra.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Node;
import softadastra.cli.control.Unresolved;
import softadastra.store.Entry;

/** {@code sync conflicts}: tells what lost against a write that did not know it. */
@Command(
        name = "conflicts",
        description = {
            "Tells which values lost against a write that did not know them, oldest first, one a line, with what the key has now. They",
            "are kept until 'sync resolve' deals with them.",
            "Each line ends with a sequence: up to there in the log this is all there is. 'sync resolve --if-sequence' takes it, and then",
            "touches nothing that has come since.",
            "With --json a line has both values whole."
        })
final class SyncConflictsCommand extends Subcommand {

    @Parameters(index = "0", arity = "0..1", paramLabel = "KEY", description = "Only those of this key (default: all).")
    private Optional<String> key = Optional.empty();

    SyncConflictsCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        try (Node node = existingNode()) {
            List<Unresolved> all = node.conflicts().orElseThrow();
            for (Unresolved each : all) {
                if (key.isEmpty() || key.get().equals(each.conflict().key().asString())) {
                    // After the conflicts: what is shown is nothing older than what they are told up to.
                    print(each, node.get(each.conflict().key()));
                }
            }
        }
        return ExitCode.OK;
    }

    private void print(Unresolved unresolved, Optional<Entry> entry) {
        if (io().isJson()) {
            io().line(SyncText.json(unresolved, entry));
        } else {
            io().line(SyncText.line(unresolved, entry));
        }
    }
}

package softadastra.cli;

import picocli.CommandLine.Command;
import softadastra.cli.control.Node;

/** {@code sync conflicts}: tells what lost against a write that did not know it. */
@Command(
        name = "conflicts",
        description = {
            "Tells which values lost against a write that did not know them, oldest first, one a line. They are kept until 'sync",
            "resolve' deals with them.",
            "With --json a line has the lost value whole."
        })
final class SyncConflictsCommand extends Subcommand {

    SyncConflictsCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        try (Node node = existingNode()) {
            node.conflicts().orElseThrow().forEach(conflict -> {
                if (io().isJson()) {
                    io().line(SyncText.json(conflict));
                } else {
                    io().line(SyncText.line(conflict));
                }
            });
        }
        return ExitCode.OK;
    }
}

package softadastra.cli;

import picocli.CommandLine.Command;
import softadastra.cli.control.Node;

/** {@code sync failed}: tells which operations a peer has rejected for good. */
@Command(
        name = "failed",
        description = {
            "Tells which operations of this node a peer has rejected for good, who has, and why, one a line. To have no peer, or none",
            "within reach, is not failure: what waits for one is in the outbox."
        })
final class SyncFailedCommand extends Subcommand {

    SyncFailedCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        try (Node node = existingNode()) {
            node.failed().orElseThrow().forEach(operation -> {
                if (io().isJson()) {
                    io().line(SyncText.json(operation));
                } else {
                    io().line(SyncText.line(operation));
                }
            });
        }
        return ExitCode.OK;
    }
}

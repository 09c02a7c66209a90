package softadastra.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Node;
import softadastra.core.Unit;
import softadastra.store.OperationId;

/** {@code sync discard}: gives up on an operation that was rejected for good. */
@Command(
        name = "discard",
        description = {
            "Gives up on an operation that a peer has rejected for good: it stands here, and the peer goes without it.",
            "One that has not failed is an error (exit code 3)."
        })
final class SyncDiscardCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "ID", description = "The operation, as 'sync failed' names it.")
    private String id = "";

    SyncDiscardCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        OperationId operation = SyncText.operationId(id);
        try (Node node = existingNode()) {
            Unit unused = node.discard(operation).orElseThrow();
        }
        if (io().isJson()) {
            io().line(new JsonObject().put("id", id).put("discard", true));
        } else {
            io().line("discarded: " + operation);
        }
        return ExitCode.OK;
    }
}

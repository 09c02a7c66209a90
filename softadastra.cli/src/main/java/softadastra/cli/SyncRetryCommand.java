package softadastra.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Node;
import softadastra.core.Unit;
import softadastra.store.OperationId;

/** {@code sync retry}: sends an operation again that was rejected for good. */
@Command(
        name = "retry",
        description = {
            "Writes an operation again that a peer has rejected for good, as a new one, if it is still what stands under its key.",
            "One that has not failed is an error (exit code 3)."
        })
final class SyncRetryCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "ID", description = "The operation, as 'sync failed' names it.")
    private String id = "";

    SyncRetryCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        OperationId operation = SyncText.operationId(id);
        try (Node node = existingNode()) {
            Unit unused = node.retry(operation).orElseThrow();
        }
        if (io().isJson()) {
            io().line(new JsonObject().put("id", id).put("retry", true));
        } else {
            io().line("sent again: " + operation);
        }
        return ExitCode.OK;
    }
}

package softadastra.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Node;
import softadastra.core.NodeId;
import softadastra.core.Unit;

/** {@code sync forget}: says that a node will not come back. */
@Command(
        name = "forget",
        description = {
            "Says that a node will not come back: nobody waits for it any more, once they have heard of it. If it is there",
            "all the same it comes back by itself, with what only it has. Say it at one node only. One that is no member is",
            "an error (exit code 3)."
        })
final class SyncForgetCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "NODE", description = "The node's id.")
    private String node = "";

    SyncForgetCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        NodeId id = NodeId.of(node).orElseThrow();
        try (Node own = existingNode()) {
            Unit unused = own.forget(id).orElseThrow();
        }
        if (io().isJson()) {
            io().line(new JsonObject().put("node", id.value()).put("forgotten", true));
        } else {
            io().line("forgotten: " + id);
        }
        return ExitCode.OK;
    }
}

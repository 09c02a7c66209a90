package softadastra.cli;

import picocli.CommandLine.Command;
import softadastra.cli.control.Node;
import softadastra.sync.TickResult;

/** {@code sync tick}: does one step of synchronisation. */
@Command(
        name = "tick",
        description = {
            "Does one step of synchronisation, and says what it did. A node that runs does its steps by itself; without one there",
            "is no way to others, and nothing to do."
        })
final class SyncTickCommand extends Subcommand {

    SyncTickCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        TickResult result;
        try (Node node = existingNode()) {
            result = node.tick().orElseThrow();
        }
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("peers", result.peers())
                    .put("moved", result.moved())
                    .put("outboxSize", result.outboxSize()));
        } else {
            io().line(result.summary());
        }
        return ExitCode.OK;
    }
}

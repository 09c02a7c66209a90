package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import softadastra.cli.control.Node;
import softadastra.cli.control.RunningNode;
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
        io().outputMatters();
        Optional<RunningNode> running = running();
        try (Node node = running.isPresent() ? running.get() : existingOwnNode()) {
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
        if (running.isEmpty() && result.peers() > 0) {
            io().hint("no node runs on this log, so there is no way to its members: "
                    + root().command("node start --peer URL"));
        }
        return ExitCode.OK;
    }
}

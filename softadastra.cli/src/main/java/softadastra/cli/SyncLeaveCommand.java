package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import softadastra.cli.control.RunningNode;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;

/** {@code sync leave}: has the node that runs take its leave of the others. */
@Command(
        name = "leave",
        description = {
            "Takes leave of the other nodes: they wait for nothing of this one from then on, and nothing comes in or goes out any more. It",
            "needs the node that runs, which tells them; stop it then. 'node start' brings it back, in a new epoch, with what it has",
            "written meanwhile.",
            "While something of it has yet to reach others, it is refused (exit code 1): who leaves for good would take that along."
        })
final class SyncLeaveCommand extends Subcommand {

    @Option(names = "--force", description = "Also if something has yet to reach others.")
    private boolean force;

    SyncLeaveCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        io().outputMatters();
        try (RunningNode node = running().orElseThrow(this::nobodyRuns)) {
            long outbox = node.leave(force).orElseThrow();
            if (outbox > 0) {
                throw new CommandFailure(
                        ErrorCode.INVALID_STATE,
                        "failed to leave: not all others have everything: "
                                + Texts.count(outbox, "operation is", "operations are") + " yet to be acknowledged",
                        "wait with '" + root().command("sync status --wait 60") + "', or leave with --force");
            }
            if (io().isJson()) {
                io().line(new JsonObject().put("node", node.nodeId()).put("left", true));
            } else {
                io().line("left: " + Texts.visible(node.nodeId()));
            }
        }
        return ExitCode.OK;
    }

    private CommandFailure nobodyRuns() {
        // A log that is not there is told as such.
        requireLog();
        return new CommandFailure(
                SoftadastraError.of(
                        ErrorCode.INVALID_STATE, "failed to leave: no node runs on this log, so nobody would be told"),
                Optional.of(root().command("node start --peer URL") + ", then this; or, at one of the others, "
                        + "softadastra sync forget NODE"));
    }
}

package softadastra.cli;

import picocli.CommandLine.Command;
import softadastra.cli.control.Node;
import softadastra.sync.SyncReport;
import softadastra.sync.TransportLink;

/** {@code sync peers}: tells what is known of the other nodes. */
@Command(
        name = "peers",
        description = {
            "Tells what is known of the other nodes, one a line: whether there is a way to them, how many operations they have yet",
            "to acknowledge, when they were heard of. Then the ways where nobody has answered yet, and why."
        })
final class SyncPeersCommand extends Subcommand {

    SyncPeersCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        SyncReport report;
        try (Node node = existingNode()) {
            report = node.report().orElseThrow();
        }
        if (io().isJson()) {
            report.peers().forEach(peer -> io().line(SyncText.json(peer)));
            report.links().stream().filter(SyncPeersCommand::isSilent).forEach(link -> io().line(SyncText.json(link)));
        } else {
            report.peers().forEach(peer -> io().line(SyncText.line(peer)));
            report.links().stream().filter(SyncPeersCommand::isSilent).forEach(link -> io().line(SyncText.line(link)));
        }
        return ExitCode.OK;
    }

    private static boolean isSilent(TransportLink link) {
        return link.node().isEmpty();
    }
}

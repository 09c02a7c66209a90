package softadastra.cli;

import picocli.CommandLine.Command;
import softadastra.cli.control.Node;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncStage;

/** {@code sync peers}: tells what is known of the other nodes. */
@Command(
        name = "peers",
        description = {
            "Tells what is known of the other nodes, one a line: whether there is a way to them, how many operations they have yet",
            "to acknowledge, when they were heard of. Then the ways where nobody has answered yet, and why; how far this node is with taking",
            "part, if it does not; and the fences that are open, with those they wait for."
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
            report.peers().forEach(peer -> io().line(SyncText.json(peer, report.links())));
            SyncText.unanswered(report).forEach(link -> io().line(SyncText.json(link)));
            if (report.stage() != SyncStage.TAKES_PART) {
                io().line(new JsonObject().put("stage", report.stage().name()));
            }
            report.openFences().forEach(fence -> io().line(SyncText.json(fence)));
        } else {
            report.peers().forEach(peer -> io().line(SyncText.line(peer, report.links())));
            SyncText.unanswered(report).forEach(link -> io().line(SyncText.line(link)));
            if (report.stage() != SyncStage.TAKES_PART) {
                io().line(SyncText.line(report.stage()));
            }
            report.openFences().forEach(fence -> io().line("fence of " + SyncText.line(fence)));
            SyncText.hint(root(), report);
        }
        return ExitCode.OK;
    }
}

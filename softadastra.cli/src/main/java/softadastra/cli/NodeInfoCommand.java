package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import softadastra.cli.control.RunningNode;
import softadastra.sync.SyncReport;
import softadastra.wal.spi.WalInspector;

/** {@code node info}: says who the node is, and whether it runs. */
@Command(
        name = "info",
        description = {
            "Says who the node of this log is, whether it runs, where it listens, and which ways to others it has.",
            "Needs no lock."
        })
final class NodeInfoCommand extends Subcommand {

    NodeInfoCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Optional<RunningNode> running = running();
        if (running.isPresent()) {
            try (RunningNode node = running.get()) {
                print(node.report().orElseThrow());
            }
            return ExitCode.OK;
        }
        WalInspector.Info info = inspector().info(new Progress(io())).orElseThrow();
        io().clearProgress();
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("nodeId", info.identity().node().value())
                    .put("epoch", Long.toHexString(info.identity().epoch()))
                    .put("log", root().walPath())
                    .put("running", false)
                    .put("openIn", info.owner()));
        } else {
            io().line("node id : " + WalText.node(info));
            io().line("epoch : " + Long.toHexString(info.identity().epoch()));
            io().line("log : " + Texts.visible(root().walPath()));
            io().line("running : no");
            io().line("open in : " + Texts.visible(info.owner().orElse("nobody")));
        }
        return ExitCode.OK;
    }

    private void print(SyncReport report) {
        String epoch = Long.toHexString(report.epoch());
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("nodeId", report.node().value())
                    .put("epoch", epoch)
                    .put("log", root().walPath())
                    .put("running", true)
                    .put("listening", report.address())
                    .put("entries", report.entries())
                    .put("sync", SyncText.json(report)));
            return;
        }
        io().line("node id : " + report.node());
        io().line("epoch : " + epoch);
        io().line("log : " + Texts.visible(root().walPath()));
        io().line("running : yes");
        io().line("listening : " + Texts.visible(report.address().orElse("no")));
        io().line("entries : " + report.entries());
        io().line("keys : " + SyncText.keys(report.subscription()));
        io().line(SyncText.line(report.stage()));
        io().line("outbox size : " + report.state().outboxSize());
        io().line(SyncText.conflicts(report));
        report.links().forEach(link -> io().line("way : " + SyncText.line(link)));
    }
}

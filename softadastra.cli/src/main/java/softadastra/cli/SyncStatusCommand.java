package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import softadastra.cli.control.RunningNode;
import softadastra.store.Snapshot;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncState;

/** {@code sync status}: counts what is yet to reach other nodes. */
@Command(
        name = "status",
        description = {
            "Counts what is yet to reach other nodes. With a node that runs it tells what that knows; else what the log says,",
            "without a lock: all that this node wrote, as no peer is known then."
        })
final class SyncStatusCommand extends Subcommand {

    SyncStatusCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Optional<SyncReport> report = running().map(SyncStatusCommand::report);
        if (report.isPresent()) {
            print(report.get());
        } else {
            try (Snapshot snapshot = snapshot()) {
                SyncState state = SyncEngine.stateOf(snapshot);
                if (io().isJson()) {
                    io().line(SyncText.json(state).put("running", false));
                } else {
                    SyncText.lines(state).forEach(io()::line);
                }
            }
        }
        return ExitCode.OK;
    }

    private static SyncReport report(RunningNode node) {
        try (node) {
            return node.report().orElseThrow();
        }
    }

    private void print(SyncReport report) {
        if (io().isJson()) {
            io().line(SyncText.json(report).put("running", true));
            return;
        }
        SyncText.lines(report.state()).forEach(io()::line);
        io().line("conflicts : " + report.conflicts());
        io().line("peers : " + report.peers().size());
        report.peers().forEach(peer -> io().line("  " + SyncText.line(peer)));
        report.failure().ifPresent(error -> io().line("failure : " + Texts.visible(error.display())));
    }
}

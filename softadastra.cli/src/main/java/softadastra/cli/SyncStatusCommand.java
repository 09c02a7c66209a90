package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import softadastra.cli.control.Node;
import softadastra.cli.control.RunningNode;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.sync.SyncLog;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncState;

/** {@code sync status}: counts what is yet to reach other nodes. */
@Command(
        name = "status",
        description = {
            "Counts what is yet to reach other nodes, as the node that runs knows it; without one, as the log says, which is opened for",
            "that. Where somebody has it open who takes no requests, it is only read: what was acknowledged in the last second may",
            "still be counted then."
        })
final class SyncStatusCommand extends Subcommand {

    SyncStatusCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Optional<RunningNode> running = running();
        if (running.isPresent()) {
            print(report(running.get()), true);
            return ExitCode.OK;
        }
        try {
            print(report(existingNode()), false);
        } catch (SoftadastraException e) {
            if (e.code() != ErrorCode.LOCKED) {
                throw e;
            }
            try (SyncLog log = SyncLog.read(root().walConfig()).orElseThrow()) {
                print(log.state().orElseThrow());
            }
        }
        return ExitCode.OK;
    }

    private static SyncReport report(Node node) {
        try (node) {
            return node.report().orElseThrow();
        }
    }

    private void print(SyncState state) {
        if (io().isJson()) {
            io().line(SyncText.json(state).put("running", false));
        } else {
            SyncText.lines(state).forEach(io()::line);
        }
    }

    private void print(SyncReport report, boolean running) {
        if (io().isJson()) {
            io().line(SyncText.json(report).put("running", running));
            return;
        }
        SyncText.lines(report.state()).forEach(io()::line);
        io().line("conflicts : " + report.conflicts());
        io().line("peers : " + report.peers().size());
        report.peers().forEach(peer -> io().line("  " + SyncText.line(peer)));
        report.failure().ifPresent(error -> io().line("failure : " + Texts.visible(error.display())));
    }
}

package softadastra.cli;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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
            "that. Says how far the node is with taking part, and which fences are open, and for whom they wait: without a node that runs",
            "nobody was heard of, so that is for everybody. Where somebody has it open who takes no requests, it is only read: that gives",
            "the counts alone, and what was acknowledged in the last second may still be among them.",
            "With --wait it counts once nothing is left, or the time is over, or nothing is left but what a peer has rejected for good.",
            "Exit code 1 if something is left. Without a node that runs there is nothing to wait for."
        })
final class SyncStatusCommand extends Subcommand {

    private static final long MOST_SECONDS = 1_000_000_000;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "Wait until every member has acknowledged everything, at most so long.")
    private Optional<Long> wait = Optional.empty();

    SyncStatusCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        wait.ifPresent(seconds -> Limits.requireBetween("--wait", seconds, 0, MOST_SECONDS));
        Optional<RunningNode> running = running();
        if (running.isPresent()) {
            return print(report(running.get()), true);
        }
        try {
            return print(report(existingOwnNode()), false);
        } catch (SoftadastraException e) {
            if (e.code() != ErrorCode.LOCKED) {
                throw e;
            }
            try (SyncLog log = SyncLog.read(root().walConfig()).orElseThrow()) {
                return print(log.state().orElseThrow());
            }
        }
    }

    private SyncReport report(Node node) {
        try (node) {
            return wait.map(seconds -> node.awaitSynced(Duration.ofSeconds(seconds)))
                    .orElseGet(node::report)
                    .orElseThrow();
        }
    }

    private int print(SyncState state) {
        if (io().isJson()) {
            io().line(SyncText.json(state).put("running", false));
        } else {
            SyncText.lines(state).forEach(io()::line);
        }
        return exit(state);
    }

    private int print(SyncReport report, boolean running) {
        if (io().isJson()) {
            io().line(SyncText.json(report).put("running", running));
        } else {
            printLines(report);
        }
        return exit(report.state());
    }

    private int exit(SyncState state) {
        if (wait.isEmpty() || state.outboxSize() == 0) {
            return ExitCode.OK;
        }
        long rejected = state.failedCount();
        io().warning("not all others have everything: "
                + Texts.count(state.outboxSize(), "operation is", "operations are") + " yet to be acknowledged"
                + (rejected > 0 ? ", of which " + rejected + " rejected for good: see 'sync failed'" : ""));
        return ExitCode.FAILURE;
    }

    private void printLines(SyncReport report) {
        SyncText.lines(report.state()).forEach(io()::line);
        io().line(SyncText.line(report.stage()));
        io().line(SyncText.conflicts(report));
        SyncText.anomalies(report).forEach(io()::line);
        io().line("peers : " + report.peers().size());
        report.peers().forEach(peer -> io().line("  " + SyncText.line(peer, report.links())));
        SyncText.unanswered(report).forEach(link -> io().line("way : " + SyncText.line(link)));
        io().line("open fences : " + report.openFences().size());
        report.openFences().forEach(fence -> io().line("  " + SyncText.line(fence)));
        report.failure().ifPresent(error -> io().line("failure : " + Texts.visible(error.display())));
        SyncText.hint(root(), report);
    }
}

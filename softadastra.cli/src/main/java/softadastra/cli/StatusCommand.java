package softadastra.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import softadastra.cli.control.RunningNode;
import softadastra.core.Result;
import softadastra.sync.SyncLog;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncState;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalInspector.Verification;

/** {@code status}: shows log, store, sync and recovery on one page. */
@Command(
        name = "status",
        description = {
            "Shows the state of the log and the store in it, and what recovery would do if it were opened now.",
            "It only reads and takes no lock. Exit code 4 if acknowledged records are damaged."
        })
final class StatusCommand extends Subcommand {

    StatusCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        WalInspector inspector = inspector();
        Progress progress = new Progress(io());
        WalInspector.Info info = inspector.info(progress).orElseThrow();
        info.warnings().forEach(io()::warning);
        Verification found = inspector.verify(progress).orElseThrow();
        // A damaged log has no store to show, but the rest of the page is what somebody needs then.
        Result<SyncLog> log = SyncLog.read(root().walConfig());
        Optional<SyncReport> report = running().map(StatusCommand::report);
        io().clearProgress();
        if (io().isJson()) {
            printJson(info, found, log, report);
        } else {
            print(info, found, log, report);
        }
        if (log.isErr()) {
            return Errors.report(io(), log.error(), Errors.hint(log.error(), root().walPath()));
        }
        return found.corrupted() ? ExitCode.CORRUPTION : ExitCode.OK;
    }

    private static SyncReport report(RunningNode node) {
        try (node) {
            return node.report().orElseThrow();
        }
    }

    private void print(WalInspector.Info info, Verification found, Result<SyncLog> log, Optional<SyncReport> report) {
        io().line("node id : " + WalText.node(info));
        io().line("WAL");
        io().line("  enabled : yes");
        io().line("  path : " + Texts.visible(root().walPath()));
        io().line("  durable : yes");
        io().line("  provider : " + info.provider());
        io().line("  format : " + info.formatVersion());
        io().line("  first sequence : " + info.firstSequence());
        io().line("  last sequence : " + info.lastSequence());
        io().line("  durable sequence : " + info.durableSequence());
        io().line("  files : " + info.files().size());
        io().line("  bytes : " + info.bytes());
        io().line("  open in : " + Texts.visible(info.owner().orElse("nobody")));
        io().line("Store");
        log.ifOk(read -> {
            io().line("  size : " + read.snapshot().size());
            io().line("  last sequence : " + read.snapshot().lastSequence());
        });
        log.ifErr(error -> io().line("  unreadable : " + Texts.visible(error.message())));
        io().line("Sync");
        outboxSize(log, report).ifOk(size -> io().line("  outbox size : " + size));
        report.ifPresent(node -> {
            io().line("  listening : " + Texts.visible(node.address().orElse("no")));
            io().line("  peers : " + node.peers().size());
            io().line("  " + SyncText.conflicts(node));
        });
        io().line("Recovery");
        io().line("  needed : " + Texts.yesNo(recoveryNeeded(info)));
        io().line("  records : " + found.records());
        io().line("  not proven durable : " + unproven(found));
        io().line("  damage : " + damage(found));
        found.findings().forEach(finding -> io().line("  " + WalText.line(finding)));
    }

    private void printJson(
            WalInspector.Info info, Verification found, Result<SyncLog> log, Optional<SyncReport> report) {
        JsonObject store = new JsonObject();
        log.ifOk(read -> store.put("size", read.snapshot().size())
                .put("lastSequence", read.snapshot().lastSequence()));
        log.ifErr(error -> store.put("unreadable", error.message()));
        JsonObject sync = new JsonObject();
        outboxSize(log, report).ifOk(size -> sync.put("outboxSize", size));
        report.ifPresent(node -> sync.put("listening", node.address())
                .put("peers", node.peers().size())
                .put("conflicts", node.conflicts())
                .put("conflictsDropped", node.conflictsDropped()));
        io().line(new JsonObject()
                .put("nodeId", info.identity().node().value())
                .put(
                        "wal",
                        WalText.json(info)
                                .put("enabled", true)
                                .put("durable", true)
                                .put("files", info.files().size()))
                .put("store", store)
                .put("sync", sync)
                .put(
                        "recovery",
                        new JsonObject()
                                .put("needed", recoveryNeeded(info))
                                .put("records", found.records())
                                .put("unproven", unproven(found))
                                .put("damage", damage(found))
                                .put(
                                        "findings",
                                        found.findings().stream()
                                                .map(WalText::json)
                                                .toList())));
    }

    /** As the node that runs knows it; without one, as the log says. */
    private static Result<Long> outboxSize(Result<SyncLog> log, Optional<SyncReport> report) {
        return report.map(node -> Result.ok(node.state()))
                .orElseGet(() -> log.flatMap(SyncLog::state))
                .map(SyncState::outboxSize);
    }

    /** Whether the next owner has to look at the tail: nobody closed the log, and nobody has it open. */
    private static boolean recoveryNeeded(WalInspector.Info info) {
        return !info.clean() && info.owner().isEmpty();
    }

    /** Valid records that no later frame proves; a recovery keeps them. */
    private static long unproven(Verification found) {
        return Math.max(0, found.lastSequence() - found.durableSequence());
    }

    private static String damage(Verification found) {
        if (found.corrupted()) {
            return "corrupted";
        }
        return found.findings().isEmpty() ? "none" : "torn tail";
    }
}

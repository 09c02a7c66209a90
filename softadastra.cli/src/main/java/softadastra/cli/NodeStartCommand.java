package softadastra.cli;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import softadastra.cli.control.ControlServer;
import softadastra.cli.control.OwnNode;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.store.StoreEngine;
import softadastra.sync.SyncConfig;
import softadastra.sync.SyncEngine;
import softadastra.sync.SyncEvent;
import softadastra.sync.SyncReport;

/** {@code node start}: serves other nodes and exchanges operations with them, until it is stopped. */
@Command(
        name = "start",
        description = {
            "Opens the store, serves other nodes, and exchanges operations with them, until it is stopped by SIGTERM or an interrupt",
            "(Ctrl-C), which is exit code 0. Prints where it listens, and 'ready' once all is open; then, on standard error, what",
            "happens, and what keeps it from exchanging anything, until that has passed. If the log fails, so that nothing more can be",
            "written, it ends with exit code 1.",
            "Beside it all other commands on the same log work: they go through it, and what they write enters its outbox. Nobody",
            "but who may read the log's files can use it so.",
            "It binds to the loopback address unless told otherwise, and to another one only with a token or certificates."
        })
final class NodeStartCommand extends Subcommand {
    /** Beyond that many events that nobody has read, further ones are not printed; what they tell of is in the log. */
    private static final int MAX_EVENTS = 10_000;

    /** So often a node looks whether it is well. */
    private static final long LOOK_MILLIS = 500;

    @Mixin
    private final NetworkOptions network = new NetworkOptions();

    private final BlockingQueue<SyncEvent> events = new LinkedBlockingQueue<>(MAX_EVENTS);

    NodeStartCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        SyncConfig config = network.config(System.getenv());
        // Before the log is touched: a node that may not start leaves nothing behind.
        var unused = config.available().orElseThrow();
        int exit = ExitCode.OK;
        try (Interrupt interrupt = Interrupt.endingWith(Thread.currentThread())) {
            try {
                run(config);
            } catch (SoftadastraException e) {
                if (e.code() == ErrorCode.INTERRUPTED) {
                    // It was told to stop before it was ready.
                    io().message("stopped");
                } else {
                    exit = report(e.error());
                }
            } catch (InterruptedException e) {
                io().message("stopped");
                exit = closed(e);
            }
            interrupt.exit(exit);
        }
        return exit;
    }

    private int report(SoftadastraError error) {
        return Errors.report(io(), error, Errors.hint(error, root().walPath()));
    }

    /** How closing went, of which an interrupt that came first keeps what failed. */
    private int closed(InterruptedException interrupt) {
        int exit = ExitCode.OK;
        for (Throwable failure : interrupt.getSuppressed()) {
            exit = failure instanceof SoftadastraException e ? report(e.error()) : ExitCode.FAILURE;
        }
        return exit;
    }

    private void run(SyncConfig config) throws InterruptedException {
        StoreEngine store = ownStore();
        SyncEngine engine = engine(store, config);
        String nodeId = store.identity().node().value();
        try (OwnNode node = new OwnNode(root().walDirectory(), store, Optional.of(engine));
                ControlServer control = ControlServer.start(node, nodeId).orElseThrow()) {
            // An event that nobody has read yet, and for which there is no room, is dropped: the log has it.
            engine.addListener(events::offer);
            var unused = engine.start().orElseThrow();
            print(engine.report().orElseThrow(), control);
            printEvents(new NodeHealth(io(), store::failure, engine::failure));
        }
    }

    private void printEvents(NodeHealth health) throws InterruptedException {
        while (true) {
            health.look();
            SyncEvent event = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (event != null) {
                print(event);
            }
        }
    }

    private static SyncEngine engine(StoreEngine store, SyncConfig config) {
        Result<SyncEngine> engine = SyncEngine.open(store, config);
        if (engine.isErr()) {
            store.close();
        }
        return engine.orElseThrow();
    }

    private void print(SyncReport report, ControlServer control) {
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("nodeId", report.node().value())
                    .put("log", root().walPath())
                    .put("listening", report.address())
                    .putTexts("peers", network.peers())
                    .put("control", control.address())
                    .put("ready", true));
        } else {
            io().line("node id : " + report.node());
            io().line("log : " + Texts.visible(root().walPath()));
            io().line("listening : " + Texts.visible(report.address().orElse("no")));
            network.peers().forEach(peer -> io().line("peer : " + Texts.visible(peer)));
            io().line("control : " + control.address());
            io().line("ready");
        }
        io().flush();
    }

    private void print(SyncEvent event) {
        EventText text = EventText.of(event);
        io().message(io().isJson() ? text.json().toString() : text.line());
    }
}

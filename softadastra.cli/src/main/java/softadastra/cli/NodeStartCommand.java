package softadastra.cli;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import softadastra.cli.control.ControlServer;
import softadastra.cli.control.OwnNode;
import softadastra.core.ErrorCode;
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
            "(Ctrl-C). Prints where it listens, and 'ready' once all is open; then, on standard error, what happens, and what keeps",
            "it from exchanging anything, or a peer from being reached, until that has passed. Values that have lost against others are",
            "among that. If nobody reads there, it goes on all the same, and says later how many events were not printed.",
            "Exit code 0 once it was stopped, and all that was written is on stable storage; 1 if closing failed, or the log did, so that",
            "nothing more could be written. What keeps it from starting has the exit code that it has with any command.",
            "Beside it all other commands on the same log work: they go through it, and what they write enters its outbox. Nobody",
            "but who may read the log's files can use it so.",
            "It binds to the loopback address unless told otherwise, and to another one only with a token or certificates."
        })
final class NodeStartCommand extends Subcommand {
    /** So often a node looks whether it is well. */
    private static final long LOOK_MILLIS = 500;

    @Mixin
    private final NetworkOptions network = new NetworkOptions();

    NodeStartCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        SyncConfig config = network.config(System.getenv());
        // Before the log is touched: a node that may not start leaves nothing behind.
        var unused = config.available().orElseThrow();
        try (Interrupt interrupt = Interrupt.endingWith(Thread.currentThread())) {
            int exit = runToTheEnd(config);
            interrupt.exit(exit);
            return exit;
        }
    }

    /** Its messages are the last to go: they tell how it has ended. */
    private int runToTheEnd(SyncConfig config) {
        try (Messages messages = new Messages(io())) {
            Consumer<String> before = Warnings.sayBy(text -> messages.say(() -> io().warningLine(text)));
            int exit = ExitCode.OK;
            try {
                run(config, messages);
            } catch (SoftadastraException e) {
                exit = e.code() == ErrorCode.INTERRUPTED ? ExitCode.OK : report(messages, e);
                if (exit == ExitCode.OK) {
                    // It was told to stop before it was ready.
                    messages.add(this::sayStopped);
                }
            } catch (InterruptedException e) {
                messages.add(this::sayStopped);
                // How closing went, of which an interrupt that came first keeps what failed.
                for (Throwable failure : e.getSuppressed()) {
                    exit = report(messages, failure);
                }
            } finally {
                var unused = Warnings.sayBy(before);
            }
            return exit;
        }
    }

    private void sayStopped() {
        io().message("stopped");
    }

    private int report(Messages messages, Throwable failure) {
        if (failure instanceof SoftadastraException e) {
            messages.add(() -> {
                int unused = Errors.report(io(), e.error(), Errors.hint(e.error(), root().walPath()));
            });
            return ExitCode.of(e.code());
        }
        messages.add(() -> {
            int unused = Errors.report(io(), failure);
        });
        return ExitCode.FAILURE;
    }

    private void run(SyncConfig config, Messages messages) throws InterruptedException {
        StoreEngine store = ownStore();
        SyncEngine engine = engine(store, config);
        String nodeId = store.identity().node().value();
        try (OwnNode node = new OwnNode(root().walDirectory(), store, Optional.of(engine));
                ControlServer control = ControlServer.start(node, nodeId).orElseThrow()) {
            engine.addListener(event -> messages.say(() -> line(event)));
            var unused = engine.start().orElseThrow();
            print(engine.report().orElseThrow(), control);
            messages.start();
            watch(new NodeHealth(
                    io().isJson(),
                    line -> messages.say(() -> line),
                    store::failure,
                    engine::failure,
                    network.peers(),
                    engine::links));
        }
    }

    private static void watch(NodeHealth health) throws InterruptedException {
        while (true) {
            health.look();
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private static SyncEngine engine(StoreEngine store, SyncConfig config) {
        boolean opened = false;
        try {
            SyncEngine engine = SyncEngine.open(store, config).orElseThrow();
            opened = true;
            return engine;
        } finally {
            // Also if a transport or a discovery throws: nobody else could.
            if (!opened) {
                store.close();
            }
        }
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

    private String line(SyncEvent event) {
        EventText text = EventText.of(event);
        return io().isJson() ? text.json().toString() : text.line();
    }
}

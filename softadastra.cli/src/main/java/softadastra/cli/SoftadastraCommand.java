package softadastra.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;
import softadastra.cli.control.RunningNode;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalConfig;

/** The command and its tree of subcommands, with the options that all of them share. */
@Command(
        name = "softadastra",
        versionProvider = SoftadastraCommand.Version.class,
        description = "A local-first store on a write-ahead log.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%n",
        footer = {
            "Data goes to standard output; progress, warnings and errors go to standard error.",
            "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 corruption found, 5 locked.",
            "Commands that only read need no lock: they work beside a running owner of the log. Where that is a node, started by",
            "'node start', those that write work too: they go through it."
        })
final class SoftadastraCommand implements Callable<Integer> {
    static final String DEFAULT_WAL = "data/softadastra.wal";
    private static final String BEHIND_DASHES = " (a key or value that begins with '-' goes behind '--')";

    @Option(
            names = "--wal",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = "The log's directory (default: " + DEFAULT_WAL + "). Its parent must exist.")
    private Optional<String> wal = Optional.empty();

    @Option(
            names = "--node-id",
            paramLabel = "ID",
            scope = ScopeType.INHERIT,
            description =
                    "The node the log belongs to, for commands that write (default: the recorded one, or a random one).")
    private Optional<String> nodeId = Optional.empty();

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "The WAL provider (default: the one the log records, or the only one that fits).")
    private Optional<String> provider = Optional.empty();

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print JSON: one object, or one a line for lists; errors too.")
    @SuppressWarnings("UnusedVariable") // picocli wants a place for it
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli wants a place for it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli wants a place for it
    private boolean version;

    private final Io io;

    private SoftadastraCommand(Io io) {
        this.io = io;
    }

    static int run(String[] args, Io io) {
        io.useJson(jsonWanted(args));
        StringWriter usage = new StringWriter();
        int exit;
        try {
            requireExpressible(args);
            exit = tree(io).setOut(new PrintWriter(usage))
                    .setErr(new PrintWriter(new StringWriter()))
                    .execute(args);
            io.write(usage.toString().getBytes(StandardCharsets.UTF_8));
            io.flush();
        } catch (CommandFailure e) {
            exit = Errors.report(io, e);
        } catch (OutputFailure e) {
            exit = Errors.report(io, e);
        } catch (OutOfMemoryError e) {
            exit = Errors.report(io, e);
        }
        io.clearProgress();
        return exit;
    }

    /** The command with all its subcommands. */
    static CommandLine tree(Io io) {
        SoftadastraCommand root = new SoftadastraCommand(io);
        CommandLine store = new CommandLine(new StoreCommand())
                .addSubcommand(new StorePutCommand(root))
                .addSubcommand(new StoreGetCommand(root))
                .addSubcommand(new StoreRemoveCommand(root))
                .addSubcommand(new StoreListCommand(root))
                .addSubcommand(new StoreScanCommand(root))
                .addSubcommand(new StoreWatchCommand(root))
                .addSubcommand(new StoreBatchCommand(root))
                .addSubcommand(new StoreImportCommand(root))
                .addSubcommand(new StoreExportCommand(root))
                .addSubcommand(new StoreCompactCommand(root))
                .addSubcommand(new StoreBackupCommand(root))
                .addSubcommand(new StoreRestoreCommand(root))
                .addSubcommand(new StoreStatsCommand(root));
        CommandLine node = new CommandLine(new NodeCommand())
                .addSubcommand(new NodeStartCommand(root))
                .addSubcommand(new NodeInfoCommand(root));
        CommandLine sync = new CommandLine(new SyncCommand())
                .addSubcommand(new SyncStatusCommand(root))
                .addSubcommand(new SyncPeersCommand(root))
                .addSubcommand(new SyncConflictsCommand(root))
                .addSubcommand(new SyncResolveCommand(root))
                .addSubcommand(new SyncFailedCommand(root))
                .addSubcommand(new SyncRetryCommand(root))
                .addSubcommand(new SyncDiscardCommand(root))
                .addSubcommand(new SyncForgetCommand(root))
                .addSubcommand(new SyncLeaveCommand(root))
                .addSubcommand(new SyncTickCommand(root));
        CommandLine wal = new CommandLine(new WalCommand())
                .addSubcommand(new WalInfoCommand(root))
                .addSubcommand(new WalVerifyCommand(root))
                .addSubcommand(new WalDumpCommand(root))
                .addSubcommand(new WalTailCommand(root))
                .addSubcommand(new WalRepairCommand(root));
        return new CommandLine(root)
                .addSubcommand(new StatusCommand(root))
                .addSubcommand(store)
                .addSubcommand(node)
                .addSubcommand(sync)
                .addSubcommand(wal)
                .addSubcommand(new ProvidersCommand(root))
                .addSubcommand(new CompletionCommand(root))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(io.isTerminal() ? Ansi.AUTO : Ansi.OFF))
                .setParameterExceptionHandler((e, args) -> usageError(io, e))
                .setExecutionExceptionHandler((e, command, result) -> executionError(root, e));
    }

    private static int usageError(Io io, ParameterException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String problem = e.getMessage() + (isUnknownOption(e) ? BEHIND_DASHES : "");
        return Errors.report(
                io,
                SoftadastraError.of(ErrorCode.INVALID_ARGUMENT, "invalid command line: " + problem),
                Optional.of(spec.qualifiedName() + " --help"));
    }

    private static boolean isUnknownOption(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption();
    }

    private static int executionError(SoftadastraCommand root, Exception e) throws Exception {
        if (e instanceof CommandFailure failure) {
            return Errors.report(root.io, failure);
        }
        if (e instanceof SoftadastraException failure) {
            return Errors.report(root.io, failure.error(), Errors.hint(failure.error(), root.walPath()));
        }
        if (e instanceof ParameterException usage) {
            return usageError(root.io, usage);
        }
        // Also OutputFailure: what picocli would print about it is not for people.
        return Errors.report(root.io, e);
    }

    /** Known before the command line is parsed, since errors of that are printed too. */
    private static boolean jsonWanted(String[] args) {
        List<String> words = Arrays.asList(args);
        int end = words.indexOf("--");
        return words.subList(0, end < 0 ? words.size() : end).contains("--json");
    }

    /**
     * Refuses words that reached the JVM mutilated: in a locale without the characters, it replaces each, and a key would
     * silently be another one.
     */
    private static void requireExpressible(String[] args) {
        for (String arg : args) {
            if (arg.indexOf('\uFFFD') >= 0) {
                throw new CommandFailure(
                        ErrorCode.INVALID_ARGUMENT,
                        "invalid command line: '" + arg + "' has characters that this locale cannot express",
                        "LC_ALL=C.UTF-8 softadastra ...");
            }
        }
    }

    /** Without a subcommand there is nothing to do. */
    @Override
    public Integer call() {
        throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, "missing command", "softadastra --help");
    }

    Io io() {
        return io;
    }

    /** The log's directory as given. */
    String walPath() {
        return wal.orElse(DEFAULT_WAL);
    }

    /** The log, for commands that write. */
    WalConfig walConfig() {
        return configOf(walPath());
    }

    /** A log at another path, with the same options. */
    WalConfig configOf(String path) {
        WalConfig config = WalConfig.durable(path);
        WalConfig ofNode = nodeId.map(config::withNodeId).orElse(config);
        return provider.map(ofNode::withProvider).orElse(ofNode);
    }

    /** Fails where the options name another node than the one that has the log open, and says what has no say there. */
    void requireFits(RunningNode node) {
        nodeId.filter(id -> !id.equals(node.nodeId())).ifPresent(id -> {
            node.close();
            throw new CommandFailure(
                    ErrorCode.WRONG_NODE,
                    "WAL path " + walPath() + " belongs to node '" + node.nodeId() + "', and was opened as '" + id
                            + "'; open it without a node id or with its own, or choose another path");
        });
        provider.ifPresent(name -> io.warning("--provider " + name
                + " has no say in what goes through the node that runs, which has the log open already"));
    }

    /** A command line on the same log, for hints. */
    String command(String words) {
        String at = walPath().equals(DEFAULT_WAL) ? "" : "--wal " + Texts.shellWord(walPath()) + " ";
        return "softadastra " + at + words;
    }

    /** The log's directory as a path. */
    Path walDirectory() {
        return walConfig().path().orElseThrow();
    }

    /** The module's version, which the build records in its descriptor. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            ModuleDescriptor descriptor = Main.class.getModule().getDescriptor();
            String version =
                    descriptor == null ? "unknown" : descriptor.rawVersion().orElse("unknown");
            return new String[] {"softadastra " + version};
        }
    }
}

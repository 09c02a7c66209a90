package softadastra.cli;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Entries;
import softadastra.cli.control.EntryQuery;
import softadastra.core.ErrorCode;
import softadastra.store.Entry;

/** {@code store export}: writes entries as files, the inverse of an import. */
@Command(
        name = "export",
        description = {
            "Writes every entry as a file below a directory, which is made if its parent exists: the key is the path, the",
            "value the content. Nothing is ever written outside of it: keys with '..' or that are absolute are left out, and",
            "symbolic links in it are not followed. An entry 'a' beside 'a/b' cannot be both file and directory: the second",
            "is left out, as are names that the platform does not take, and files that exist (unless --force). All of these",
            "are named on standard error and make the exit code 1. 'store list --json' writes everything, whatever its key."
        })
final class StoreExportCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "DIR", description = "The directory. Nobody else may change it meanwhile.")
    private String directory = "";

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin with this.")
    private String prefix = "";

    @Option(names = "--force", description = "Replace files that exist.")
    private boolean force;

    private long entries;
    private long bytes;
    private long leftOut;

    StoreExportCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Progress progress = new Progress(io());
        try (Entries from = entries()) {
            ExportTree tree = tree();
            from.scan(EntryQuery.prefix(prefix, Long.MAX_VALUE, false), entry -> {
                export(tree, entry);
                progress.entries("export", entries, bytes);
            });
        }
        io().clearProgress();
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("exported", entries)
                    .put("bytes", bytes)
                    .put("leftOut", leftOut)
                    .put("directory", directory));
        } else {
            io().line("exported " + entries + " entries, " + bytes + " bytes, " + leftOut + " left out");
        }
        return leftOut == 0 ? ExitCode.OK : ExitCode.FAILURE;
    }

    private ExportTree tree() {
        try {
            return ExportTree.open(Path.of(directory), root().walDirectory(), force);
        } catch (InvalidPathException e) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT, "invalid export directory '" + directory + "': " + e.getReason());
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.IO_ERROR, "failed to export to " + directory + ": " + Reasons.of(e));
        }
    }

    private void export(ExportTree tree, Entry entry) {
        String key = entry.key().asString();
        try {
            tree.write(key, entry.value().bytes());
            entries++;
            bytes += entry.value().length();
        } catch (ExportTree.Unrepresentable e) {
            leftOut++;
            LeftOut.report(io(), key, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.IO_ERROR, "failed to write file of '" + key + "': " + Reasons.of(e));
        }
    }
}

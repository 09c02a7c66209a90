package softadastra.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Node;
import softadastra.core.ErrorCode;

/** {@code store import}: puts the files of a tree, an archive or the runtime image, or lines of JSON. */
@Command(
        name = "import",
        description = {
            "Puts everything a source has: the files of a directory tree, of a zip or jar, of the running Java's own image",
            "(jrt:/ or jrt:/java.base), or lines of JSON (a file of them, or '-' for standard input).",
            "The key of a file is its path below the source, with '/'; its value is its content. A line of JSON is",
            "{\"key\":\"...\",\"value\":\"...\"}, or with \"base64\" in place of \"value\".",
            "Prints a line per batch once that is on stable storage, with the totals so far. After a crash everything",
            "acknowledged is there, and a batch is there whole or not at all; run it again with --resume to finish.",
            "Symbolic links, devices, absolute names and names with '..' are left out, named on standard error, and make the",
            "exit code 1; everything else is imported."
        })
final class StoreImportCommand extends Subcommand {
    private static final long MAX_BATCH_BYTES = 64L << 20;
    private static final int MAX_BATCH_COUNT = 100_000;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "A directory, zip, jar, jrt:/..., JSON lines, or -.")
    private String source = "";

    @Option(
            names = "--batch-bytes",
            paramLabel = "N",
            description = "Keys and values in a batch, in bytes (default: 1048576).")
    private long batchBytes = 1 << 20;

    @Option(names = "--batch-count", paramLabel = "N", description = "Entries in a batch (default: 1000).")
    private int batchCount = 1000;

    @Option(names = "--resume", description = "Pass over entries that are there already with the same value.")
    private boolean resume;

    StoreImportCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        Limits.requireBetween("--batch-bytes", batchBytes, 1, MAX_BATCH_BYTES);
        Limits.requireBetween("--batch-count", batchCount, 1, MAX_BATCH_COUNT);
        ImportSource from = ImportSources.of(source, io().in(), root().walDirectory());
        try (Node node = node()) {
            Importer importer = new Importer(node, io(), batchBytes, batchCount, resume);
            try {
                from.forEach(importer);
            } catch (IOException e) {
                importer.flush();
                throw new CommandFailure(ErrorCode.IO_ERROR, "failed to import " + source + ": " + Reasons.of(e));
            } catch (CommandFailure e) {
                importer.flush();
                throw e;
            }
            return importer.finish() ? ExitCode.OK : ExitCode.FAILURE;
        }
    }
}

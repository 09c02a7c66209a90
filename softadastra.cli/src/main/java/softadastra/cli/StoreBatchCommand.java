package softadastra.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import softadastra.cli.control.Node;
import softadastra.core.ErrorCode;
import softadastra.store.Batch;
import softadastra.store.BatchResult;
import softadastra.wal.spi.WalBatch;

/** {@code store batch}: writes several operations as one. */
@Command(
        name = "batch",
        description = {
            "Writes operations as one, durably: all of them or none, after any crash and for every reader. They are lines of",
            "JSON, in the order in which they take effect, and a line that is wrong means that nothing is written:",
            "  {\"op\":\"put\",\"key\":\"...\",\"value\":\"...\"}   or with \"base64\" in place of \"value\"",
            "  {\"op\":\"remove\",\"key\":\"...\"}                a key that has no value is left alone",
            "All of it is at most 80 MiB, and in memory."
        })
final class StoreBatchCommand extends Subcommand {

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The lines; without it, or as '-', standard input.")
    private String source = "-";

    StoreBatchCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        // All input first: the log is not held while somebody types.
        Batch batch = read();
        BatchResult result;
        try (Node node = node()) {
            result = node.write(batch).orElseThrow();
        }
        print(batch.size(), result);
        return ExitCode.OK;
    }

    private Batch read() {
        try {
            return new OperationLines(WalBatch.MAX_BYTES).read(open());
        } catch (InvalidPathException e) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT, "invalid batch file '" + source + "': " + e.getReason());
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ErrorCode.NOT_FOUND, "failed to read " + source + ": file does not exist");
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.IO_ERROR,
                    "failed to read " + (source.equals("-") ? "standard input" : source) + ": " + Reasons.of(e));
        }
    }

    private InputStream open() throws IOException {
        return source.equals("-") ? io().in() : Files.newInputStream(Path.of(source));
    }

    private void print(int operations, BatchResult result) {
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("operations", operations)
                    .put("created", result.created())
                    .put("updated", result.updated())
                    .put("removed", result.deleted())
                    .put("missing", result.missing())
                    .put("firstSequence", result.firstSequence())
                    .put("lastSequence", result.lastSequence()));
        } else {
            io().line("wrote " + Texts.count(operations, "operation", "operations") + ": " + result.created()
                    + " created, " + result.updated() + " updated, " + result.deleted() + " removed, "
                    + result.missing() + " missing, sequence " + result.lastSequence());
        }
    }
}

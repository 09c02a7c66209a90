package softadastra.cli;

import java.io.File;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import softadastra.cli.control.Node;
import softadastra.store.StoreCheckpoint;

/** {@code store compact}: writes a checkpoint, so that the log before it may go. */
@Command(
        name = "compact",
        description = {
            "Writes a checkpoint of all entries, and lets the log before it go: what opening has to read, and what the disk holds.",
            "A store does it by itself as its log grows. Records that are no entries, such as file events, go with the log.",
            "A crash leaves the store as it was before or as it is after."
        })
final class StoreCompactCommand extends Subcommand {

    StoreCompactCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        long before = bytes();
        StoreCheckpoint checkpoint;
        try (Node node = existingNode()) {
            checkpoint = node.checkpoint().orElseThrow();
        }
        long after = bytes();
        io().clearProgress();
        print(checkpoint, before, after);
        return ExitCode.OK;
    }

    /** What the log's files have, space in advance included. */
    private long bytes() {
        File[] files = root().walDirectory().toFile().listFiles();
        return files == null ? 0 : Stream.of(files).mapToLong(File::length).sum();
    }

    private void print(StoreCheckpoint checkpoint, long before, long after) {
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("entries", checkpoint.entries())
                    .put("sequence", checkpoint.sequence())
                    .put("checkpointBytes", checkpoint.bytes())
                    .put("logBytesBefore", before)
                    .put("logBytes", after));
        } else {
            io().line("checkpoint of " + Texts.count(checkpoint.entries(), "entry", "entries") + " up to sequence "
                    + checkpoint.sequence() + ": " + checkpoint.bytes() + " bytes; log: " + after + " bytes, before "
                    + before);
        }
    }
}

package softadastra.cli;

import picocli.CommandLine.Command;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalInspector.FileInfo;

/** {@code wal info}: says what a log is. */
@Command(
        name = "info",
        description = "Says what the log is: whose, which provider and format, its files and sequences.")
final class WalInfoCommand extends Subcommand {

    WalInfoCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        WalInspector.Info info = inspector().info(new Progress(io())).orElseThrow();
        io().clearProgress();
        info.warnings().forEach(io()::warning);
        if (io().isJson()) {
            io().line(WalText.json(info)
                    .put(
                            "files",
                            info.files().stream().map(WalInfoCommand::json).toList()));
        } else {
            WalText.lines(info).forEach(io()::line);
            info.files().forEach(file -> io().line(text(file)));
        }
        return ExitCode.OK;
    }

    private static JsonObject json(FileInfo file) {
        return new JsonObject()
                .put("name", file.name())
                .put("firstSequence", file.firstSequence())
                .put("lastSequence", file.lastSequence())
                .put("records", file.records())
                .put("usedBytes", file.usedBytes())
                .put("bytes", file.bytes());
    }

    private static String text(FileInfo file) {
        String range = file.records() == 0
                ? "empty, from sequence " + file.firstSequence()
                : "sequences " + file.firstSequence() + " to " + file.lastSequence();
        return "file " + file.name() + " : " + range + ", " + file.usedBytes() + " of " + file.bytes()
                + " bytes in use";
    }
}

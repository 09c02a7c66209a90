package softadastra.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code store backup}: copies the store to another directory. */
@Command(
        name = "backup",
        description = {
            "Copies the store's log to a directory that must not exist yet, verified before and read back after. Nobody may have",
            "the log open meanwhile (exit code 5). A damaged log is not copied (exit code 4): 'wal repair' saves what is left.",
            "The copy is a log like any other: 'softadastra --wal DIR store list' looks into it, 'store restore DIR' copies it back."
        })
final class StoreBackupCommand extends Subcommand {

    @Parameters(index = "0", paramLabel = "DIR", description = "Where the copy goes. Its parent must exist.")
    private String directory = "";

    StoreBackupCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        return new LogCopy(root(), "back up").copy(root().walPath(), directory);
    }
}
